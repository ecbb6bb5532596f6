"""Who is asked again: by lot, never to be guessed, of every interviewer some."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from literacy_app.quality.rules.drawing import Candidate, draw, lot

OPENED = datetime(2026, 11, 1, tzinfo=UTC)
EARLY = OPENED + timedelta(days=14)
SPACE = UUID(int=7)


def candidates(actor: str, n: int, at: datetime = EARLY) -> list[Candidate]:
    return [Candidate(uuid5(SPACE, f"{actor}/{number}"), actor, at) for number in range(n)]


def drawn(found: list[Candidate], seed: str = "s", already: frozenset[UUID] = frozenset()) -> list[UUID]:
    return draw(found, already, seed, 0.15, 0.30, EARLY)


def test_the_same_seed_draws_the_same_in_any_order() -> None:
    found = candidates("a", 50) + candidates("b", 50)
    assert drawn(found) == drawn(found[::-1])
    assert drawn(found) != drawn(found, seed="t")


def test_what_was_drawn_is_not_drawn_again() -> None:
    found = candidates("a", 50)
    first = drawn(found)
    assert first and drawn(found, already=frozenset(first)) == []


def test_the_share_is_that_of_the_policy_and_twice_it_at_first() -> None:
    for at, share in ((EARLY, 0.15), (EARLY - timedelta(seconds=1), 0.30)):
        found = candidates("a", 4000, at)
        assert abs(len(drawn(found)) / 4000 - share) < 0.02


def test_everybody_with_an_interview_is_asked_about_at_least_once() -> None:
    found = [one for number in range(200) for one in candidates(f"i{number}", 1 + number % 4)]
    chosen = set(drawn(found))
    assert {one.actor for one in found if one.id in chosen} == {one.actor for one in found}


def test_of_each_interviewer_at_least_the_share_is_drawn() -> None:
    for number in range(100):
        found = candidates(f"i{number}", 40)
        assert len(drawn(found)) >= 6  # 15 % of 40


def test_who_is_drawn_by_lot_does_not_depend_on_the_others_of_the_interviewer() -> None:
    found = candidates("a", 100)
    lucky = {one.id for one in found if lot("s", one.id) < 0.15}
    assert lucky <= set(drawn(found)) and lucky & set(drawn(found[:50])) == {one.id for one in found[:50]} & lucky


def test_drawing_night_by_night_fills_up_and_takes_nothing_back() -> None:
    found = candidates("a", 60)
    already: set[UUID] = set()
    for end in range(5, 61, 5):
        already |= set(drawn(found[:end], already=frozenset(already)))
        assert len(already) >= max(1, int(end * 0.15))
    assert set(drawn(found)) <= already


def test_lots_are_even() -> None:
    lots = [lot("s", one.id) for one in candidates("a", 2000)]
    assert min(lots) >= 0 and max(lots) < 1 and abs(sum(lots) / 2000 - 0.5) < 0.02
