"""What a clerk types for a question: the digits printed beside the boxes, taken apart and written back.

one option        its digit                       3
several options   their digits                    134, or 1 12 14 where there are more than seven
a code            the digit printed at its box    8 don't know, 9 rather not say; 98 and 99 beside more than seven options
                  *8 and *9                       where a number, a day or words are written
a day             20261103, 2026-11-3, 2026.11.3
"""

import re
import unicodedata
from functools import lru_cache

from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Answer, Code, Fault, Question, as_text

DIGITS = {Code.DONT_KNOW: "8", Code.REFUSED: "9"}
# With more options than this their digits would meet those of the codes.
MOST_SHORT = 7


@lru_cache(maxsize=4096)
def _choices(kind: str, options: tuple[str, ...], codes: tuple[Code, ...]) -> dict[str, str]:
    digits = {str(place): option for place, option in enumerate(options, start=1)}
    before = "*" if not options else "9" if len(options) > MOST_SHORT else ""
    return digits | {before + DIGITS[code]: code for code in codes}


def choices(question: Question) -> dict[str, str]:
    """What may be typed for options and codes, in the order of the form: the mark, then the option's id or the code."""
    if not KINDS[question.kind].asked:
        return {}
    return _choices(question.kind, KINDS[question.kind].options(question), question.codes)


def code_marks(question: Question) -> dict[str, Code]:
    """The marks of a question's codes alone."""
    return {mark: Code(id) for mark, id in choices(question).items() if id in question.codes}


def is_spaced(question: Question) -> bool:
    """Whether several digits must be apart, because one option may need two."""
    return question.kind == "multiple" and len(question.options) > MOST_SHORT


def read_typed(question: Question, typed: str) -> Answer | Fault | None:
    """The answer in what was typed, a fault, or None for nothing. Full-width digits and signs are read like narrow ones."""
    kind, plain = KINDS[question.kind], unicodedata.normalize("NFKC", typed).strip()
    if not plain:
        return None
    if plain in (codes := code_marks(question)):
        return codes[plain]
    if kind.options(question):
        return _read_options(question, plain)
    if question.kind == "text":
        # Space round what was written is nobody's answer, and would make two equal entries differ.
        return kind.from_form(question, [typed.strip()])
    if question.kind == "date":
        plain = written_day(plain)
    return kind.from_form(question, [plain])


def _read_options(question: Question, plain: str) -> Answer | Fault | None:
    by_mark, codes = choices(question), code_marks(question)
    if question.kind != "multiple":
        marks = [plain]
    elif is_spaced(question):
        marks = re.findall(r"[^\s,、;.]+", plain)
    else:
        marks = list(re.sub(r"[\s,、;.]", "", plain))
    if any(mark not in by_mark for mark in marks):
        return Fault.NOT_AN_OPTION
    if len(marks) > 1 and any(mark in codes for mark in marks):
        return Fault.CODE_AND_ANSWER
    return KINDS[question.kind].from_form(question, [by_mark[mark] for mark in marks])


def written_day(plain: str) -> str:
    """A day typed as eight digits in a row, with its dashes; anything else as it is."""
    return f"{plain[:4]}-{plain[4:6]}-{plain[6:]}" if re.fullmatch(r"\d{8}", plain) else plain


def as_typed(question: Question, answer: Answer | None) -> str:
    """What a clerk would type for an answer; the opposite of `read_typed`."""
    if answer is None:
        return ""
    marks = {id: mark for mark, id in choices(question).items()}
    if isinstance(answer, Code):
        return marks.get(answer, "")
    if isinstance(answer, tuple):
        return (" " if is_spaced(question) else "").join(marks.get(option, "") for option in answer)
    return marks.get(answer, answer) if isinstance(answer, str) else as_text(answer)
