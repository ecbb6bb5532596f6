"""What is done with surveys.

keeping    instruments and waves: kept, opened, frozen; their links
door       receive_submission, the one door; what people decide about a submission
alone      people answering on our pages: drafts, resume codes, sending, invitations
crowd      what keeps stuffing out of open links
device     what an interviewer's phone may bring
"""

from literacy_app.surveys.service.alone import (
    begin_draft,
    draft_answers,
    draft_walk,
    forget_drafts,
    go_on,
    invite,
    keep_answer,
    new_resume_code,
    send_draft,
    worth_learning,
)
from literacy_app.surveys.service.crowd import (
    Arrival,
    Network,
    admit_all,
    count_use,
    draft_is_crowded,
    forget_crowds,
    new_challenge,
    send_alone,
    spend_proof,
)
from literacy_app.surveys.service.device import device_credential
from literacy_app.surveys.service.door import (
    answer_json,
    decide,
    note_reading,
    read,
    read_answers,
    receive_submission,
    set_apart,
    store,
)
from literacy_app.surveys.service.keeping import (
    Kept,
    entry_lately,
    entry_of,
    frozen_problems,
    instrument_of,
    keep_instrument,
    keep_wave,
    kept_instrument,
    open_if_due,
    pass_mark_of,
    replace_link,
    standing_of,
    wave_of,
    with_places,
)

__all__ = [
    "Arrival",
    "Network",
    "admit_all",
    "answer_json",
    "begin_draft",
    "count_use",
    "decide",
    "device_credential",
    "draft_answers",
    "draft_is_crowded",
    "draft_walk",
    "entry_lately",
    "entry_of",
    "forget_crowds",
    "forget_drafts",
    "frozen_problems",
    "go_on",
    "instrument_of",
    "invite",
    "keep_answer",
    "keep_instrument",
    "keep_wave",
    "Kept",
    "kept_instrument",
    "new_challenge",
    "new_resume_code",
    "note_reading",
    "open_if_due",
    "pass_mark_of",
    "set_apart",
    "read",
    "read_answers",
    "receive_submission",
    "replace_link",
    "send_alone",
    "send_draft",
    "spend_proof",
    "standing_of",
    "store",
    "wave_of",
    "with_places",
    "worth_learning",
]
