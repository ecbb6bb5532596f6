"""What makes texts and questions hard or unfair, as advice to whoever writes them. Nothing here stops a check.

Items after Haladyna, Downing and Rodriguez, "A review of multiple-choice item-writing guidelines", Applied Measurement in
Education 15 (2002). Messages are for the console, in English.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from math import sqrt

from literacy_app.foundation.policy import Figure
from literacy_app.lessons.rules import Item

LONGEST_SENTENCE = {
    "zh_Hans": Figure(20, "characters", "house rule for residents' texts: a sentence a phone shows in two lines"),
    "en": Figure(25, "words", "GOV.UK, Sentence length: why 25 words is our limit, 2014"),
}
SHORTEST_ALT = {
    "zh_Hans": Figure(8, "characters", "house rule: who or what, and what happens"),
    "en": Figure(25, "characters", "house rule: who or what, and what happens"),
}
# By how much the right option may be longer than the longest other one.
LONGER_BY = Figure(1.5, "times", "house rule; Haladyna and others (2002): options of like length")
LONGER_AT_LEAST = {"zh_Hans": 4, "en": 8}
# Of the places of the right option, the fullest against the emptiest.
PLACES = Figure(1.5, "times", "house rule; Haladyna and others (2002): vary the place of the answer")
FEWEST_TO_JUDGE = 20
FEWEST_OPTIONS = 3

OFFICIALESE = {
    "zh_Hans": re.compile(
        "切实|贯彻|落实|开展|予以|加以|加大力度|进一步|亟需|旨在|鉴于|务必|严禁|相关部门|有关部门|相应|应当|依据|从而"
    ),
    "en": re.compile(
        r"\b(utili[sz]e|commence|facilitate|pursuant|in accordance with|in order to|with regard to|prior to"
        r"|endeavour|implement|relevant authorit(?:y|ies)|aforementioned|henceforth)\b",
        re.IGNORECASE,
    ),
}
_SENTENCES = {"zh_Hans": re.compile(r"[。！？；\n]"), "en": re.compile(r"[.!?;](?:\s|$)|\n")}
_CHARACTERS = re.compile(r"[\u4e00-\u9fff]|[A-Za-z0-9.]+")
_BOLD = re.compile(r"\*\*.*?\*\*")
# A question for what is not so. Only behind (or, in Chinese, right before) the asking word: "a stain does not go; what helps?" is fair.
_NEGATIVE = {
    "zh_Hans": re.compile(
        r"(?:哪|下列|以下|下面)[^。？！]*?(?:不|没|错|除了|除外)|(?:不|没|错)[^，。？！]{0,6}的?[是有](?:哪|什么)"
    ),
    "en": re.compile(
        r"\b(?:which|what|who|choose|find)\b[^.?!]*?(?:\b(?:not|never|except|incorrect|wrong|cannot)\b|n't\b)",
        re.IGNORECASE,
    ),
}


def on_text(text: str, language: str) -> Iterator[str]:
    """What is hard to read in one text."""
    for sentence in _SENTENCES[language].split(text):
        plain = sentence.replace("**", "").strip(" -")
        count = len(_CHARACTERS.findall(plain)) if language == "zh_Hans" else len(plain.split())
        longest = LONGEST_SENTENCE[language]
        if count > longest.value:
            yield f"a sentence of {count} {longest.unit}, {longest.value:.0f} are enough: {_short(plain)}"
    for word in dict.fromkeys(found[0] for found in OFFICIALESE[language].finditer(text)):
        yield f"{word!r} is an office word; say it as people talk"


def on_alt(text: str, language: str) -> Iterator[str]:
    """What is missing in the words for a picture."""
    shortest = SHORTEST_ALT[language]
    if len(text) < shortest.value:
        yield f"says little for those who cannot see the picture ({len(text)} of {shortest.value:.0f} characters)"
    if re.match(r"图片|图中|这是一|(?:a |the )?(?:picture|image|photo)\b", text, re.IGNORECASE):
        yield "says that it is a picture, which the phone says already; say what is in it"


def on_question(item: Item, language: str) -> Iterator[str]:
    """What gives an item away or trips people up."""
    words, options = item.words[language], item.question.options
    if item.question.kind == "true_false":
        return
    if _NEGATIVE[language].search(_BOLD.sub("", words.stem)):
        yield f"asks for what is not so; put the small word in **bold** or turn it round: {_short(words.stem)}"
    if len(options) < FEWEST_OPTIONS:
        yield f"has {len(options)} options; with fewer than {FEWEST_OPTIONS} it does not count to what is learnt"
    if isinstance(item.answer, tuple):
        if len(item.answer) in (1, len(options)):
            yield f"{len(item.answer)} of {len(options)} options are right, so ticking all or one is enough"
        return
    lengths = {id: len(text) for id, text in (words.options or {}).items()}
    right, longest = lengths[item.answer], max(length for id, length in lengths.items() if id != item.answer)
    if right >= LONGER_BY.value * longest and right - longest >= LONGER_AT_LEAST[language]:
        yield f"the right option is the longest by far ({right} to {longest} characters)"


def on_bank(items: Sequence[Item]) -> Iterator[str]:
    """What gives answers away over all items together."""
    singles = [item for item in items if isinstance(item.answer, str) and item.question.kind == "single"]
    for size in sorted({len(item.question.options) for item in singles}):
        own = [item for item in singles if len(item.question.options) == size]
        counts = Counter(item.question.options.index(str(item.answer)) for item in own)
        yield from _uneven(f"items with {size} options", {str(place + 1): counts[place] for place in range(size)})
    truths = Counter(str(item.answer) for item in items if item.question.kind == "true_false")
    yield from _uneven("true/false items", {answer: truths[answer] for answer in ("true", "false")})
    for language in sorted({language for item in singles for language in item.words}):
        yield from _longest_too_often(singles, language)
    stems = Counter((language, words.stem) for item in items for language, words in item.words.items())
    for (_, stem), count in stems.items():
        if count > 1:
            yield f"{count} items ask the same: {_short(stem)}"


def _uneven(what: str, counts: dict[str, int]) -> Iterator[str]:
    if sum(counts.values()) >= FEWEST_TO_JUDGE and max(counts.values()) > PLACES.value * min(counts.values()):
        told = ", ".join(f"{place}: {count}" for place, count in counts.items())
        yield f"{what}: the place of the right option gives it away ({told})"


def _longest_too_often(items: Sequence[Item], language: str) -> Iterator[str]:
    """Whether taking the longest option beats chance by more than two standard errors."""
    right, chance = 0, 0.0
    for item in items:
        lengths = {id: len(text) for id, text in (item.words[language].options or {}).items()}
        right += all(lengths[str(item.answer)] > length for id, length in lengths.items() if id != item.answer)
        chance += 1 / len(lengths)
    if len(items) >= FEWEST_TO_JUDGE:
        share = chance / len(items)
        if right > chance + 2 * sqrt(len(items) * share * (1 - share)):
            yield f"{language}: the right option is the longest in {right} of {len(items)} items, {chance:.0f} would be chance"


def _short(text: str) -> str:
    line = text.split("\n")[0]
    return line if len(line) <= 40 else f"{line[:40]}…"
