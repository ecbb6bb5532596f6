"""Reading what was recorded at a door: visits and rosters, as phones and desks send them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from literacy_app.areas.rules import AGE_GROUPS, Sex
from literacy_app.fieldwork.rules import VISIT_RESULTS, Disposition
from literacy_app.sampling.rules import Member, roster

YOUNGEST, OLDEST = AGE_GROUPS[0][0], AGE_GROUPS[-1][1]
MOST_MEMBERS = 40
LONGEST_REASON = 200


@dataclass(frozen=True)
class Visit:
    """One visit to a household, as it was recorded. `appointment` is when to come again, where that was agreed."""

    id: UUID
    draw: UUID
    village: str
    number: int
    at: datetime
    result: Disposition
    appointment: datetime | None = None


@dataclass(frozen=True)
class Roster:
    """Who of the surveyed ages lives in a household, in the order of the roster, and the place that the recorder chose."""

    id: UUID
    draw: UUID
    village: str
    number: int
    at: datetime
    members: tuple[Member, ...]
    chosen: int | None
    reason: str | None = None


class _Place(BaseModel):
    """What every record says; anything else in it is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: str
    draw: str
    village: Annotated[str, Field(pattern=r"^\d{12}$")]
    number: Annotated[int, Field(ge=1, lt=2**31)]
    at: str


class _Visit(_Place):
    kind: Literal["visit"]
    result: str
    appointment: str | None


class _Member(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    sex: str
    age: Annotated[int, Field(ge=YOUNGEST, le=OLDEST)]
    birthday: list[int] | None


class _Roster(_Place):
    kind: Literal["roster"]
    members: Annotated[list[_Member], Field(max_length=MOST_MEMBERS)]
    chosen: Annotated[int, Field(ge=1)] | None
    reason: Annotated[str, Field(max_length=LONGEST_REASON)] | None


def read_visit(data: Mapping[str, Any]) -> Visit | dict[str, str]:
    """The visit in a record, or what is wrong with it by field. An interview is not a result of a visit."""
    try:
        sent = _Visit.model_validate(data)
    except ValidationError as error:
        return _said(error)
    errors: dict[str, str] = {}
    place = _place(sent, errors)
    if sent.result not in VISIT_RESULTS:
        errors["result"] = f"must be one of {', '.join(sorted(VISIT_RESULTS))}"
    appointment = _moment(sent.appointment, "appointment", errors) if sent.appointment is not None else None
    if appointment is not None and sent.result != Disposition.APPOINTMENT:
        errors["appointment"] = "belongs to an appointment only"
    return errors or Visit(**place, result=Disposition(sent.result), appointment=appointment)


def read_roster(data: Mapping[str, Any]) -> Roster | dict[str, str]:
    """The roster in a record, or what is wrong with it by field. Members stand in the order of the roster."""
    try:
        sent = _Roster.model_validate(data)
    except ValidationError as error:
        return _said(error)
    errors: dict[str, str] = {}
    place = _place(sent, errors)
    members = []
    for at, one in enumerate(sent.members):
        if one.sex not in set(Sex):
            errors[f"members.{at}.sex"] = f"must be one of {', '.join(sorted(Sex))}"
            continue
        members.append(Member(str(at), Sex(one.sex), one.age, _birthday(one.birthday, f"members.{at}", errors)))
    if not errors and roster(members) != tuple(members):
        errors["members"] = "must be men from the oldest to the youngest, then women likewise"
    reason = (sent.reason or "").strip() or None
    return errors or Roster(**place, members=tuple(members), chosen=sent.chosen, reason=reason)


def as_json(members: Sequence[Member]) -> list[dict[str, Any]]:
    """Members as a record has them."""
    return [
        {"sex": one.sex.value, "age": one.age, "birthday": list(one.birthday) if one.birthday else None}
        for one in members
    ]


def _place(sent: _Place, errors: dict[str, str]) -> dict[str, Any]:
    return {
        "id": _uuid(sent.id, "id", errors),
        "draw": _uuid(sent.draw, "draw", errors),
        "village": sent.village,
        "number": sent.number,
        "at": _moment(sent.at, "at", errors),
    }


def _uuid(text: str, name: str, errors: dict[str, str]) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        errors[name] = "must be a UUID"
        return None


def _moment(text: str, name: str, errors: dict[str, str]) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("without offset")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        errors[name] = "must be an ISO 8601 time with offset"
        return None


def _birthday(said: list[int] | None, name: str, errors: dict[str, str]) -> tuple[int, int] | None:
    if said is None:
        return None
    try:
        month, day = said
        date(2000, month, day)  # a leap year: 29 February is a birthday
    except (ValueError, OverflowError):
        errors[f"{name}.birthday"] = "must be month and day"
        return None
    return month, day


def _said(error: ValidationError) -> dict[str, str]:
    return {".".join(str(part) for part in item["loc"]): item["msg"] for item in error.errors()}
