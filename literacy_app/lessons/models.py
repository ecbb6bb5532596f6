"""Topics that come first in an area for a time."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from literacy_app.foundation.orm import AreaCode, Base, Moment, PilotId
from literacy_app.framework.rules import Topic


class PriorityTopic(Base):
    """A topic that an officer puts first for a pilot, or for one of its townships."""

    __tablename__ = "priority_topic"

    pilot_id: Mapped[str] = mapped_column(PilotId, ForeignKey("pilot.id"), primary_key=True)
    topic: Mapped[Topic] = mapped_column(String(20), primary_key=True)
    area_code: Mapped[str] = mapped_column(AreaCode, primary_key=True)
    set_at: Mapped[datetime] = mapped_column(Moment)
    set_by: Mapped[str] = mapped_column(String(60))
