"""The kinds of question, one file each; a new kind is a new file and its line in KINDS."""

from literacy_app.questions.kinds import multiple, number, single, text, true_false
from literacy_app.questions.kinds.base import Kind

KINDS: dict[str, Kind] = {
    "true_false": true_false.KIND,
    "single": single.KIND,
    "multiple": multiple.KIND,
    "number": number.KIND,
    "text": text.KIND,
}
