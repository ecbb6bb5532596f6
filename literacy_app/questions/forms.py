"""What a page sent for a question, taken apart; and what went wrong, in words."""

from collections.abc import Sequence

from flask_babel import gettext as _

from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Answer, Code, Fault, Question

FIELD = "answer"
CODE_FIELD = "code"


def typed_answer(question: Question, typed: Sequence[str], code: str | None = None) -> Answer | Fault | None:
    """The answer in a posted form, a code in place of one, a fault, or None when nothing was answered.

    A code is pressed as a button of its own (`code`) or chosen among the options; in what is typed it is just a word.
    """
    if code is not None and code in question.codes:
        return Code(code)
    kind = KINDS[question.kind]
    if kind.options(question) and set(typed) & set(question.codes):
        return Code(typed[0]) if len(typed) == 1 else Fault.CODE_AND_ANSWER
    return kind.from_form(question, typed)


def fault_words(fault: Fault, question: Question) -> str:
    """A fault for the person who typed the answer."""
    words: dict[Fault, str] = {
        Fault.NOT_AN_OPTION: _("请从上面的选项里选"),
        Fault.NOT_A_LIST: _("请从上面的选项里选"),
        Fault.NOT_ONE: _("只选一个"),
        Fault.NOT_A_NUMBER: _("请填数字，例如 12"),
        Fault.NOT_WHOLE: _("请填整数"),
        Fault.TOO_FINE: _("小数点后最多 %(n)s 位", n=question.decimals),
        Fault.NOT_A_DAY: _("请填日期，例如 2026-01-31"),
        Fault.NOT_ASKED: _("这里不用填"),
        Fault.TOO_SMALL: _("最小是 %(min)s", min=question.min),
        Fault.TOO_LARGE: _("最大是 %(max)s", max=question.max),
        Fault.NOT_A_TEXT: _("请填文字"),
        Fault.TOO_LONG: _("太长了，请写短一些"),
        Fault.BAD_CHARACTERS: _("里面有不能保存的符号，请重新输入"),
        Fault.NO_SUCH_CODE: _("请从上面的选项里选"),
        Fault.CODE_AND_ANSWER: _("选了“不知道”，就不用再选别的"),
    }
    return words[fault]
