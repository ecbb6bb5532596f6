"""Secrets are kept as digests."""

from literacy_app.foundation.secrets import digest_of


def test_a_secret_is_kept_as_the_sha256_of_its_utf8() -> None:
    assert digest_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest_of("河") == digest_of("河") != digest_of("abc")
