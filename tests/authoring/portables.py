"""Questions as any program may hold them, for round trips."""

from pathlib import Path

from hypothesis import strategies as st

from literacy_app.authoring.rules.exchange import Choice, Portable

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
