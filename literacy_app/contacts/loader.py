"""Reads what a phone brings about whom to ask for in a household."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from literacy_app.contacts.rules import LONGEST_NAME, LONGEST_PHONE, Contact, person_name, telephone


class _Sent(BaseModel):
    """The fields of a contact; anything else in it is refused, free text first of all."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Literal["contact"]
    id: str
    draw: str
    village: Annotated[str, Field(pattern=r"^[0-9]{9,12}$")]
    number: Annotated[int, Field(ge=1, lt=2**31)]
    at: str
    name: Annotated[str, Field(max_length=LONGEST_NAME)]
    phone: Annotated[str, Field(max_length=LONGEST_PHONE)]


def read_contact(data: Any) -> Contact | dict[str, str]:
    """The contact in `data`, or what is wrong with it by field. What was typed is never repeated in a message."""
    try:
        sent = _Sent.model_validate(data)
    except ValidationError as error:
        return {".".join(str(part) for part in item["loc"])[:60]: item["msg"] for item in error.errors()}
    errors: dict[str, str] = {}
    ids: dict[str, UUID] = {}
    for name in ("id", "draw"):
        try:
            ids[name] = UUID(getattr(sent, name))
        except ValueError:
            errors[name] = "must be a UUID"
    at = _aware(sent.at)
    person = person_name(sent.name)
    phone = telephone(sent.phone) if sent.phone.strip() else ""
    if at is None:
        errors["at"] = "must be an ISO 8601 time with offset"
    if person is None:
        errors["name"] = "must be a name: letters only, nothing else about the person"
    if phone is None:
        errors["phone"] = "must be a Chinese mobile number (11 digits) or a landline with its area code"
    if not (errors or person or phone):
        errors["phone"] = "is needed where there is no name"
    if errors or at is None or person is None or phone is None:
        return errors
    return Contact(ids["id"], ids["draw"], sent.village, sent.number, at, person, phone)


def _aware(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        found.astimezone()  # a moment that no calendar has is none
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo is not None else None
