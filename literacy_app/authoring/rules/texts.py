"""Formatted text of other programs made into ours: plain paragraphs, `**bold**` and `-` lists."""

import re
import unicodedata
from html import unescape
from html.parser import HTMLParser

from literacy_app.authoring.rules.exchange import NotTaken

HTML, MOODLE, PLAIN, MARKDOWN = "html", "moodle", "plain", "markdown"

_TAG = re.compile(r"</?[a-zA-Z][^>]*>|<!--")
_PARTS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "blockquote", "pre", "ul", "ol"}
_BOLD = {"b", "strong"}
# Tags that change nothing when only their words are kept.
_QUIET = {"span", "br", "li", "tbody", "html", "body", "font"} | _PARTS | _BOLD
# What shows or does something that words cannot.
_REFUSED = {"img", "audio", "video", "iframe", "object", "embed", "svg", "math", "table", "script", "style", "input"}


def ours(text: str, notation: str) -> tuple[str, list[str]]:
    """A text in one of the four notations as ours, with notes on marks that are lost. Raises NotTaken for pictures and the like."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    notes: list[str] = []
    if notation == HTML or (notation == MOODLE and _TAG.search(text)):
        writer = _Writer(keeps_lines=notation == MOODLE)
        writer.feed(text)
        writer.close()
        text, notes = writer.text(), writer.notes()
    elif notation == MOODLE:
        text = re.sub(r"[ \t]*\n[ \t]*", "\n", unescape(text))
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in text):
        raise NotTaken("has a control character in its words")
    return text.strip(), notes


class _Writer(HTMLParser):
    """Writes what a browser would show, as far as our notation can say it."""

    def __init__(self, *, keeps_lines: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.keeps_lines = keeps_lines
        self.parts: list[str] = []
        self.lost: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens."""
        if tag in _REFUSED:
            raise NotTaken(f"needs <{tag}>, which texts here do not have")
        if tag not in _QUIET:
            self.lost.add(tag)
        self.parts.append(
            "**"
            if tag in _BOLD
            else "\n"
            if tag == "br"
            else "\n- "
            if tag == "li"
            else "\n\n"
            if tag in _PARTS
            else ""
        )

    def handle_endtag(self, tag: str) -> None:
        """A tag closes."""
        self.parts.append("**" if tag in _BOLD else "\n\n" if tag in _PARTS else "")

    def handle_data(self, data: str) -> None:
        """Words."""
        self.parts.append(data if self.keeps_lines else re.sub(r"\s+", " ", data))

    def text(self) -> str:
        """All that was written, with tidy lines."""
        text = "".join(self.parts).replace("\u00a0", " ")
        text = re.sub(r"\*\*\s*([^*]*?)\s*\*\*", lambda bold: f"**{bold[1]}**" if bold[1] else "", text)
        text = re.sub(r"[ \t]*\n[ \t]*", "\n", text)
        return re.sub(r"\n{3,}", "\n\n", text)

    def notes(self) -> list[str]:
        """What was lost."""
        return [f"its <{tag}> is not kept, only the words in it" for tag in sorted(self.lost)]
