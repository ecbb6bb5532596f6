"""The questions of every instrument version that a wave's submissions answered, as one list in the order of the forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from literacy_app.foundation.languages import LANGUAGES, Bilingual
from literacy_app.questions.kinds import KINDS
from literacy_app.questions.kinds.text import LONGEST
from literacy_app.questions.rules import Code, Question
from literacy_app.surveys.rules import Instrument, Wave

Version = tuple[str, int]


@dataclass(frozen=True)
class Asked:
    """One question of the union. `options` are those of all versions in the order of columns; `numbered` the same in an
    order that a later version can only add to: its place (from 1) is the number in SPSS.

    `name` is the question's id, unless a version before it asks something else under the same id.
    """

    name: str
    question: Question
    options: tuple[str, ...]
    numbered: tuple[str, ...]
    stem: Bilingual
    lead: Bilingual
    labels: Mapping[str, Bilingual]
    codes: Mapping[str, Bilingual]
    # The longest text and the finest number that any version takes.
    longest: int = LONGEST
    decimals: int = 0

    @property
    def id(self) -> str:
        """The question's id in the answers."""
        return self.question.id


@dataclass(frozen=True)
class Book:
    """All that a wave's data are described by. `ways` holds, for every version, the version's own question for each of
    `asked`, or None where the version does not ask it."""

    wave: Wave
    instruments: tuple[Instrument, ...]
    asked: tuple[Asked, ...]
    ways: Mapping[Version, tuple[Question | None, ...]]
    sections: Mapping[str, Bilingual] = field(default_factory=dict)


def book(wave: Wave, instruments: Sequence[Instrument]) -> Book:
    """The union of instrument versions; the wave's own comes first, then its other versions, then other instruments."""
    own = (wave.instrument, wave.version)
    ordered = sorted(instruments, key=lambda one: (_of(one) != own, one.name != wave.instrument, one.name, one.version))
    found: list[list[tuple[Instrument, Question]]] = []
    for instrument in ordered:
        place = 0
        for question in instrument.questions:
            if question.kind == "note":
                continue
            same = next((index for index, made in enumerate(found) if _is_same(made, instrument, question)), None)
            if same is None:
                found.insert(place, [(instrument, question)])
                place += 1
            else:
                found[same].append((instrument, question))
                place = same + 1
    names = _names(found, ordered)
    asked = tuple(_asked(names[index], made) for index, made in enumerate(found))
    ways = {
        _of(instrument): tuple(next((question for one, question in made if one is instrument), None) for made in found)
        for instrument in ordered
    }
    sections = {
        id: Bilingual(*(instrument.words[language].sections[id] for language in LANGUAGES))
        for instrument in reversed(ordered)
        for id in instrument.words[LANGUAGES[0]].sections
    }
    return Book(wave, tuple(ordered), asked, ways, sections)


Made = list[tuple[Instrument, Question]]


def _of(instrument: Instrument) -> Version:
    return (instrument.name, instrument.version)


def _is_same(made: Made, instrument: Instrument, question: Question) -> bool:
    """Whether a version asks what another has asked: versions of one instrument by id and kind, and what another
    instrument asks under the same id only if it is said in the same words."""
    other, first = made[0]
    if (first.id, first.kind) != (question.id, question.kind):
        return False
    language = LANGUAGES[0]
    return other.name == instrument.name or (
        other.words[language].questions[first.id] == instrument.words[language].questions[question.id]
    )


def _names(found: Sequence[Made], ordered: Sequence[Instrument]) -> dict[int, str]:
    """The names by place. They are given by seniority, so that what the wave itself asks keeps its plain id."""
    names: dict[int, str] = {}
    for index in sorted(range(len(found)), key=lambda index: (ordered.index(found[index][0][0]), index)):
        instrument, question = found[index][0]
        plain = question.id not in names.values()
        names[index] = question.id if plain else f"{question.id}.{instrument.title}"
    return names


def _asked(name: str, made: Made) -> Asked:
    options: list[str] = []
    numbered: list[str] = []
    labels: dict[str, Bilingual] = {}
    for instrument, question in made:
        place = 0
        for option in KINDS[question.kind].options(question):
            if option in options:
                place = options.index(option) + 1
                continue
            options.insert(place, option)
            numbered.append(option)
            labels[option] = _label(instrument, question, option)
            place += 1
    instrument, question = made[0]
    # What is worked out has no words of its own.
    spoken = [instrument.words[language].questions.get(question.id) for language in LANGUAGES]
    return Asked(
        name=name,
        question=question,
        options=tuple(options),
        numbered=tuple(numbered),
        stem=Bilingual(*(words.stem if words else question.id for words in spoken)),
        lead=Bilingual(*(words.lead if words else "" for words in spoken)),
        labels=labels,
        codes={code: Bilingual(*(instrument.words[language].labels[code] for language in LANGUAGES)) for code in Code},
        longest=max(question.max or LONGEST for _, question in made) if question.kind == "text" else LONGEST,
        decimals=max(question.decimals for _, question in made),
    )


def _label(instrument: Instrument, question: Question, option: str) -> Bilingual:
    texts = []
    for language in LANGUAGES:
        words = instrument.words[language]
        texts.append((words.questions[question.id].options or words.labels)[option])
    return Bilingual(*texts)
