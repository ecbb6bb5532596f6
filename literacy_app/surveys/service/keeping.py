"""Instruments and waves: kept from files, opened when their day comes, frozen from then on."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy.orm import Session

from literacy_app.areas.queries import townships
from literacy_app.foundation.audit import record
from literacy_app.foundation.clock import reporting_date
from literacy_app.foundation.errors import InputError, NotFound, Problem
from literacy_app.foundation.lately import forget_answers, lately
from literacy_app.scoring.rules import Key, PassMark, Scheme
from literacy_app.surveys import queries
from literacy_app.surveys.loader import Frozen, instrument_from, key_from, wave_body, wave_from
from literacy_app.surveys.models import InstrumentRow, LinkRow, WaveRow
from literacy_app.surveys.rules import Entry, Instrument, LinkKind, Wave

TOWNSHIPS = "townships"
MOST_KEPT = 64


@dataclass(frozen=True)
class Standing:
    """A wave as it stands: whether it has opened, and what is frozen since."""

    wave: Wave
    opened: bool
    digest: str | None
    places: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Kept:
    """An instrument version as it is kept, with the digest that names its content."""

    digest: str
    instrument: Instrument
    key: Key

    @cached_property
    def scheme(self) -> Scheme:
        """How it is scored."""
        return Scheme.of(self.instrument.questions, self.key)


_kept: dict[str, Kept] = {}
_filled: dict[tuple[str, tuple[tuple[str, ...], ...]], Instrument] = {}


def keep_instrument(session: Session, frozen: Frozen, now: datetime) -> None:
    """Keep an instrument version. Raises InputError when an opened wave has frozen another content under this version."""
    instrument = frozen.instrument
    for wave in queries.waves_using(session, instrument.name, instrument.version):
        # A wave whose day came since the last load is open by now: it freezes what it has been asked with.
        open_if_due(session, wave, now)
    if problems := frozen_problems(session, [frozen]):
        raise InputError(problems)
    known = kept_instrument(session, instrument.name, instrument.version)
    if known and (known.instrument, known.key) == (instrument, frozen.key):
        return
    body, key_body = frozen.body(), frozen.key_body()
    values = {"digest": _digest(body, key_body), "body": body, "key_body": key_body, "kept_at": now}
    session.merge(InstrumentRow(name=instrument.name, version=instrument.version, **values))
    session.flush()


def frozen_problems(session: Session, found: Sequence[Frozen]) -> list[Problem]:
    """Opened waves whose instrument is no longer what was opened: changed in its files, or in the database itself."""
    problems = []
    for frozen in found:
        instrument = frozen.instrument
        where = f"instruments/{instrument.title}"
        for wave in queries.waves_using(session, instrument.name, instrument.version):
            row = queries.instrument_row(session, instrument.name, instrument.version)
            if wave.opened_at is None or row is None:
                continue
            if _digest(row.body, row.key_body) != wave.frozen_digest:
                problems.append(Problem("database", where, f"is not what wave {wave.id} opened with; restore a backup"))
            elif (_read(row).instrument, _read(row).key) != (instrument, frozen.key):
                later = f"{instrument.name}-v{instrument.version + 1}"
                message = f"is frozen since wave {wave.id} opened; put the change into {later}"
                problems.append(Problem(where, "", message))
    return problems


def _digest(body: str, key_body: str) -> str:
    return hashlib.sha256(f"{body}\n{key_body}".encode()).hexdigest()


def keep_wave(session: Session, wave: Wave, now: datetime) -> None:
    """Keep a wave, open it when its day has come, and give it its links. An opened wave keeps instrument and pilot."""
    row = queries.wave_row(session, wave.id)
    bound = wave.pilot, wave.instrument, wave.version
    if row is not None and row.opened_at and (row.pilot_id, row.instrument_name, row.instrument_version) != bound:
        message = "has opened; its pilot and its instrument cannot be changed any more"
        raise InputError([Problem(f"waves/{wave.id}.yml", "", message)])
    row = session.merge(
        WaveRow(
            id=wave.id,
            pilot_id=wave.pilot,
            instrument_name=wave.instrument,
            instrument_version=wave.version,
            opens_on=wave.opens_on,
            last_day=wave.last_day,
            body=wave_body(wave),
        )
    )
    session.flush()
    forget_answers()
    open_if_due(session, row, now)
    for kind in LinkKind:
        if queries.link_of(session, wave.id, kind) is None:
            _new_link(session, wave.id, kind, now)


def replace_link(session: Session, wave: Wave, kind: LinkKind, author: str, now: datetime) -> None:
    """A new link in the place of one that went to the wrong hands; what still comes through the old one waits for a person."""
    if (row := queries.link_of(session, wave.id, kind)) is not None:
        row.revoked_at = now
    _new_link(session, wave.id, kind, now)
    record(session, wave.pilot, now, author, "link_replaced", wave.id, kind=kind)


def _new_link(session: Session, wave_id: str, kind: LinkKind, now: datetime) -> None:
    session.add(LinkRow(token=secrets.token_urlsafe(12), wave_id=wave_id, created_at=now, kind=kind))
    session.flush()
    forget_answers()


def open_if_due(session: Session, row: WaveRow, now: datetime) -> bool:
    """Open a wave whose first day has come: from now on its instrument and its places are frozen. Whether it is opened."""
    if row.opened_at is None and row.opens_on <= reporting_date(now):
        instrument = queries.instrument_row(session, row.instrument_name, row.instrument_version)
        if instrument is None:
            raise NotFound(f"{row.instrument_name}-v{row.instrument_version}")
        row.opened_at, row.frozen_digest, row.places = now, instrument.digest, _places(session, row)
        record(session, row.pilot_id, now, "calendar", "wave_opened", row.id, digest=instrument.digest)
        session.flush()
        forget_answers()
    return row.opened_at is not None


def _places(session: Session, row: WaveRow) -> list[list[str]]:
    if row.places is not None:
        return row.places
    return [[place.code, place.name_zh, place.name_en] for place in townships(session, row.pilot_id, row.opens_on)]


def _read(row: InstrumentRow) -> Kept:
    if row.digest not in _kept:
        _make_room(_kept)
        _kept[row.digest] = Kept(row.digest, instrument_from(row.body), key_from(row.key_body))
    return _kept[row.digest]


def _make_room(cache: dict[Any, Any]) -> None:
    if len(cache) >= MOST_KEPT:
        cache.clear()


def asked_with(session: Session, standing: Standing, name: str, version: int) -> Kept | None:
    """The instrument version that a submission to a wave names; the wave's own without a look once it is frozen."""
    own = (standing.wave.instrument, standing.wave.version) == (name, version)
    known = _kept.get(standing.digest or "") if own else None
    return known or kept_instrument(session, name, version)


def kept_instrument(session: Session, name: str, version: int) -> Kept | None:
    """An instrument version with its key, or None. The texts are fetched and read once a process, by their digest."""
    digest = queries.instrument_digest(session, name, version)
    if digest is None:
        return None
    if (known := _kept.get(digest)) is not None:
        return known
    row = queries.instrument_row(session, name, version)
    return _read(row) if row else None


@lru_cache(maxsize=64)
def _wave(body: str) -> Wave:
    return wave_from(body)


def wave_of(session: Session, wave_id: str) -> Wave:
    """A wave as its file has it. Raises NotFound."""
    row = queries.wave_row(session, wave_id)
    if row is None:
        raise NotFound(wave_id)
    return _wave(row.body)


def standing_of(session: Session, wave_id: str) -> Standing:
    """How a wave stands, as of a second ago. Raises NotFound."""

    def ask() -> Standing:
        row = queries.wave_row(session, wave_id)
        if row is None:
            raise NotFound(wave_id)
        places = tuple(tuple(place) for place in _places(session, row))
        return Standing(_wave(row.body), row.opened_at is not None, row.frozen_digest, places)

    return lately(session, f"wave {wave_id}", ask)


def instrument_of(session: Session, wave: Wave) -> Instrument:
    """The wave's instrument as respondents may see it, with the wave's townships filled in. Raises NotFound."""
    found = kept_instrument(session, wave.instrument, wave.version)
    row = queries.wave_row(session, wave.id)
    if found is None or row is None:
        raise NotFound(f"{wave.instrument}-v{wave.version}")
    return with_places(found, tuple(tuple(place) for place in _places(session, row)))


def with_places(kept: Kept, places: tuple[tuple[str, ...], ...]) -> Instrument:
    """An instrument with the townships of a wave (code, Chinese name, English name) in the questions that offer them."""
    if not any(question.options_from for question in kept.instrument.questions):
        return kept.instrument
    known = (kept.digest, places)
    if known not in _filled:
        _make_room(_filled)
        _filled[known] = _fill(kept.instrument, places)
    return _filled[known]


def _fill(instrument: Instrument, places: tuple[tuple[str, ...], ...]) -> Instrument:
    codes = tuple(code for code, _, _ in places)
    names = {"zh_Hans": {code: name for code, name, _ in places}, "en": {code: name for code, _, name in places}}
    questions = tuple(replace(q, options=codes) if q.options_from == TOWNSHIPS else q for q in instrument.questions)
    words = {}
    for language, spoken in instrument.words.items():
        filled = {
            q.id: replace(spoken.questions[q.id], options=names[language])
            for q in questions
            if q.options_from == TOWNSHIPS
        }
        words[language] = replace(spoken, questions={**spoken.questions, **filled})
    return replace(instrument, questions=questions, words=words)


def pass_mark_of(session: Session, wave: Wave) -> PassMark:
    """The pass mark of the wave's instrument version. Raises NotFound."""
    found = kept_instrument(session, wave.instrument, wave.version)
    if found is None:
        raise NotFound(f"{wave.instrument}-v{wave.version}")
    return found.key.pass_mark


def entry_lately(session: Session, token: str) -> Entry | None:
    """The same as `entry_of`, as of a second ago; for the door, through which one link may bring hundreds a second."""
    return lately(session, f"entry {token}", lambda: entry_of(session, token))


def entry_of(session: Session, token: str) -> Entry | None:
    """Where the last part of a survey link leads, or None: a link, or `<link>.<secret>` of somebody who was invited."""
    link, dot, secret = token.partition(".")
    found = queries.link(session, link)
    if found is None:
        return None
    wave = wave_of(session, found.wave_id)
    respondent = queries.invited(session, wave.pilot, secret) if dot else None
    if dot and (respondent is None or queries.respondent(session, wave.pilot, wave.id, respondent) is None):
        return None
    return Entry(token, LinkKind(found.kind), wave, respondent, found.revoked_at is not None)
