"""Paragraphs, bold and lists as people write them in words files, made into safe HTML."""

from functools import lru_cache

from markdown_it import MarkdownIt
from markupsafe import Markup

# Nothing but these can come out: raw HTML, links, pictures and code are left as the characters they are.
_writer = MarkdownIt("zero", {"html": False}).enable(["emphasis", "list", "newline"])


@lru_cache(maxsize=4000)
def inline(text: str) -> Markup:
    """HTML of a text within a line, such as a question: bold and nothing else; every other character is escaped."""
    return Markup(_writer.renderInline(text))  # noqa: S704 - as for `rich`


@lru_cache(maxsize=1000)
def rich(text: str) -> Markup:
    """HTML of a text in our small notation; every other character is escaped."""
    return Markup(_writer.render(text))  # noqa: S704 - the writer escapes all but its own paragraphs, lists and emphasis
