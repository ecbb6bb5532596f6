"""What somebody is asked who plans a survey. Shares are typed in per cent."""

from decimal import Decimal

from flask_babel import lazy_gettext as _
from wtforms import DecimalField, IntegerField, SelectChoice, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from literacy_app.webkit.forms import PageForm


class FiniteField(DecimalField):
    """A number; "NaN" and "Infinity", which Python takes for some, are none."""

    data: Decimal | None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed. Raises ValueError."""
        super().process_formdata(valuelist)
        if valuelist and self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError(_("请填一个数"))


def _share(label: str, low: float, high: float, default: float | None = None) -> FiniteField:
    between = NumberRange(low, high, _("请填 %(low)s 到 %(high)s 之间的数", low=f"{low:g}", high=f"{high:g}"))
    needed = InputRequired(_("请填一个数")) if default is not None else Optional()
    return FiniteField(label, [needed, between], places=None, default=default)


class PlanForm(PageForm):
    """A question to a survey, and what is known about the place. It changes nothing, so it is asked by GET and has no token."""

    class Meta:
        """What makes it a form without a token."""

        csrf = False

    purpose = SelectField(
        _("想知道什么"),
        [InputRequired()],
        choices=[
            SelectChoice("precision", _("水平是多少")),
            SelectChoice("target", _("水平是不是高于目标")),
            SelectChoice("change", _("和上次比，水平有没有变")),
        ],
    )
    level = _share(_("估计现在的水平（%）"), 0.1, 99.9, 20)
    half_width = _share(_("误差不超过（百分点；想知道水平时填）"), 0.5, 20)
    target = _share(_("目标（%；想和目标比时填）"), 0.1, 99.9)
    change_to = _share(_("预计变到（%；想看变化时填）"), 0.1, 99.9)
    power = _share(_("看出差别的把握（%）"), 50, 99, 80)
    people_a_psu = IntegerField(
        _("每个村居访多少人"),
        [InputRequired(_("请填一个数")), NumberRange(1, 500, _("请填 1 到 500 之间的数"))],
        default=20,
    )
    rho = _share(_("同村的人有多像（村内相关，%）"), 0, 50, 4)
    response = _share(_("抽到的人里能访到的比例（%）"), 10, 100, 85)
    population = IntegerField(
        _("调查年龄的居民总数"), [Optional(), NumberRange(100, 10_000_000, _("请填 100 到 1000 万之间的数"))]
    )
