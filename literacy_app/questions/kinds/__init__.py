"""The kinds of question, one file each; a new kind is a new file and its line in KINDS.

A file may also ask for a `matrix`: rows that share their options. It has no kind of its own, because on a phone each row
is a card: the loader makes one `single` question of each row (surveys.loader).
"""

from literacy_app.questions.kinds import calculated, day, multiple, note, number, single, text, true_false
from literacy_app.questions.kinds.base import Kind

KINDS: dict[str, Kind] = {
    "true_false": true_false.KIND,
    "single": single.KIND,
    "multiple": multiple.KIND,
    "number": number.KIND,
    "text": text.KIND,
    "date": day.KIND,
    "note": note.KIND,
    "calculated": calculated.KIND,
}
