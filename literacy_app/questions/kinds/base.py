"""What every kind of question can do."""

from collections.abc import Sequence
from typing import Any, Protocol

from literacy_app.questions.rules import Fault, Question, Value


class Kind(Protocol):
    """One kind of question. Its page part is the template `questions/kinds/<name>.html`."""

    @property
    def name(self) -> str:
        """The kind's name in files and in KINDS."""

    @property
    def asked(self) -> bool:
        """Whether people give an answer; False for what is only read or worked out."""

    def options(self, question: Question) -> tuple[str, ...]:
        """The ids that may be chosen; empty where nothing is chosen."""

    def from_form(self, question: Question, typed: Sequence[str]) -> Value | Fault | None:
        """The answer in what a page sent; None when nothing was answered."""

    def from_json(self, question: Question, sent: Any) -> Value | Fault:
        """The answer in what a program sent, exactly as sent or not at all."""

    def to_json(self, value: Value) -> Any:
        """The answer as the door takes it; the opposite of `from_json`."""
