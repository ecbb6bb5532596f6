"""Looking up what is exported: rows as plain tuples in the order of their keys, never all of them at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, Text, and_, case, cast, func, select
from sqlalchemy.orm import Session

from literacy_app.estimation.models import EstimationRow, WeightRow
from literacy_app.estimation.queries import in_scope, people_in_households
from literacy_app.exports.rules import Selection, TextUse
from literacy_app.exports.rules.columns import PARADATA
from literacy_app.surveys.models import AnswerSheet, Respondent, SubmissionRow
from literacy_app.surveys.rules import Status, Stream, Wave

BATCH = 500
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Design:
    """Everybody drawn for a wave, in four lists of one length, and who of them gave an interview that counts."""

    respondents: list[str]
    strata: list[str]
    psus: list[str]
    probabilities: list[float]
    answered: list[bool]


def hold_still(session: Session) -> None:
    """Let everything that the session reads from now on be of one moment. SQLite does so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def versions_used(session: Session, wave: Wave) -> Sequence[tuple[str, int]]:
    """The instrument versions that submissions to a wave were made with, by name and number."""
    row = SubmissionRow
    query = select(row.instrument_name, row.instrument_version).where(
        row.pilot_id == wave.pilot, row.wave_id == wave.id
    )
    return [(name, version) for name, version in session.execute(query.distinct())]


def submissions(session: Session, wave: Wave, selection: Selection) -> Iterator[Sequence[Any]]:
    """The submissions in batches: id, replaces, sha256, three times in UTC as text, ten terms, answers, points, scores, and for a full copy
    respondent, stratum, PSU, area, probability and paradata."""
    row = SubmissionRow
    columns: list[Any] = [
        cast(row.id, Text),
        cast(row.replaces, Text),
        row.sha256,
        *(_in_utc(session, moment) for moment in (row.started_at, row.finished_at, row.received_at)),
        row.wave_id,
        row.instrument_name,
        row.instrument_version,
        row.mode,
        row.language,
        row.stream,
        row.status,
        row.reason,
        cast(row.flags, Text),
        row.consent_version,
        cast(AnswerSheet.answers, Text),
        cast(AnswerSheet.points, Text),
        cast(AnswerSheet.scores, Text),
    ]
    if selection.full:
        columns += [
            cast(row.respondent_id, Text),
            Respondent.stratum,
            Respondent.psu,
            Respondent.area_code,
            Respondent.probability,
            cast(AnswerSheet.paradata, Text),
        ]
    query = select(*columns).outerjoin(AnswerSheet, _sheet())
    if selection.full:
        drawn = and_(Respondent.pilot_id == row.pilot_id, Respondent.id == row.respondent_id)
        query = query.outerjoin(Respondent, drawn)
    query = query.where(*_wanted(wave, selection)).order_by(row.id)
    found = session.connection().execute(query, execution_options={"yield_per": BATCH})
    yield from found.partitions()


def _in_utc(session: Session, moment: Any) -> ColumnElement[str]:
    """A moment as text, so that a hundred thousand of them need not become objects and text again."""
    if session.get_bind().dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD HH24:MI:SS")
    return cast(moment, Text)


def _sheet() -> ColumnElement[bool]:
    return and_(AnswerSheet.pilot_id == SubmissionRow.pilot_id, AnswerSheet.submission_id == SubmissionRow.id)


def _wanted(wave: Wave, selection: Selection) -> list[ColumnElement[bool]]:
    row = SubmissionRow
    # The wave is compared as a worked-out text, so that the way leads along the key, which has the order already, and
    # not along the wave's index with a sort of everything before the first row.
    wanted = [row.pilot_id == wave.pilot, row.wave_id.concat("") == wave.id]
    if selection.stream:
        wanted.append(row.stream == selection.stream)
    if selection.counted:
        wanted += [row.stream == Stream.PROBABILITY, row.status == Status.ACCEPTED]
    return wanted


def text_use(session: Session, wave: Wave, selection: Selection, ids: Sequence[str]) -> dict[str, TextUse]:
    """What the answers to these questions are, and the paradata of a full copy: the bytes of the longest, found by the
    database in one pass."""
    use: dict[str, TextUse] = {}
    for first in range(0, len(ids), MOST_AT_ONCE):
        some = ids[first : first + MOST_AT_ONCE]
        columns = [made for id in some for made in (_bytes(session, _answer(id)), _worded(session, id))]
        found = session.execute(_measure(columns, wave, selection)).one()
        for place, id in enumerate(some):
            use[id] = TextUse(found[2 * place] or 0, bool(found[2 * place + 1]))
    if selection.full:
        longest = _bytes(session, cast(AnswerSheet.paradata, Text))
        use[PARADATA] = TextUse(session.execute(_measure([longest], wave, selection)).scalar_one() or 0, True)
    return use


def _measure(columns: Sequence[ColumnElement[Any]], wave: Wave, selection: Selection) -> Select[Any]:
    query = select(*(func.max(column) for column in columns)).select_from(SubmissionRow).join(AnswerSheet, _sheet())
    return query.where(*_wanted(wave, selection))


def _answer(id: str) -> ColumnElement[Any]:
    answer: ColumnElement[Any] = AnswerSheet.answers[id].as_string()
    return answer


def _bytes(session: Session, text: ColumnElement[Any]) -> ColumnElement[int]:
    if session.get_bind().dialect.name == "postgresql":
        return func.octet_length(text)
    return func.length(cast(text, LargeBinary))


def _worded(session: Session, id: str) -> ColumnElement[int]:
    """1 where the answer is a text, 0 for a number and for a code."""
    answers = AnswerSheet.answers
    if session.get_bind().dialect.name == "postgresql":
        return case((func.json_typeof(answers[id]) == "string", 1), else_=0)
    return case((func.json_type(answers, f'$."{id}"') == "text", 1), else_=0)


def design(session: Session, wave: Wave) -> Design:
    """Everybody drawn for a wave who may be asked."""
    people = people_in_households(session, wave.pilot, wave.id)
    counted = and_(
        SubmissionRow.pilot_id == Respondent.pilot_id,
        SubmissionRow.respondent_id == Respondent.id,
        SubmissionRow.stream == Stream.PROBABILITY,
        SubmissionRow.status == Status.ACCEPTED,
    )
    query = (
        select(
            cast(Respondent.id, Text),
            Respondent.stratum,
            Respondent.psu,
            Respondent.probability,
            Respondent.unit,
            SubmissionRow.id.is_not(None),
        )
        .outerjoin(SubmissionRow, counted)
        .where(Respondent.pilot_id == wave.pilot, Respondent.wave_id == wave.id, in_scope())
        .order_by(Respondent.id)
    )
    made = Design([], [], [], [], [])
    for id, stratum, psu, probability, unit, answered in session.execute(query, execution_options={"yield_per": BATCH}):
        made.respondents.append(id)
        # The same few labels for thousands of people.
        made.strata.append(stratum)
        made.psus.append(psu)
        made.probabilities.append(people.chance(probability, unit, stratum))
        made.answered.append(bool(answered))
    return made


def final_weights(session: Session, wave: Wave) -> dict[str, float]:
    """The weights of a wave's latest version, by the submission that counted in it."""
    latest = (
        select(EstimationRow.id)
        .where(EstimationRow.pilot_id == wave.pilot, EstimationRow.wave_id == wave.id)
        .order_by(EstimationRow.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(cast(WeightRow.submission_id, Text), WeightRow.weight).where(
        WeightRow.pilot_id == wave.pilot, WeightRow.estimation_id == latest, WeightRow.submission_id.is_not(None)
    )
    return dict(session.execute(query).all())
