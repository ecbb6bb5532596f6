"""What a phone keeps behind the PIN, under node (vault.mjs)."""

import pytest

from tests.offline.javascript import named, passes

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("name", named("vault.mjs"))
def test_vault(name: str) -> None:
    passes("vault.mjs", name)
