"""Codes that people carry from one phone to another: short enough to write on paper, long enough that nobody guesses one."""

import secrets

# No letters or digits that look alike: 0 O, 1 I L, 2 Z, 5 S, 8 B.
ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"
LENGTH = 12
GROUP = 4


def new_code() -> str:
    """A random code of LENGTH signs, some 55 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def short(digits: str) -> str:
    """The first eight digits of a digest or an id as people write them down: `3F2A-91BC`."""
    return f"{digits[:4]}-{digits[4:8]}".upper()


def written(code: str) -> str:
    """A code in groups, as people write it down: `ABCD-EFGH-JKMN`."""
    return "-".join(code[place : place + GROUP] for place in range(0, LENGTH, GROUP))


def normal_code(typed: str) -> str | None:
    """The code in what somebody typed, whatever they put between the groups; None when it cannot be one."""
    code = "".join(character for character in typed.upper() if character.isalnum())
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None
