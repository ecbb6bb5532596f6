"""Every table of the product, imported so that `Base.metadata` is complete."""

import literacy_app.accounts.models
import literacy_app.areas.models
import literacy_app.contacts.models
import literacy_app.estimation.models
import literacy_app.fieldwork.models
import literacy_app.foundation.audit
import literacy_app.foundation.jobruns
import literacy_app.foundation.snapshots
import literacy_app.groups.models
import literacy_app.learners.models
import literacy_app.lessons.models
import literacy_app.offline.models
import literacy_app.paper.models
import literacy_app.practice.models
import literacy_app.quality.models
import literacy_app.sampling.models
import literacy_app.surveys.models
import literacy_app.targets.models  # noqa: F401
from literacy_app.foundation.orm import Base

metadata = Base.metadata
