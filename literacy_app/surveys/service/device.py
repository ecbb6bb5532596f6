"""What an interviewer's phone may bring to the door."""

from sqlalchemy.orm import Session

from literacy_app.accounts.rules import Holder
from literacy_app.areas.queries import pilots_within
from literacy_app.surveys import queries
from literacy_app.surveys.loader import read_submission
from literacy_app.surveys.rules import Caller, Credential, Submission


def device_credential(
    session: Session, raw: bytes, holder: Holder, broken_off: bool = False, consent: str = ""
) -> Credential | dict[str, str]:
    """The credential for a submission `raw`: of a wave in the areas where the phone's owner interviews. Or what is wrong by field."""
    sent = read_submission(raw)
    if not isinstance(sent, Submission):
        return sent
    wave = queries.wave_row(session, sent.wave)
    if wave is None or wave.pilot_id not in {one.id for one in pilots_within(session, holder.scopes)}:
        return {"wave": "is not a wave that this caller may answer"}
    return Credential(
        Caller.DEVICE,
        wave.pilot_id,
        wave.id,
        f"device:{holder.login}",
        revoked=holder.revoked,
        consent_version=consent or None,
        broken_off=broken_off,
    )
