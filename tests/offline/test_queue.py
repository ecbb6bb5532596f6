"""The queue of finished records on a phone, its store and its invariants, under node (store.mjs, queue.mjs, invariants.mjs)."""

import pytest

from tests.offline.javascript import named, needs_packages, passes

pytestmark = pytest.mark.browser  # it needs npm packages, as the tests in a browser do


@pytest.mark.parametrize("name", named("store.mjs"))
def test_store(name: str) -> None:
    needs_packages()
    passes("store.mjs", name)


@pytest.mark.parametrize("name", named("queue.mjs"))
def test_queue(name: str) -> None:
    needs_packages()
    passes("queue.mjs", name)


@pytest.mark.parametrize("name", named("invariants.mjs"))
def test_invariants(name: str) -> None:
    needs_packages()
    passes("invariants.mjs", name)
