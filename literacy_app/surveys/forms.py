"""What staff are asked about a submission."""

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectChoice, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from literacy_app.surveys.rules import Decision
from literacy_app.webkit.forms import PageForm

LONGEST_REASON = 400


class DecisionForm(PageForm):
    """Count a submission that waits, or take one out; never without a reason."""

    decision = RadioField(
        _("怎么处理"),
        choices=[SelectChoice(Decision.ACCEPT, _("计入")), SelectChoice(Decision.VOID, _("作废"))],
        validators=[InputRequired(_("请选一个"))],
    )
    reason = TextAreaField(
        _("理由"),
        validators=[DataRequired(_("请写一句理由")), Length(max=LONGEST_REASON, message=_("太长了，请写短一些"))],
    )
