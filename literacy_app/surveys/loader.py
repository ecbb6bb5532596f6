"""Reads instruments and waves from files, and submissions from bytes."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from literacy_app.foundation.errors import InputError, Problem
from literacy_app.foundation.files import is_id, read_yaml, shape
from literacy_app.foundation.languages import LANGUAGES
from literacy_app.questions.loader import check_key, check_questions, check_words
from literacy_app.questions.rules import Code
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
        """Shape and words as one text."""
        return TypeAdapter(Instrument).dump_json(self.instrument).decode()

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
        waves.append(wave)
    if problems:
        raise InputError(problems)
    return instruments, waves


def read_instrument(folder: Path, root: Path) -> Frozen:
    """One instrument with its key. Raises InputError with all that is wrong."""
    document = read_yaml(folder / "form.yml", root)
    instrument = shape(document, Instrument)
    problems = check_questions(document, ("questions",), instrument.questions)
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
        problems += check_words(
            spoken, ("questions",), instrument.questions, words[language].questions, explained=False
        )
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
    return Frozen(replace(instrument, words=words), key)


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
        data = json.loads(raw.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, ArithmeticError, RecursionError) as error:
        return {"": f"not JSON in UTF-8 ({type(error).__name__})"}
    if not _is_plain(data, MAX_DEPTH):
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
    if errors:
        return errors
    return Submission(
        id, sent.wave, sent.instrument, sent.version, mode, sent.language, started, finished, sent.answers, respondent
    )


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


def _is_plain(data: Any, depth: int) -> bool:
    if isinstance(data, str):
        return "\0" not in data and not any(0xD800 <= ord(c) <= 0xDFFF for c in data)
    if isinstance(data, dict):
        return depth > 0 and all(_is_plain(key, depth) and _is_plain(value, depth - 1) for key, value in data.items())
    if isinstance(data, list):
        return depth > 0 and all(_is_plain(value, depth - 1) for value in data)
    return True
