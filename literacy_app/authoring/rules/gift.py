"""GIFT, the text format of questions that Moodle and others read and write.

As Moodle reads it: questions stand apart by empty lines; `//` begins a comment line; `$CATEGORY:` a category; `::name::` a name;
`[html]` and its like a notation; answers stand in braces, `=` right, `~` wrong, `%50%` weighted, `#` with a reason, `####` for all.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from literacy_app.authoring.rules import texts
from literacy_app.authoring.rules.exchange import (
    NotTaken,
    Portable,
    Reading,
    Remark,
    Weighted,
    explained_by,
    multiple_choice,
    true_false,
)

_ESCAPED = "\\:#={}~"
_NOTATION = re.compile(r"\[(html|moodle|plain|markdown)\]")
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d*)?)%")
_TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}


@dataclass(frozen=True)
class _Char:
    """One character; a `plain` one stands for itself because it was escaped."""

    char: str
    plain: bool


_Text = Sequence[_Char]


def read_gift(text: str) -> Reading:
    """The questions of a GIFT file; nothing in it is passed over without a word."""
    questions: list[Portable] = []
    left: list[Remark] = []
    notes: list[Remark] = []
    for block in _blocks(text):
        line, first = block[0]
        if first.lstrip().startswith("$CATEGORY:"):
            category = first.lstrip().removeprefix("$CATEGORY:").strip()
            notes.append(Remark(line, f"the category {category!r} is not kept; the article is chosen at import"))
            block = block[1:]
        if not block:
            continue
        line = block[0][0]
        try:
            question, said = _question(_characters("\n".join(words for _, words in block).strip()), line)
        except NotTaken as error:
            left.append(Remark(line, error.reason))
            continue
        questions.append(question)
        notes += [Remark(line, note) for note in said]
    return Reading(tuple(questions), tuple(left), tuple(notes))


def write_gift(sets: Mapping[str, Iterable[Portable]]) -> str:
    """Questions by category as a GIFT file, which `read_gift` makes into the same questions again."""
    parts = []
    for category, questions in sets.items():
        parts.append(f"$CATEGORY: {category}\n")
        parts += [_written(question) for question in questions]
    return "\n".join(parts)


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    """Lines with their numbers, by question; comment lines belong to none."""
    block: list[tuple[int, str]] = []
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate([*lines, ""], 1):
        if not line.strip():
            if block:
                yield block
            block = []
        elif not line.lstrip().startswith("//"):
            block.append((number, line))


def _characters(text: str) -> list[_Char]:
    """The text with its escapes resolved: what was escaped can no longer mean anything."""
    result = []
    index = 0
    while index < len(text):
        after = text[index + 1 : index + 2]
        if text[index] == "\\" and after and after in _ESCAPED + "n":
            result.append(_Char("\n" if after == "n" else after, plain=True))
            index += 2
        else:
            result.append(_Char(text[index], plain=False))
            index += 1
    return result


def _find(text: _Text, mark: str, start: int = 0) -> int:
    """Where an unescaped mark begins, or -1."""
    for index in range(start, len(text) - len(mark) + 1):
        window = text[index : index + len(mark)]
        if all(one.char == char and not one.plain for one, char in zip(window, mark, strict=True)):
            return index
    return -1


def _count(text: _Text, mark: str) -> int:
    return sum(one.char == mark and not one.plain for one in text)


def _plain(text: _Text) -> str:
    return "".join(one.char for one in text)


def _split(text: _Text, mark: str, most: int) -> list[_Text]:
    """Parts between unescaped marks, at most `most` cuts."""
    parts: list[_Text] = []
    while len(parts) < most and (place := _find(text, mark)) >= 0:
        parts.append(text[:place])
        text = text[place + len(mark) :]
    return [*parts, text]


def _question(text: _Text, line: int) -> tuple[Portable, list[str]]:
    name, text = _named(text)
    start, end = _find(text, "{"), _find(text, "}")
    if start < 0 and end < 0:
        raise NotTaken("is a description without answers, and only questions are taken")
    if start < 0 or end < start or _count(text, "{") != _count(text, "}"):
        raise NotTaken("has braces that do not match; an empty line inside them ends the question too early")
    if _count(text, "{") > 1:
        raise NotTaken("has more than one group of answers, and a question here has one")
    after = text[end + 1 :]
    # Words behind the answers make it a sentence with a gap.
    gap = [_Char(char, plain=True) for char in ("_____" if _plain(after).strip() else "")]
    notation, stem, notes = _formatted([*text[:start], *gap, *after], texts.MOODLE)
    body, general = _split_general(text[start + 1 : end])
    _refuse_other_kinds(body)
    said = _Said(notation, notes)
    if _find(body, "~") < 0:
        question = _true_false(name, stem, body, said, line)
    else:
        answers = [_weighted(answer, said) for answer in _answers(body)]
        single = _find(body, "=") >= 0
        question, lost = multiple_choice(name, stem, single=single, answers=answers, line=line)
        notes += lost
    question, more = explained_by(question, said.words(general))
    return question, list(dict.fromkeys([*notes, *more]))


@dataclass(frozen=True)
class _Said:
    """Reads the parts of one question in its notation and gathers the notes."""

    notation: str
    notes: list[str]

    def words(self, text: _Text) -> str:
        _, words, notes = _formatted(text, self.notation)
        self.notes.extend(notes)
        return words


def _named(text: _Text) -> tuple[str, _Text]:
    if _find(text[:2], "::") != 0:
        return "", text
    end = _find(text, "::", 2)
    return ("", text[2:]) if end < 0 else (_plain(text[2:end]).strip(), text[end + 2 :])


def _formatted(text: _Text, otherwise: str) -> tuple[str, str, list[str]]:
    """Notation, words in ours, and notes."""
    words = _plain(text).strip()
    found = None if text and _leading_plain(text) else _NOTATION.match(words)
    notation = found[1] if found else otherwise
    result, notes = texts.ours(words[found.end() :] if found else words, notation)
    return notation, result, notes


def _leading_plain(text: _Text) -> bool:
    return next((one.plain for one in text if one.char.strip()), False)


def _split_general(body: _Text) -> tuple[_Text, _Text]:
    """The answers, and the feedback for all of them, which begins at the last ####."""
    place = -1
    while (found := _find(body, "####", place + 1)) >= 0:
        place = found
    return (body, ()) if place < 0 else (body[:place], body[place + 4 :])


def _refuse_other_kinds(body: _Text) -> None:
    written = _plain(body).strip()
    if not written:
        raise NotTaken("is an essay question, and only choices are taken")
    if written.startswith("#") and not _leading_plain(body):
        raise NotTaken("is a numerical question, and only choices are taken")
    if _find(body, "~") < 0 and _find(body, "=") >= 0:
        kind = "matching" if _find(body, "->") >= 0 else "short answer"
        raise NotTaken(f"is a {kind} question, and only choices are taken")


def _true_false(name: str, stem: str, body: _Text, said: _Said, line: int) -> Portable:
    parts = _split(body, "#", 2)
    answer = _TRUTH.get(_plain(parts[0]).strip().upper())
    if answer is None:
        raise NotTaken("has answers that are neither choices nor true or false")
    # The first reason is for those who got it wrong, the second for those who got it right.
    wrong, right = (said.words(part) for part in [*parts[1:], (), ()][:2])
    why_true, why_false = (right, wrong) if answer else (wrong, right)
    return true_false(name, stem, answer=answer, why_true=why_true, why_false=why_false, line=line)


def _answers(body: _Text) -> Iterator[tuple[str, _Text]]:
    """Each answer with its mark; words before the first mark are a wrong answer, as Moodle has it."""
    mark, begin = "", 0
    for index, one in enumerate(body):
        if one.char in "~=" and not one.plain:
            blank = not _plain(body[begin:index]).strip()
            # `~=` is one mark, written by people who mean the right one among several.
            if not (blank and (mark == "" or (mark == "~" and one.char == "="))):
                yield mark, body[begin:index]
            mark, begin = one.char, index + 1
    yield mark, body[begin:]


def _weighted(answer: tuple[str, _Text], said: _Said) -> Weighted:
    mark, text = answer
    weight = 100.0 if mark == "=" else 0.0
    written = _plain(text)
    skipped = len(written) - len(written.lstrip())
    if found := _WEIGHT.match(written, skipped):
        weight, text = float(found[1]), text[found.end() :]
    parts = _split(text, "#", 1)
    return Weighted(said.words(parts[0]), weight, said.words(parts[1]) if len(parts) > 1 else "")


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in _ESCAPED else "\\n" if char == "\n" else char for char in text)


def _part(text: str, notation: str) -> str:
    """A part of a question; one that could be read as a notation or a weight says its notation first."""
    return f"[{notation}]{_escaped(text)}" if text.startswith(("[", "%")) else _escaped(text)


def _reason(choice_why: str, notation: str) -> str:
    return f"#{_part(choice_why, notation)}" if choice_why else ""


def _written(question: Portable) -> str:
    said = [question.stem, *(text for choice in question.choices for text in (choice.text, choice.why))]
    notation = texts.MARKDOWN if any("**" in text or "\n" in text for text in said) else texts.PLAIN
    name = f"::{_escaped(question.name)}::" if question.name else ""
    head = f"{name}[{notation}]{_escaped(question.stem)}{{"
    if question.kind == "true_false":
        right, wrong = sorted(question.choices, key=lambda choice: not choice.right)
        reasons = _reason(wrong.why, notation) or ("#" if right.why else "")
        return f"{head}{right.text.upper()}{reasons}{_reason(right.why, notation)}}}\n"
    share = 100 / sum(choice.right for choice in question.choices)
    lines = [head]
    for choice in question.choices:
        if question.kind == "single":
            mark = "=" if choice.right else "~"
        else:
            # A wrong tick takes the whole mark away: as near as weights come to right or not.
            mark = f"~%{f'{share:.5f}'.rstrip('0').rstrip('.')}%" if choice.right else "~%-100%"
        lines.append(f"\t{mark}{_part(choice.text, notation)}{_reason(choice.why, notation)}")
    return "\n".join([*lines, "}\n"])
