"""What is done with surveys.

keeping    instruments and waves: kept, opened, frozen; their links
door       receive_submission, the one door; what people decide about a submission
alone      people answering on our pages: drafts, resume codes, sending, invitations
crowd      what keeps stuffing out of open links
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
    Network,
    count_use,
    forget_crowds,
    is_crowded,
    new_challenge,
    spend_proof,
)
from literacy_app.surveys.service.door import answer_json, decide, proved, read, read_answers, receive_submission, store
from literacy_app.surveys.service.keeping import (
    entry_of,
    frozen_problems,
    instrument_of,
    keep_instrument,
    keep_wave,
    kept_instrument,
    open_if_due,
    pass_mark_of,
    replace_link,
    wave_of,
    with_places,
)

__all__ = [
    "Network",
    "answer_json",
    "begin_draft",
    "count_use",
    "decide",
    "draft_answers",
    "draft_walk",
    "entry_of",
    "forget_crowds",
    "forget_drafts",
    "frozen_problems",
    "go_on",
    "instrument_of",
    "invite",
    "is_crowded",
    "keep_answer",
    "keep_instrument",
    "keep_wave",
    "kept_instrument",
    "new_challenge",
    "new_resume_code",
    "open_if_due",
    "pass_mark_of",
    "proved",
    "read",
    "read_answers",
    "receive_submission",
    "replace_link",
    "send_draft",
    "spend_proof",
    "store",
    "wave_of",
    "with_places",
    "worth_learning",
]
