"""The blueprint with all its pages."""

from literacy_app.paper.views import correcting, keying, printing  # noqa: F401 - they hang their pages on it
from literacy_app.paper.views.seen import blueprint

__all__ = ["blueprint"]
