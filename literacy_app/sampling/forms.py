"""What somebody is asked who reads a frame, and who draws from it."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, SelectChoice, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from literacy_app.sampling.rules import Allocation, Method, Plan, Selection, Strata
from literacy_app.webkit.forms import PageForm

WAYS = {
    "townships": Strata.NONE,  # townships are drawn
    "each_township": Strata.TOWNSHIP,
    "residence": Strata.RESIDENCE,
    "whole": Strata.NONE,
}
MOST = 10_000


class FrameForm(PageForm):
    """The file of a frame."""

    file = FileField(_("抽样框文件（CSV 或 Excel）"), [FileRequired(_("请选一个文件"))])


class PlanForm(PageForm):
    """How many of what are drawn, and how."""

    frame = SelectField(_("从哪个抽样框抽"), [InputRequired(_("请选一个抽样框"))])
    way = SelectField(
        _("怎么分层"),
        [InputRequired()],
        choices=[
            SelectChoice("each_township", _("每个乡镇都抽，乡镇里按人数抽村居")),
            SelectChoice("townships", _("先按人数抽乡镇，再抽村居")),
            SelectChoice("residence", _("城镇和乡村分开，按人数抽村居")),
            SelectChoice("whole", _("不分层，按人数抽村居")),
        ],
    )
    townships = IntegerField(_("抽几个乡镇（先抽乡镇时填）"), [Optional(), NumberRange(1, MOST, _("请填 1 以上的数"))])
    villages = IntegerField(
        _("每个乡镇（或每层）抽几个村居"), [InputRequired(_("请填一个数")), NumberRange(1, MOST, _("请填 1 以上的数"))]
    )
    households = IntegerField(
        _("每个村居抽几户"), [InputRequired(_("请填一个数")), NumberRange(1, 500, _("请填 1 到 500 之间的数"))]
    )
    reserves = IntegerField(
        _("每个村居备几户"),
        [InputRequired(_("请填一个数")), NumberRange(0, 500, _("请填 0 到 500 之间的数"))],
        default=10,
    )
    selection = SelectField(
        _("户里怎么选人"),
        [InputRequired()],
        choices=[
            SelectChoice(Selection.KISH, _("Kish 表（入户前就配好）")),
            SelectChoice(Selection.BIRTHDAY, _("下一个过生日的人")),
        ],
    )

    def plan(self) -> Plan:
        """The plan that the form asks for."""
        first_townships = self.way.data == "townships"
        return Plan(
            villages=self.villages.data,
            households=self.households.data,
            reserves=self.reserves.data,
            townships=(self.townships.data or 0) if first_townships else None,
            strata=WAYS[self.way.data],
            allocation=Allocation.EQUAL,
            method=Method.PPS_SYSTEMATIC,
            selection=Selection(self.selection.data),
        )
