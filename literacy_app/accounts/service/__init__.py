"""What is done with staff and their phones.

staff      taken on, signed in and out, given a new password, disabled
devices    phones that interviewers collect with
"""

from literacy_app.accounts.service.devices import (
    holder_by_hand,
    holder_of,
    note_device,
    register_device,
    renew_device,
    revoke_device,
)
from literacy_app.accounts.service.staff import (
    CONSOLE,
    NO_PILOT,
    Opened,
    Proof,
    Stored,
    Try,
    begin_try,
    change_password,
    disable,
    enable,
    forget_ended_sign_ins,
    is_right,
    new_hash,
    note_seen,
    prove,
    set_password,
    sign_in,
    sign_out,
    stored_password,
    take_on,
    turn,
    whose,
)

__all__ = [
    "CONSOLE",
    "NO_PILOT",
    "Opened",
    "Proof",
    "Stored",
    "Try",
    "begin_try",
    "change_password",
    "disable",
    "enable",
    "forget_ended_sign_ins",
    "holder_by_hand",
    "holder_of",
    "is_right",
    "new_hash",
    "note_device",
    "note_seen",
    "prove",
    "register_device",
    "renew_device",
    "revoke_device",
    "set_password",
    "sign_in",
    "sign_out",
    "stored_password",
    "take_on",
    "turn",
    "whose",
]
