"""A question as it travels between programs, and what a file of them gives: taken, left, noted."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from literacy_app.lessons.rules import Curriculum, Item
from literacy_app.questions.kinds import KINDS

# Option ids are single letters.
MOST_OPTIONS = 26


class NotTaken(Exception):
    """Why one question of a file has no place here; its line goes with the reason into `Reading.left`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreadable(Exception):
    """Why nothing of a file can be read, and in which line that shows."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True)
class Choice:
    """One option with its reason; `true` and `false` are the two texts of a true/false question."""

    text: str
    right: bool
    why: str = ""


@dataclass(frozen=True)
class Portable:
    """A question in one language, as every program understands it. `line` is where it began in its file."""

    name: str
    kind: str
    stem: str
    choices: tuple[Choice, ...]
    line: int = field(default=1, compare=False)

    @property
    def outline(self) -> tuple[str, tuple[bool, ...]]:
        """What it has in common with its translation: the kind, and which options are right."""
        return self.kind, tuple(choice.right for choice in self.choices)


@dataclass(frozen=True)
class Weighted:
    """One answer of a multiple choice question with its share of the mark, in per cent."""

    text: str
    weight: float
    why: str


@dataclass(frozen=True)
class Remark:
    """What somebody should know about a line of a file."""

    line: int
    message: str


@dataclass(frozen=True)
class Reading:
    """What a file gives: questions taken, questions left with the reason, and what of those taken could not be kept."""

    questions: tuple[Portable, ...]
    left: tuple[Remark, ...]
    notes: tuple[Remark, ...]


def multiple_choice(
    name: str, stem: str, *, single: bool, answers: Sequence[Weighted], line: int
) -> tuple[Portable, list[str]]:
    """A single or multiple question from weighted answers, with notes on what is lost. Raises NotTaken."""
    texts = [answer.text for answer in answers]
    if not 2 <= len(answers) <= MOST_OPTIONS:
        raise NotTaken(f"has {len(answers)} options; there must be 2 to {MOST_OPTIONS}")
    if not all(texts) or len(set(texts)) != len(texts):
        raise NotTaken("has an option without words, or the same option twice")
    right = [answer.weight >= 100 if single else answer.weight > 0 for answer in answers]
    if single and sum(right) != 1:
        raise NotTaken(f"lets one option be chosen, and {sum(right)} are fully right; there must be one")
    if not any(right):
        raise NotTaken("has no right option")
    given = {answer.weight for answer, good in zip(answers, right, strict=True) if good}
    partial = any(0 < answer.weight < 100 for answer in answers) if single else max(given) - min(given) > 0.01
    notes = ["its part marks are not kept: an answer is right or not"] if partial else []
    choices = tuple(Choice(answer.text, good, answer.why) for answer, good in zip(answers, right, strict=True))
    return finished(Portable(name, "single" if single else "multiple", stem, choices, line)), notes


def true_false(name: str, stem: str, *, answer: bool, why_true: str, why_false: str, line: int) -> Portable:
    """A true/false question. Raises NotTaken."""
    choices = (Choice("true", answer, why_true), Choice("false", not answer, why_false))
    return finished(Portable(name, "true_false", stem, choices, line))


def finished(question: Portable) -> Portable:
    """The question, if it asks something. Raises NotTaken."""
    if not question.stem:
        raise NotTaken("has no words that ask something")
    return question


def explained_by(question: Portable, general: str) -> tuple[Portable, list[str]]:
    """The question with its general feedback as the reason of every option that has none, and a note of where it went."""
    if not general:
        return question, []
    if all(choice.why for choice in question.choices):
        return question, ["its general feedback is not kept, as every option has its own reason"]
    choices = tuple(Choice(choice.text, choice.right, choice.why or general) for choice in question.choices)
    note = "its general feedback became the reason of the options that had none"
    return Portable(question.name, question.kind, question.stem, choices, question.line), [note]


def portable(item: Item, language: str) -> Portable:
    """An item in one language, ready to travel."""
    words = item.words[language]
    options = KINDS[item.question.kind].options(item.question)
    right = set(item.answer) if isinstance(item.answer, tuple) else {item.answer}
    choices = tuple(
        Choice((words.options or {}).get(option, option), option in right, (words.why or {}).get(option, ""))
        for option in options
    )
    return Portable(item.id, item.question.kind, words.stem, choices)


def practice_sets(curriculum: Curriculum, language: str, article: str | None) -> dict[str, list[Portable]]:
    """The practice set of one article, or of all: article id -> questions."""
    found: dict[str, list[Portable]] = {}
    for item in curriculum.items.values():
        if item.lesson is None and article in (None, item.article):
            found.setdefault(item.article, []).append(portable(item, language))
    return found
