"""Secrets that somebody brings back (cookies, links, codes) are kept only as digests, so that the tables alone open nothing."""

import hashlib


def digest_of(secret: str) -> str:
    """SHA-256 of `secret` in UTF-8, 64 hexadecimal digits. For long random secrets; passwords go through Argon2 (`accounts`)."""
    return hashlib.sha256(secret.encode()).hexdigest()
