"""What can go wrong in ways that a person can put right."""

from dataclasses import dataclass


class LiteracyError(Exception):
    """Base of every error that the product raises on purpose."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input: which file, where in it, and what to do."""

    file: str
    where: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.where, self.message) if part)


class InputError(LiteracyError):
    """A file or request cannot be used; nothing was changed. Commands exit with 2."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


class CheckFailed(LiteracyError):
    """A check was made and the answer is no. Commands exit with 1."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


class NotFound(LiteracyError):
    """There is no such thing, or the person asking may not know that there is."""


class Refused(LiteracyError):
    """The action is understood and not allowed; `reason` is a short code for the page to put into words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
