"""What supervisors are asked about an interview, a back-check, and why they want to see a telephone number."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import RadioField, SelectChoice, TextAreaField
from wtforms.validators import InputRequired, Length

from literacy_app.contacts.rules import Reveal
from literacy_app.quality.rules import Method, Outcome, Verdict
from literacy_app.questions.forms import fault_words, typed_answer
from literacy_app.questions.rules import Fault, Question
from literacy_app.surveys.service import answer_json
from literacy_app.webkit.forms import PageForm

LONGEST_NOTE = 400
# Names of the fields of questions, so that no question takes the name of another field.
FACT = "fact-"


class ReviewForm(PageForm):
    """Approve, return or take out; all but the first need a reason."""

    verdict = RadioField(
        _("怎么处理"),
        choices=[
            SelectChoice(Verdict.APPROVE, _("没问题")),
            SelectChoice(Verdict.RETURN, _("退回，请调查员再核实")),
            SelectChoice(Verdict.VOID, _("作废，不计入")),
        ],
        validators=[InputRequired(_("请选一个"))],
    )
    note = TextAreaField(_("理由"), [Length(max=LONGEST_NOTE, message=_("太长了，请写短一些"))])


class RevealForm(PageForm):
    """Why a name and a number are wanted."""

    reason = RadioField(
        _("为什么要看"),
        choices=[
            SelectChoice(Reveal.CALL, _("打电话复核")),
            SelectChoice(Reveal.VISIT, _("上门复核")),
            SelectChoice(Reveal.ASKED, _("受访者来问，要核对身份")),
        ],
        validators=[InputRequired(_("请选一个原因"))],
    )


class BackCheckForm(PageForm):
    """How it was asked again and what came of it; the facts themselves are read by `read_facts`."""

    method = RadioField(
        _("怎么问的"),
        choices=[SelectChoice(Method.CALL, _("打电话")), SelectChoice(Method.VISIT, _("上门"))],
        validators=[InputRequired(_("请选打电话还是上门"))],
    )
    outcome = RadioField(
        _("结果"),
        choices=[
            SelectChoice(Outcome.ASKED, _("问到了，本人说访问过")),
            SelectChoice(Outcome.NOT_INTERVIEWED, _("本人或家人说没有人来访问过")),
            SelectChoice(Outcome.UNREACHABLE, _("没联系上")),
        ],
        validators=[InputRequired(_("请选一个结果"))],
    )


def read_facts(
    questions: tuple[Question, ...], sent: "MultiDict[str, str]", *, needed: bool
) -> tuple[Mapping[str, Any], dict[str, str]]:
    """The facts as the door takes them, and what is wrong, by field. `needed`: at least one of them."""
    answers: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for question in questions:
        name = FACT + question.id
        answer = typed_answer(question, [text for text in sent.getlist(name) if text])
        if isinstance(answer, Fault):
            errors[name] = fault_words(answer, question)
        elif answer is not None:
            answers[question.id] = answer_json(question, answer)
    if needed and questions and not answers and not errors:
        errors[FACT + questions[0].id] = gettext("请至少再问一题，才知道是不是同一个人")
    return answers, errors
