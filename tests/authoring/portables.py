"""What tests of authoring stand on: questions as any program may hold them, and content with one practice set."""

import shutil
from pathlib import Path

from hypothesis import strategies as st

from literacy_app.authoring.rules.exchange import Choice, Portable
from tests import builders

FILES = Path(__file__).parent / "files"

# Anything that a person could type, with the characters that formats live on more often than chance.
_WORDS = st.one_of(
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn"), include_characters="\n"), max_size=30),
    st.text(alphabet="水气ab ~=#{}:\\n/%5[]html<b>&;*-_\n\"'$.", max_size=30),
).map(lambda text: text.strip())
_SAID = _WORDS.filter(bool)


@st.composite
def portables(draw: st.DrawFn) -> Portable:
    """A question of any kind that travels."""
    kind = draw(st.sampled_from(["single", "multiple", "true_false"]))
    if kind == "true_false":
        answer = draw(st.booleans())
        choices = (Choice("true", answer, draw(_WORDS)), Choice("false", not answer, draw(_WORDS)))
        return Portable(draw(_WORDS), kind, draw(_SAID), choices)
    texts = draw(st.lists(_SAID, min_size=2, max_size=6, unique=True))
    right = {draw(st.integers(0, len(texts) - 1))}
    if kind == "multiple":
        right |= draw(st.sets(st.integers(0, len(texts) - 1)))
    choices = tuple(Choice(text, place in right, draw(_WORDS)) for place, text in enumerate(texts))
    return Portable(draw(_WORDS), kind, draw(_SAID), choices)


SET = {
    "items.yml": "article: a21\nquestions:\n  - {id: a21-1, kind: single, options: [a, b, c]}\n",
    "key.yml": "a21-1: c\n",
    "words.zh_Hans.yml": (
        "questions:\n  a21-1: {stem: 怎样参与？, options: {a: 一, b: 二, c: 三}, why: {a: 因为一, b: 因为二, c: 因为三}}\n"
    ),
    "words.en.yml": (
        "questions:\n  a21-1: {stem: How to take part?, options: {a: I, b: II, c: III}, why: {a: For I, b: For II, c: For III}}\n"
    ),
}


def tiny_content(folder: Path) -> Path:
    """The content of tests/files with the practice set SET and no other."""
    content = folder / "content"
    shutil.copytree(builders.FILES / "content", content)
    shutil.rmtree(content / "practice")
    (content / "practice/a21").mkdir(parents=True)
    for name, text in SET.items():
        (content / "practice/a21" / name).write_text(text, encoding="utf-8")
    return content
