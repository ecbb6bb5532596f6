"""Writing the data of a wave piece by piece, so that nothing waits for the last row and nothing holds all of them."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Generic

from sqlalchemy.orm import Session

from literacy_app.areas.models import PilotRow
from literacy_app.exports import queries
from literacy_app.exports.rules import Column, F, Form, Selection, Shape, TextUse, Value
from literacy_app.exports.rules.cells import Cells, Cutter, code_in, stored_in_zone, with_marked_codes
from literacy_app.exports.rules.columns import PARADATA, SCALES, Block, Layout, layout, score_cells
from literacy_app.exports.rules.csv_file import MARK, CsvFile, line
from literacy_app.exports.rules.ddi import Facts, codebook, describe
from literacy_app.exports.rules.sav_file import SavFile
from literacy_app.exports.rules.union import Asked, Book, book
from literacy_app.exports.rules.xlsx_file import XlsxFile
from literacy_app.foundation.audit import record
from literacy_app.foundation.codes import short
from literacy_app.foundation.errors import NotFound
from literacy_app.foundation.languages import Bilingual
from literacy_app.questions.rules import Question
from literacy_app.surveys.queries import tally
from literacy_app.surveys.rules import Status, Wave
from literacy_app.surveys.service import kept_instrument, with_places
from literacy_app.surveys.service.keeping import standing_of

LONG_HEAD = ("meta.id", "meta.instrument", "meta.version", "meta.stream", "meta.status")
LONG_TAIL = ("question", "value", "code", "label", "points")
WORDED = {"text", "calculated"}
UNREAD = ("", 0)

# The places of what `queries.submissions` gives.
ID, REPLACES, SHA256, STARTED, FINISHED, RECEIVED = range(6)
TERMS = slice(6, 16)
INSTRUMENT, VERSION, STREAM, STATUS, FLAGS = 7, 8, 11, 12, 8
ANSWERS, POINTS, SCORES, RESPONDENT, STRATUM, PSU, AREA, PROBABILITY, PARADATA_AT = range(16, 25)


def leave_trace(session: Session, wave: Wave, form: Form, selection: Selection, actor: str, now: datetime) -> None:
    """Say in the audit log who takes which data out; before the first byte goes."""
    detail = {"copy": selection.copy, "stream": selection.stream, "counted": selection.counted}
    record(session, wave.pilot, now, actor, "data_exported", wave.id, file=form, **detail)


def book_of(session: Session, wave: Wave) -> Book:
    """The union of the instrument versions in use in a wave. Raises NotFound when its own is not kept."""
    places = standing_of(session, wave.id).places
    own = (wave.instrument, wave.version)
    used = {own, *queries.versions_used(session, wave)}
    kept = {version: found for version in sorted(used) if (found := kept_instrument(session, *version))}
    if own not in kept:
        raise NotFound(f"{wave.instrument}-v{wave.version}")
    return book(wave, [with_places(one, places) for one in kept.values()])


def export(session: Session, wave: Wave, form: Form, selection: Selection, now: datetime) -> Iterator[bytes]:
    """One file of a wave. All of it is of one moment when the session began with `queries.hold_still`."""
    found = book_of(session, wave)
    match form:
        case Form.DDI:
            yield description(session, found, now)
        case Form.CODEBOOK:
            rows = codebook(found, layout(found, full=selection.full))
            yield (MARK + "".join(f"{line(row)}\r\n" for row in rows)).encode()
        case Form.LONG_CSV:
            yield from _long(session, found, selection)
        case Form.JSONL:
            yield from _json_lines(session, found, selection)
        case Form.WIDE_CSV:
            made = layout(found, full=selection.full)
            yield from _table(session, found, selection, made, CsvFile(_in_tables(made.columns)))
        case Form.XLSX:
            made = layout(found, full=selection.full)
            notes = [("codebook", codebook(found, made))]
            with closing(XlsxFile(_in_tables(made.columns), notes)) as shape:
                yield from _table(session, found, selection, made, shape)
        case Form.SAV:
            yield from _sav(session, found, selection, now)


def description(session: Session, found: Book, now: datetime) -> bytes:
    """The DDI description of a wave."""
    pilot = session.get(PilotRow, found.wave.pilot)
    area = Bilingual(pilot.name_zh, pilot.name_en) if pilot else Bilingual("", "")
    facts = Facts(now, tally(session, found.wave.pilot, found.wave.id), area)
    return describe(found, layout(found, full=True), facts)


def _sav(session: Session, found: Book, selection: Selection, now: datetime) -> Iterator[bytes]:
    shape = SavFile(selection.language, found.wave.title.text(selection.language), now)
    yield shape.head()
    ids = sorted({asked.id for asked in found.asked if asked.question.kind in WORDED})
    used = queries.text_use(session, found.wave, selection, ids)
    use: dict[str, TextUse] = {asked.name: used[asked.id] for asked in found.asked if asked.id in used}
    if PARADATA in used:
        use[PARADATA] = used[PARADATA]
    made = layout(found, full=selection.full, use=use)
    shape.columns = _in_sav(made.columns)
    yield from _table(session, found, selection, made, shape, in_sav=True)


def _in_tables(columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if column.tables]


def _in_sav(columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if column.spss]


def _table(
    session: Session, found: Book, selection: Selection, made: Layout, shape: Shape[F], *, in_sav: bool = False
) -> Iterator[bytes]:
    yield shape.start()
    rows = _Rows(shape, found, made, in_sav=in_sav)
    weights = _Weights.of(session, found.wave) if selection.full else _Weights()
    for batch in queries.submissions(session, found.wave, selection):
        yield shape.rows([rows.row(one, weights) for one in batch])
    yield shape.end()


class _Rows(Generic[F]):
    """Makes the fragments of a row; those that are made of few values are made once."""

    def __init__(self, shape: Shape[F], found: Book, made: Layout, *, in_sav: bool) -> None:
        self.moment: Callable[[str], Value] = _moment if in_sav else stored_in_zone
        self.arrival = shape.maker(made.arrival)
        write_terms = shape.maker(made.terms)
        self.terms = Cells(lambda terms: write_terms(_terms(terms)))
        # An instrument that is not kept (any more): the bytes are, but nobody could read answers in them.
        ways = {**found.ways, UNREAD: tuple(None for _ in made.blocks)}
        self.answers = {version: _answers(shape, made, asked, in_sav=in_sav) for version, asked in ways.items()}
        self.points = {version: _points(shape, made, asked) for version, asked in ways.items()}
        self.scores = _scores(shape, made)
        self.respondent = shape.maker(made.design[:1])
        self.place = Cells(shape.maker(made.design[1:]))
        self.paradata = shape.maker(made.paradata)
        self.full = bool(made.design)

    def row(self, one: Any, weights: "_Weights") -> list[F]:
        """The fragments of one submission."""
        version = (one[INSTRUMENT], one[VERSION])
        if version not in self.answers:
            version = UNREAD
        row = [
            self.arrival(_arrival(one, self.moment)),
            self.terms[tuple(one[TERMS])],
            *self.answers[version].row(with_marked_codes(one[ANSWERS])),
            *self.points[version].row(one[POINTS] or "{}"),
            *self.scores.row(one[SCORES] or "{}"),
        ]
        if self.full:
            design = _design(one, weights)
            row += [self.respondent(design[:1]), self.place[design[1:]], self.paradata((one[PARADATA_AT],))]
        return row


def _answers(shape: Shape[F], made: Layout, asked: Sequence[Question | None], *, in_sav: bool) -> Cutter[F]:
    makes = [_make(shape, block, question, in_sav=in_sav) for block, question in zip(made.blocks, asked, strict=True)]
    return Cutter([question.id if question else "" for question in asked], makes, [make(None) for make in makes])


def _make(shape: Shape[F], block: Block, question: Question | None, *, in_sav: bool) -> Callable[[Any], F]:
    write = shape.maker(_in_sav(block.columns) if in_sav else _in_tables(block.columns))
    values = block.sav if in_sav else block.table
    return lambda answer: write(values(answer, question))


def _points(shape: Shape[F], made: Layout, asked: Sequence[Question | None]) -> Cutter[F]:
    write = shape.maker(made.points[:1])
    names = [question.id if (question := asked[index]) else "" for index in made.scored]
    return Cutter(names, [lambda points: write((points,))] * len(names), [write((None,))] * len(names))


def _scores(shape: Shape[F], made: Layout) -> Cutter[F]:
    def make(columns: Sequence[Column]) -> Callable[[Any], F]:
        write = shape.maker(columns)
        return lambda score: write(score_cells(score, columns))

    makes = [make(columns) for columns in made.scores]
    return Cutter(SCALES, makes, [one(None) for one in makes], apart='": {"points": ')


def _terms(terms: Sequence[Any]) -> tuple[Value, ...]:
    return (*terms[:FLAGS], " ".join(json.loads(terms[FLAGS])) or None, *terms[FLAGS + 1 :])


def _arrival(one: Any, moment: Callable[[str], Value]) -> tuple[Value, ...]:
    replaces = one[REPLACES]
    return (
        _uuid(one[ID]),
        short(one[SHA256]),
        replaces and _uuid(replaces),
        moment(one[STARTED]),
        moment(one[FINISHED]),
        moment(one[RECEIVED]),
    )


def _moment(stored: str) -> datetime:
    return datetime.fromisoformat(f"{stored[:19]}+00:00")


def _uuid(stored: str) -> str:
    """An id with its hyphens, which SQLite does not keep."""
    if len(stored) != 32:
        return stored
    return f"{stored[:8]}-{stored[8:12]}-{stored[12:16]}-{stored[16:20]}-{stored[20:]}"


def _design(one: Any, weights: "_Weights") -> tuple[Value, ...]:
    respondent = one[RESPONDENT]
    if not respondent:
        return (None,) * 7
    # The weight is the interview's that counts, not that of another which one person gave.
    response = weights.response.get(respondent) if one[STATUS] == Status.ACCEPTED else None
    place = (_uuid(respondent), one[STRATUM], one[PSU], one[AREA])
    return (*place, 1 / one[PROBABILITY], response, weights.final.get(one[ID]))


@dataclass(frozen=True)
class _Weights:
    """Nonresponse-adjusted weights by person, of those whose interview counts; those of the latest version by submission."""

    response: Mapping[str, float] = field(default_factory=dict)
    final: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, wave: Wave) -> "_Weights":
        """The weights of a wave."""
        # NumPy and SciPy take a while to import, and only the institute's copy needs them.
        import numpy as np

        from literacy_app.estimation.rules.weights import response_weights

        drawn = queries.design(session, wave)
        if not drawn.respondents:
            return cls()
        answered = np.array(drawn.answered)
        weights = response_weights(
            np.array(drawn.probabilities), np.array(drawn.strata), np.array(drawn.psus), answered
        )
        people = zip(drawn.respondents, weights.tolist(), drawn.answered, strict=True)
        return cls({id: weight for id, weight, here in people if here}, queries.final_weights(session, wave))


def _long(session: Session, found: Book, selection: Selection) -> Iterator[bytes]:
    """One row an answer, in the order of the form; a choice of several options is one answer."""
    design = [column.name for column in layout(found, full=True).design] if selection.full else []
    yield f"{MARK}{line((*LONG_HEAD, *design, *LONG_TAIL))}\r\n".encode()
    makes: list[Callable[[Any], str]] = [partial(_in_words, asked, selection.language) for asked in found.asked]
    names = {version: [one.id if one else "" for one in asked] for version, asked in found.ways.items()}
    blank = [""] * len(makes)
    answers = {version: Cutter(ids, makes, blank) for version, ids in names.items()}
    points = {version: Cutter(ids, [str] * len(makes), blank) for version, ids in names.items()}
    weights = _Weights.of(session, found.wave) if selection.full else _Weights()
    for batch in queries.submissions(session, found.wave, selection):
        parts: list[str] = []
        for one in batch:
            head = line((_uuid(one[ID]), one[INSTRUMENT], one[VERSION], one[STREAM], one[STATUS]))
            if selection.full:
                head += "," + line(_design(one, weights))
            if (version := (one[INSTRUMENT], one[VERSION])) in answers:
                said = answers[version].row(with_marked_codes(one[ANSWERS]))
                earned = points[version].row(one[POINTS] or "{}")
                parts += [f"{head},{a},{p}\r\n" for a, p in zip(said, earned, strict=True) if a]
        yield "".join(parts).encode()


def _in_words(asked: Asked, language: str, answer: Any) -> str:
    """Question, value, code and label of one answer."""
    code = code_in(answer)
    if code:
        return line((asked.name, None, code, asked.codes[code].text(language)))
    chosen = answer if isinstance(answer, tuple) else (answer,) if asked.options else ()
    labels = [asked.labels[option].text(language) for option in chosen if option in asked.labels]
    value = " ".join(answer) if isinstance(answer, tuple) else answer
    return line((asked.name, value, None, ("、" if language == "zh_Hans" else ", ").join(labels) or None))


def _json_lines(session: Session, found: Book, selection: Selection) -> Iterator[bytes]:
    """One object a submission: what is known of it; answers, points, scores and paradata exactly as they are kept."""
    made = layout(found, full=True)
    terms = [column.name.removeprefix("meta.") for column in made.terms]
    arrival = [column.name.removeprefix("meta.") for column in made.arrival]
    design = [column.name for column in made.design]
    yield b""
    weights = _Weights.of(session, found.wave) if selection.full else _Weights()
    for batch in queries.submissions(session, found.wave, selection):
        lines = []
        for one in batch:
            meta = dict(zip(arrival, _arrival(one, stored_in_zone), strict=True)) | dict(
                zip(terms, _terms(one[TERMS]), strict=True)
            )
            stored = {"answers": one[ANSWERS], "points": one[POINTS], "scores": one[SCORES]}
            parts = {"meta": _json(meta)} | {name: text or "{}" for name, text in stored.items()}
            if selection.full:
                parts["design"] = _json(dict(zip(design, _design(one, weights), strict=True)))
                parts["paradata"] = one[PARADATA_AT] or "null"
            lines.append("{" + ", ".join(f'"{name}": {text}' for name, text in parts.items()) + "}\n")
        yield "".join(lines).encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
