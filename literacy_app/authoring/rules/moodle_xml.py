"""Moodle XML, the fullest format in which Moodle gives and takes questions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from xml.parsers import expat

from literacy_app.authoring.rules import texts
from literacy_app.authoring.rules.exchange import (
    NotTaken,
    Portable,
    Reading,
    Remark,
    Unreadable,
    Weighted,
    explained_by,
    multiple_choice,
    true_false,
)

_DEEPEST = 30
_NOTATIONS = {
    "html": texts.HTML,
    "moodle_auto_format": texts.MOODLE,
    "plain_text": texts.PLAIN,
    "markdown": texts.MARKDOWN,
}
_OVERALL = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")


@dataclass
class _Node:
    """One element, knowing its line."""

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list["_Node"] = field(default_factory=list)

    def child(self, tag: str) -> "_Node | None":
        return next(iter(self.all(tag)), None)

    def all(self, tag: str) -> list["_Node"]:
        return [child for child in self.children if child.tag == tag]

    def said(self, tag: str = "text") -> str:
        found = self.child(tag)
        return found.text.strip() if found else ""


def read_moodle_xml(raw: bytes) -> Reading:
    """The questions of a Moodle XML file; nothing that asks is passed over. Raises Unreadable."""
    root = _tree(raw)
    if root.tag != "quiz":
        raise Unreadable(root.line, f"is not Moodle XML: its first element is <{root.tag}>, not <quiz>")
    questions: list[Portable] = []
    left: list[Remark] = []
    notes: list[Remark] = []
    for node in root.children:
        kind = node.attributes.get("type", "")
        if node.tag != "question":
            left.append(Remark(node.line, f"<{node.tag}> is no question"))
        elif kind == "category":
            category = node.child("category")
            name = category.said() if category else ""
            notes.append(Remark(node.line, f"the category {name!r} is not kept; the article is chosen at import"))
        else:
            try:
                question, said = _question(node, kind)
            except NotTaken as error:
                left.append(Remark(node.line, error.reason))
                continue
            questions.append(question)
            notes += [Remark(node.line, note) for note in said]
    return Reading(tuple(questions), tuple(left), tuple(notes))


def write_moodle_xml(sets: Mapping[str, Iterable[Portable]]) -> str:
    """Questions by category as Moodle XML, which `read_moodle_xml` makes into the same questions again."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
    for category, questions in sets.items():
        parts.append(
            f'<question type="category"><category><text>$course$/{_safe(category)}</text></category></question>'
        )
        parts += [_written(question) for question in questions]
    return "\n".join([*parts, "</quiz>", ""])


def _tree(raw: bytes) -> _Node:
    """The elements of a file. A document type, and with it every entity of a file's own, is refused."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    top = _Node("", {}, 1)
    path = [top]

    def begin(tag: str, attributes: dict[str, str]) -> None:
        if len(path) > _DEEPEST:
            raise Unreadable(parser.CurrentLineNumber, f"is nested more than {_DEEPEST} deep")
        path.append(_Node(tag, attributes, parser.CurrentLineNumber))
        path[-2].children.append(path[-1])

    def words(data: str) -> None:
        path[-1].text += data

    def refuse(*_: object) -> None:
        raise Unreadable(parser.CurrentLineNumber, "has a document type or entities of its own, which are not read")

    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda tag: path.pop()
    parser.CharacterDataHandler = words
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise Unreadable(error.lineno, f"is not well-formed XML ({expat.errors.messages[error.code]})") from error
    except (LookupError, ValueError) as error:
        raise Unreadable(1, f"is in an encoding that cannot be read ({error})") from error
    return top.children[0]


def _question(node: _Node, kind: str) -> tuple[Portable, list[str]]:
    if kind not in ("multichoice", "truefalse"):
        raise NotTaken(f"is of the type {kind!r}, and only choices are taken")
    if _has_file(node):
        raise NotTaken("has a file in it, and texts here have neither pictures nor sound")
    notes: list[str] = []

    def words(owner: _Node | None) -> str:
        if owner is None:
            return ""
        notation = _NOTATIONS.get(owner.attributes.get("format", ""), texts.MOODLE)
        result, lost = texts.ours(owner.said(), notation)
        notes.extend(lost)
        return result

    named = node.child("name")
    name, stem = named.said() if named else "", words(node.child("questiontext"))
    answers = [
        Weighted(words(answer), _fraction(answer), words(answer.child("feedback"))) for answer in node.all("answer")
    ]
    if kind == "truefalse":
        question = _true_false(name, stem, answers, node.line)
    else:
        single = node.said("single").lower() not in ("false", "0")
        question, lost = multiple_choice(name, stem, single=single, answers=answers, line=node.line)
        notes += lost
    question, more = explained_by(question, words(node.child("generalfeedback")))
    return question, list(dict.fromkeys([*notes, *more, *_not_kept(node)]))


def _true_false(name: str, stem: str, answers: list[Weighted], line: int) -> Portable:
    by_word = {answer.text.lower(): answer for answer in answers}
    if set(by_word) != {"true", "false"} or len(answers) != 2:
        raise NotTaken("is a true/false question whose answers are not `true` and `false`")
    yes, no = by_word["true"], by_word["false"]
    if sorted((yes.weight, no.weight)) != [0, 100]:
        raise NotTaken("is a true/false question in which not exactly one answer is right")
    return true_false(name, stem, answer=yes.weight == 100, why_true=yes.why, why_false=no.why, line=line)


def _fraction(answer: _Node) -> float:
    written = answer.attributes.get("fraction", "0")
    try:
        return float(written)
    except ValueError:
        raise NotTaken(f"has an answer worth {written!r}, which is no number") from None


def _has_file(node: _Node) -> bool:
    here = node.tag == "file" or (node.tag in ("image", "image_base64") and bool(node.text.strip()))
    return here or any(_has_file(child) for child in node.children)


def _not_kept(node: _Node) -> list[str]:
    """Notes on what a taken question loses."""
    notes = []
    try:
        if float(node.said("defaultgrade") or 1) != 1:
            notes.append(f"its {node.said('defaultgrade')} marks are not kept: every item here is worth the same")
    except ValueError:
        notes.append("its marks are no number and are not kept")
    if any((child := node.child(tag)) and child.said() for tag in _OVERALL):
        notes.append("its overall feedback is not kept")
    if any(hint.said() for hint in node.all("hint")):
        notes.append("its hints are not kept")
    if (tags := node.child("tags")) and tags.children:
        notes.append("its tags are not kept")
    return notes


def _safe(text: str) -> str:
    return escape(text, quote=False)


def _words(tag: str, text: str, notation: str, attributes: str = "", inner: str = "") -> str:
    return f'<{tag}{attributes} format="{notation}"><text>{_safe(text)}</text>{inner}</{tag}>'


def _written(question: Portable) -> str:
    said = [question.stem, *(text for choice in question.choices for text in (choice.text, choice.why))]
    notation = "markdown" if any("**" in text or "\n" in text for text in said) else "plain_text"
    share = 100 / sum(choice.right for choice in question.choices)
    judged = question.kind == "true_false"
    parts = [
        f'<question type="{"truefalse" if judged else "multichoice"}">',
        f"  <name><text>{_safe(question.name)}</text></name>",
        f"  {_words('questiontext', question.stem, notation)}",
        "  <defaultgrade>1</defaultgrade>",
    ]
    if not judged:
        parts.append(f"  <single>{'true' if question.kind == 'single' else 'false'}</single>")
        parts.append("  <shuffleanswers>true</shuffleanswers>")
    for choice in question.choices:
        # A wrong tick takes the whole mark away: as near as fractions come to right or not.
        fraction = share if choice.right else -100 if question.kind == "multiple" else 0
        worth = f' fraction="{f"{fraction:.5f}".rstrip("0").rstrip(".")}"'
        why = _words("feedback", choice.why, notation)
        parts.append(f"  {_words('answer', choice.text, notation, worth, why)}")
    return "\n".join([*parts, "</question>"])
