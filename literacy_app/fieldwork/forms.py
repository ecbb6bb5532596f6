"""What somebody is asked who hands out clusters, and who writes down a visit from paper."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from flask_babel import lazy_gettext as _
from wtforms import DateField, HiddenField, SelectChoice, SelectField, TimeField
from wtforms.validators import InputRequired, Optional, ValidationError

from literacy_app.fieldwork.loader import Visit
from literacy_app.fieldwork.rules import Disposition
from literacy_app.foundation.clock import REPORTING_ZONE
from literacy_app.webkit.forms import PageForm

# What interviewers may say of a visit, the most common first.
RESULTS = {
    Disposition.NO_ONE_HOME: _("家里没人"),
    Disposition.PERSON_AWAY: _("选中的人不在"),
    Disposition.APPOINTMENT: _("约好了再来"),
    Disposition.REFUSAL_HOUSEHOLD: _("家里人不让访"),
    Disposition.REFUSAL_PERSON: _("选中的人不愿意"),
    Disposition.REFUSAL_GUARDIAN: _("监护人不同意（15—17 岁）"),
    Disposition.BREAK_OFF: _("访到一半不愿意了"),
    Disposition.NO_ENTRY: _("进不了楼门或院门"),
    Disposition.NOT_FOUND: _("找不到这一户"),
    Disposition.VACANT: _("空房，没人住"),
    Disposition.NOT_DWELLING: _("不是住家"),
    Disposition.NOBODY_ELIGIBLE: _("没有 15—69 岁的常住人"),
    Disposition.UNKNOWN_ELIGIBLE: _("不知道有没有该访的人"),
    Disposition.UNABLE: _("选中的人病重或答不了"),
    Disposition.LANGUAGE: _("语言不通"),
    Disposition.DEAD: _("选中的人已去世"),
    Disposition.UNSAFE: _("不安全，没有进去"),
    Disposition.QUOTA_FULL: _("配额已满"),
}


class AssignForm(PageForm):
    """Who goes to a cluster."""

    staff = SelectField(_("调查员"), [InputRequired(_("请选一位调查员"))])


class VisitForm(PageForm):
    """One visit, as paper has it; `id` was given out with the page, so that sending twice is one visit."""

    id = HiddenField(validators=[InputRequired()])
    day = DateField(_("哪天去的"), [InputRequired(_("请填日期"))])
    time = TimeField(_("几点到的"), [InputRequired(_("请填时间"))])
    result = SelectField(
        _("结果"),
        [InputRequired(_("请选一个结果"))],
        choices=[SelectChoice(one, words) for one, words in RESULTS.items()],
    )
    again_day = DateField(_("约好再来：哪天"), [Optional()])
    again_time = TimeField(_("约好再来：几点"), [Optional()])

    def __init__(self, now: datetime, **options: object) -> None:
        super().__init__(**options)
        self.now = now
        if not self.id.data:
            self.id.data = str(uuid4())

    @property
    def at(self) -> datetime:
        """When the visit was made."""
        return datetime.combine(self.day.data, self.time.data, REPORTING_ZONE)

    def validate_id(self, field: HiddenField) -> None:
        """It is one of ours."""
        try:
            UUID(field.data)
        except ValueError as error:
            raise ValidationError(_("请重新打开这一页")) from error

    def validate_time(self, field: TimeField) -> None:
        """Nobody has been where they are still to go."""
        if self.day.data and field.data and self.at > self.now + timedelta(minutes=10):
            raise ValidationError(_("这个时间还没到"))

    def validate_again_time(self, field: TimeField) -> None:
        """An hour belongs to a day."""
        if field.data and not self.again_day.data:
            raise ValidationError(_("请把约好的日期也填上"))

    def visit(self, draw: UUID, village: str, number: int) -> Visit:
        """What was written down."""
        result = Disposition(self.result.data)
        agreed = result is Disposition.APPOINTMENT and self.again_day.data and self.again_time.data
        again = datetime.combine(self.again_day.data, self.again_time.data, REPORTING_ZONE) if agreed else None
        return Visit(UUID(self.id.data), draw, village, number, self.at, result, again)
