"""Reads instruments and waves from files, and submissions from bytes."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from literacy_app.foundation.errors import InputError, Problem
from literacy_app.foundation.files import Document, is_id, read_yaml, shape
from literacy_app.foundation.languages import LANGUAGES
from literacy_app.questions.loader import MATRIX, check_key, check_questions, check_words
from literacy_app.questions.rules import Code, Question
from literacy_app.questions.rules.expressions import ExpressionError, fill, names, parse, piped
from literacy_app.scoring.rules import Key
from literacy_app.surveys.rules import Instrument, InstrumentWords, Mode, Submission, Wave

LABELS = {"true", "false", *Code}
MAX_DEPTH = 6
LONGEST_NAME, LONGEST_WAVE = 40, 60  # as long as the columns that hold them


@dataclass(frozen=True)
class Frozen:
    """An instrument with its key, as it is kept."""

    instrument: Instrument
    key: Key

    def body(self) -> str:
        """Shape and words as one text; what has its default is left out, so that a later version can add fields."""
        return TypeAdapter(Instrument).dump_json(self.instrument, exclude_defaults=True).decode()

    def key_body(self) -> str:
        """The key as one text."""
        return TypeAdapter(Key).dump_json(self.key).decode()


def instrument_from(body: str) -> Instrument:
    """What `Frozen.body` made."""
    return TypeAdapter(Instrument).validate_json(body)


def key_from(body: str) -> Key:
    """What `Frozen.key_body` made."""
    return TypeAdapter(Key).validate_json(body)


def wave_body(wave: Wave) -> str:
    """A wave as one text."""
    return TypeAdapter(Wave).dump_json(wave).decode()


def wave_from(body: str) -> Wave:
    """What `wave_body` made."""
    return TypeAdapter(Wave).validate_json(body)


def read_surveys(root: Path) -> tuple[list[Frozen], list[Wave]]:
    """Every instrument and wave below `surveys/`. Raises InputError with all that is wrong in any of them."""
    instruments, waves = [], []
    problems: list[Problem] = []
    for folder in sorted((root / "instruments").glob("*/")):
        try:
            instruments.append(read_instrument(folder, root))
        except InputError as error:
            problems += error.problems
    for path in sorted((root / "waves").glob("*.yml")):
        document = read_yaml(path, root)
        try:
            wave = shape(document, Wave)
        except InputError as error:
            problems += error.problems
            continue
        known = {(kept.instrument.name, kept.instrument.version) for kept in instruments}
        if (wave.instrument, wave.version) not in known and not problems:
            problems.append(
                document.problem(("instrument",), f"there is no instrument {wave.instrument}-v{wave.version}")
            )
        if not is_id(wave.id, LONGEST_WAVE):
            problems.append(
                document.problem(("id",), f"must be lower-case letters, digits, - and _, at most {LONGEST_WAVE}")
            )
        if wave.id != path.stem:
            problems.append(document.problem(("id",), f"must be the file's name, {path.stem!r}"))
        if wave.opens_on > wave.last_day:
            problems.append(document.problem(("opens_on",), "is after the wave closes or the form expires"))
        if wave.contacts_until is not None and wave.contacts_until < wave.closes_on:
            problems.append(document.problem(("contacts_until",), "is before the wave closes (closes_on)"))
        waves.append(wave)
    problems += _check_anchors(root, instruments)
    if problems:
        raise InputError(problems)
    return instruments, waves


def _check_anchors(root: Path, instruments: Sequence[Frozen]) -> list[Problem]:
    """An anchor item must be in both forms to the letter: equating rests on it."""
    known = {kept.instrument.title: kept for kept in instruments}
    problems = []
    for kept in instruments:
        form = read_yaml(root / "instruments" / kept.instrument.title / "form.yml", root)
        places = {written["id"]: index for index, written in enumerate(form.data["questions"])}
        for question in kept.instrument.questions:
            if question.anchor and not _same_item(question, kept, known.get(question.anchor)):
                message = (
                    f"{question.id!r} is not asked in {question.anchor} with the same shape, words and right answer"
                )
                problems.append(form.problem(("questions", places[question.matrix or question.id]), message))
    return problems


def _same_item(question: Question, here: Frozen, there: Frozen | None) -> bool:
    other = there.instrument.question(question.id) if there else None
    if there is None or other is None:
        return False
    words = all(
        spoken.questions[question.id] == there.instrument.words[language].questions[question.id]
        for language, spoken in here.instrument.words.items()
    )
    same_key = here.key.items.get(question.id) == there.key.items.get(question.id)
    return words and same_key and replace(question, anchor="") == replace(other, anchor="")


def read_instrument(folder: Path, root: Path) -> Frozen:
    """One instrument with its key. Raises InputError with all that is wrong."""
    document = read_yaml(folder / "form.yml", root)
    instrument = shape(document, Instrument)
    written = instrument.questions
    problems = check_questions(document, ("questions",), written, survey=True)
    instrument = replace(instrument, questions=tuple(part for question in written for part in _rows(question)))
    problems += _check_rows(document, written)
    sections = {question.section for question in written}
    for section in instrument.shuffle_sections:
        problems += _check_shuffled(document, instrument, section, sections)
    if not is_id(instrument.name, LONGEST_NAME):
        problems.append(
            document.problem(("name",), f"must be lower-case letters, digits, - and _, at most {LONGEST_NAME}")
        )
    if folder.name != f"{instrument.name}-v{instrument.version}":
        problems.append(document.problem(("name",), f"name and version must give the folder's name, {folder.name!r}"))
    if set(instrument.languages) != set(LANGUAGES):
        problems.append(document.problem(("languages",), f"must be {', '.join(LANGUAGES)}"))
    key_file = read_yaml(folder / "key.yml", root)
    key = shape(key_file, Key)
    problems += check_key(key_file, ("items",), instrument.scored, {id: item.answer for id, item in key.items.items()})
    problems += [
        key_file.problem(("items", id, "points"), "must be at least 1")
        for id, item in key.items.items()
        if item.points < 1
    ]
    if not 0 < key.pass_mark.points <= key.pass_mark.of:
        problems.append(key_file.problem(("pass_mark",), "points must be more than 0 and at most `of`"))
    words = {}
    for language in instrument.languages:
        spoken = read_yaml(folder / f"words.{language}.yml", root)
        words[language] = shape(spoken, InstrumentWords)
        problems += check_words(spoken, ("questions",), written, words[language].questions, explained=False)
        problems += _check_pipes(spoken, written, instrument.shuffle_sections, words[language])
        problems += (
            [spoken.problem(("labels",), f"must word {', '.join(sorted(LABELS))}")]
            if set(words[language].labels) != LABELS
            else []
        )
        named = {question.section for question in instrument.questions}
        problems += [
            spoken.problem(("sections",), f"section {id!r} has no words")
            for id in sorted(named - set(words[language].sections))
        ]
    if problems:
        raise InputError(problems)
    spread = {language: _spread(written, spoken) for language, spoken in words.items()}
    return Frozen(replace(instrument, words=spread), key)


def _rows(question: Question) -> tuple[Question, ...]:
    """A matrix as one question a row; any other question as it is."""
    if question.kind != MATRIX:
        return (question,)
    alone = replace(question, kind="single", rows=(), matrix=question.id)
    return tuple(replace(alone, id=f"{question.id}-{row}") for row in question.rows)


def _check_rows(document: Document, written: Sequence[Question]) -> list[Problem]:
    """The questions that become of a matrix need ids of their own, as long as every other."""
    problems = []
    ids = Counter(part.id for question in written for part in _rows(question))
    for index, question in enumerate(written):
        for at, part in enumerate(_rows(question) if question.kind == MATRIX else ()):
            here = ("questions", index, "rows", at)
            if ids[part.id] > 1 and question.rows.count(question.rows[at]) == 1:
                problems.append(document.problem(here, f"makes the question {part.id!r}, which there is already"))
            if not is_id(part.id, 40):
                problems.append(document.problem(here, f"makes the question {part.id!r}, which is longer than 40"))
    return problems


def _spread(written: Sequence[Question], words: InstrumentWords) -> InstrumentWords:
    """The words with those of every matrix spread over its rows."""
    spread = dict(words.questions)
    for question in written:
        if question.kind == MATRIX:
            said = spread.pop(question.id)
            for row, text in (said.rows or {}).items():
                spread[f"{question.id}-{row}"] = replace(said, stem=text, lead=said.stem, rows=None)
    return replace(words, questions=spread)


def _check_shuffled(document: Document, instrument: Instrument, section: str, sections: set[str]) -> list[Problem]:
    here = ("shuffle_sections", instrument.shuffle_sections.index(section))
    if section not in sections:
        return [document.problem(here, f"there is no section {section!r}")]
    inside = {question.id for question in instrument.questions if question.section == section}
    places = [place for place, question in enumerate(instrument.questions) if question.section == section]
    if places[-1] - places[0] >= len(places):
        return [document.problem(here, "its questions do not stand together, so others could come between them")]
    asked_about = {
        name
        for question in instrument.questions
        if question.section == section
        for condition in (question.show_if, question.constraint, question.calculation, *question.option_if.values())
        for name in _named(condition) - {question.id}
    }
    if both := sorted(inside & asked_about):
        return [document.problem(here, f"questions in it depend on {both[0]!r}, which may come after them")]
    return []


def _named(condition: str) -> frozenset[str]:
    try:
        return names(parse(condition)) if condition else frozenset()
    except ExpressionError:
        return frozenset()  # told of already, with its place


def _check_pipes(
    document: Document, written: Sequence[Question], shuffled: Sequence[str], words: InstrumentWords
) -> list[Problem]:
    """Stems, leads and hints may repeat earlier answers as `${question}`; anything else in such brackets is a slip of the pen."""
    problems = []
    before: list[Question] = []
    for question in written:
        said, here = words.questions.get(question.id), ("questions", question.id)
        mixed = question.section if question.section in shuffled else None
        known = {one.id for one in before if mixed is None or one.section != mixed}
        before += _rows(question)
        if said is None:
            continue
        for text in (said.stem, said.hint, said.lead, *(said.rows or {}).values()):
            problems += [
                document.problem(here, f"repeats {id!r}, which is not asked before")
                for id in sorted(piped(text) - known)
            ]
            if "${" in fill(text, lambda id: ""):
                problems.append(document.problem(here, "has a `${` that names no question"))
        if any("${" in text for text in (said.constraint, said.required, *(said.options or {}).values())):
            problems.append(document.problem(here, "only stems, leads and hints repeat answers"))
    return problems


class _Sent(BaseModel):
    """The body of a submission, as the contract has it; anything else in it is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: str
    wave: Annotated[str, Field(max_length=LONGEST_WAVE)]
    instrument: Annotated[str, Field(max_length=LONGEST_NAME)]
    version: int
    mode: str
    language: str
    started_at: str
    finished_at: str
    answers: dict[str, Any]
    paradata: Any = None
    sequence: int | None = None
    respondent: str | None = None


def read_submission(raw: bytes) -> Submission | dict[str, str]:
    """The submission in `raw`, or what is wrong with it by field (the empty name is the whole)."""
    try:
        text = raw.decode("utf-8")
        data = _read_json(text)
    except (ValueError, ArithmeticError, RecursionError) as error:
        return {"": f"not JSON in UTF-8 ({type(error).__name__})"}
    # Half characters and NUL can only have come in as \u escapes: UTF-8 and JSON have no other way for them.
    if not _is_shallow(data, MAX_DEPTH) or ("\\u" in text and not _is_whole(data)):
        return {"": f"holds half characters or NUL, or is nested more than {MAX_DEPTH} deep"}
    try:
        sent = _Sent.model_validate(data)
    except ValidationError as error:
        return {".".join(str(part) for part in item["loc"]): item["msg"] for item in error.errors()}
    return _as_submission(sent)


def _as_submission(sent: _Sent) -> Submission | dict[str, str]:
    errors: dict[str, str] = {}

    def read(name: str, reader: Any, wanted: str) -> Any:
        try:
            return reader(getattr(sent, name))
        except (ValueError, OverflowError):
            errors[name] = f"must be {wanted}"
            return None

    id = read("id", UUID, "a UUID")
    mode = read("mode", Mode, f"one of {', '.join(Mode)}")
    started = read("started_at", _aware, "an ISO 8601 time with offset")
    finished = read("finished_at", _aware, "an ISO 8601 time with offset")
    respondent = read("respondent", UUID, "a UUID") if sent.respondent is not None else None
    if sent.language not in LANGUAGES:
        errors["language"] = f"must be one of {', '.join(LANGUAGES)}"
    if not 1 <= sent.version < 10**6:
        errors["version"] = "must be a version number"
    if sent.sequence is not None and not 0 <= sent.sequence < 2**31:
        errors["sequence"] = "must be a number from 0 to 2147483647"
    if errors:
        return errors
    return Submission(
        id=id,
        wave=sent.wave,
        instrument=sent.instrument,
        version=sent.version,
        mode=mode,
        language=sent.language,
        started_at=started,
        finished_at=finished,
        answers=sent.answers,
        respondent=respondent,
        sequence=sent.sequence,
        paradata=_stored(sent.paradata),
    )


def _stored(paradata: Any) -> Any:
    """Paradata as every database can keep them: a number that no float holds exactly enough becomes its text."""
    if isinstance(paradata, Decimal):
        return float(paradata) if abs(paradata) < 10**15 else str(paradata)
    if isinstance(paradata, dict):
        return {name: _stored(value) for name, value in paradata.items()}
    return [_stored(value) for value in paradata] if isinstance(paradata, list) else paradata


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("without offset")
    return moment.astimezone(UTC)


def _refuse(word: str) -> Any:
    raise ValueError(word)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name stands twice")
    return result


# Made once, for the door reads hundreds a second.
_read_json = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_once).decode


def _is_shallow(data: Any, depth: int) -> bool:
    level = [data] if type(data) in (dict, list) else []
    for _ in range(depth):
        inside = [one.values() if type(one) is dict else one for one in level]
        level = [value for values in inside for value in values if type(value) in (dict, list)]
    return not level


def _is_whole(data: Any) -> bool:
    if isinstance(data, str):
        return "\0" not in data and not any(0xD800 <= ord(c) <= 0xDFFF for c in data)
    if isinstance(data, dict):
        return all(_is_whole(key) and _is_whole(value) for key, value in data.items())
    return not isinstance(data, list) or all(map(_is_whole, data))
