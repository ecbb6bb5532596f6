"""What is done with interviewers' phones.

giving      the instrument that a phone is given
receiving   the records that it sends
sealing     the key that they are sealed to
"""

from literacy_app.offline.service.giving import form_for, form_name
from literacy_app.offline.service.receiving import Keys, RecordOutcome, hand_in, receive_record
from literacy_app.offline.service.sealing import current_key, make_key, open_record, public_text

__all__ = [
    "Keys",
    "RecordOutcome",
    "current_key",
    "form_for",
    "form_name",
    "hand_in",
    "make_key",
    "open_record",
    "public_text",
    "receive_record",
]
