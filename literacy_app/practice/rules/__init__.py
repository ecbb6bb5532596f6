"""How far a learner is, as pure arithmetic on the attempts: nothing of it is stored, all of it can be worked out again.

progress    Tried, lessons begun and done, what to practise next
mastery     learnt and kept, article by article
review      what is due again, by FSRS
gain        before and after a dimension's lessons
"""

from literacy_app.practice.rules.gain import ArticleGain, Gain, gain, parallel_items, total_gain
from literacy_app.practice.rules.mastery import Mastery, Step, dimension_is_kept, mastery
from literacy_app.practice.rules.progress import (
    Progress,
    Setting,
    State,
    Tried,
    is_right,
    next_item,
    next_lesson,
    progress,
    state_of,
    week_days,
)
from literacy_app.practice.rules.review import RETENTION, due_items, reviewed_today

__all__ = [
    "RETENTION",
    "ArticleGain",
    "Gain",
    "Mastery",
    "Progress",
    "Setting",
    "State",
    "Step",
    "Tried",
    "dimension_is_kept",
    "due_items",
    "gain",
    "is_right",
    "mastery",
    "next_item",
    "next_lesson",
    "parallel_items",
    "progress",
    "reviewed_today",
    "state_of",
    "total_gain",
    "week_days",
]
