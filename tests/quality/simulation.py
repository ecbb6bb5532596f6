"""A wave with honest interviewers, who have their own ways, and some who make interviews up."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np

from literacy_app.foundation.clock import REPORTING_ZONE
from literacy_app.foundation.files import read_yaml, shape
from literacy_app.foundation.policy import Policy
from literacy_app.quality.rules import Interview, Limits

CONTENT = Path(__file__).parents[2] / "content"
ITEMS, FACTS = 52, 6
FIRST_DAY = datetime(2026, 10, 8, tzinfo=REPORTING_ZONE)
DONT_KNOW = "dont_know"
WAYS = frozenset({"copied", "quick", "night", "straight"})


def limits() -> Limits:
    """Those of the shipped policy."""
    return Limits.of(shape(read_yaml(CONTENT / "policy.yml", CONTENT), Policy))


class Wave:
    """Interviews of people who know more or less, asked by interviewers who are quick or slow."""

    def __init__(self, seed: int, ease: float = 0.3) -> None:
        self.random = np.random.default_rng(seed)
        self.ease = ease
        self.options = self.random.choice([2, 4, 5], ITEMS, p=[0.3, 0.5, 0.2])
        self.key = [int(self.random.integers(n)) for n in self.options]
        self.difficulty = self.random.normal(0, 1.1, ITEMS)

    def answers(self) -> tuple[dict[str, object], dict[str, int | None]]:
        """One person's answers by question, and the places of the options chosen."""
        ability = self.random.normal(self.ease, 0.9)
        shy = self.random.beta(1.2, 9)
        right = self.random.random(ITEMS) < 1 / (1 + np.exp(self.difficulty - ability))
        chosen: list[int | None] = []
        for item in range(ITEMS):
            if not right[item] and self.random.random() < shy * 3:
                chosen.append(None)
            elif right[item]:
                chosen.append(self.key[item])
            else:
                chosen.append(int(self.random.integers(self.options[item])))
        items: dict[str, object] = {
            f"q{item}": DONT_KNOW if place is None else place for item, place in enumerate(chosen)
        }
        items |= {
            "sex": int(self.random.integers(2)),
            "birth_year": 2026 - int(self.random.integers(16, 69)),
            "education": int(self.random.choice(6, p=[0.06, 0.2, 0.35, 0.2, 0.12, 0.07])),
            "occupation": int(self.random.integers(9)),
            "residence": 1,
            "months_here": int(self.random.choice([12, 12, 12, 10, 6])),
        }
        return items, {f"q{item}": place for item, place in enumerate(chosen) if self.options[item] < 5}

    def interview(self, actor: str, village: str, started: datetime, seconds: float) -> Interview:
        """An honest interview."""
        items, places = self.answers()
        gone = self.random.random(ITEMS + FACTS) < 0.01
        items = {question: answer for (question, answer), out in zip(items.items(), gone, strict=True) if not out}
        return self.made(actor, village, started, seconds, items, places)

    def made(
        self,
        actor: str,
        village: str,
        started: datetime,
        seconds: float,
        items: dict[str, object],
        places: dict[str, int | None],
    ) -> Interview:
        """An interview with these answers."""
        facts = tuple(items.get(name) for name in ("sex", "birth_year", "education"))
        year = items.get("birth_year")
        return Interview(
            id=UUID(bytes=self.random.bytes(16)),
            actor=actor,
            village=village,
            started=started,
            finished=started + timedelta(seconds=seconds * 1.05 + 20),
            received=started + timedelta(hours=float(self.random.exponential(9))),
            seconds=seconds,
            asked=ITEMS + FACTS,
            missing=ITEMS + FACTS - len(items),
            scored=ITEMS,
            dont_know=sum(answer == DONT_KNOW for answer in items.values()),
            birth_year=year if isinstance(year, int) else None,
            facts=None if None in facts else facts,
            items=items,
            places=tuple(place if question in items else None for question, place in places.items()),
            clock=bool(self.random.random() < 0.01),
            late=bool(self.random.random() < 0.02),
            rosters=1 + int(self.random.random() < 0.01),
        )

    def honest(self, actor: str, n: int = 60) -> list[Interview]:
        """The interviews of one honest interviewer: some twelve a village, six a day, one late in the evening now and then."""
        pace = float(self.random.lognormal(np.log(1300), 0.2))
        found = []
        for place in range(n):
            day, turn = divmod(place, 6)
            hour = 9 + turn * 1.9 + (self.random.random() < 0.01) * 4
            started = FIRST_DAY + timedelta(days=day, hours=hour, minutes=float(self.random.uniform(0, 20)))
            seconds = pace * float(self.random.lognormal(0, 0.25))
            found.append(self.interview(actor, f"{actor}-v{place // 12}", started, seconds))
        return found

    def copied(self, one: Interview, noise: float) -> tuple[dict[str, object], dict[str, int | None]]:
        """The answers of an interview with a share of them changed, and another person's facts."""
        other, other_places = self.answers()
        items = dict(one.items)
        places = dict(zip(other_places, one.places, strict=True))
        for question in items:
            if question in ("sex", "birth_year", "education") or self.random.random() < noise:
                items[question] = other[question]
                if question in places:
                    places[question] = other_places[question]
        return items, places

    def straight(self) -> tuple[dict[str, object], dict[str, int | None]]:
        """Somebody taps the same place down the screen."""
        items, places = self.answers()
        first = int(self.random.integers(ITEMS - 20))
        for item in range(first, first + 20):
            items[f"q{item}"] = 0
            if f"q{item}" in places:
                places[f"q{item}"] = 0
        return items, places

    def fabricated(self, actor: str, ways: frozenset[str] = WAYS, n: int = 60, true: int = 15) -> list[Interview]:
        """Fifteen true interviews, then made-up ones: copies with noise, in 90 seconds, half of them by night, a third straight down."""
        found = self.honest(actor, true)
        for place in range(n - true):
            if "straight" in ways and place % 3 == 0:
                items, places = self.straight()
            elif "copied" in ways:
                items, places = self.copied(found[int(self.random.integers(len(found)))], 0.08)
            else:
                items, places = self.answers()
            by_night = "night" in ways and self.random.random() < 0.5
            day, turn = divmod(place, 6)
            hour = 22 + self.random.uniform(0, 1.8) if by_night else 9 + turn * 1.9 + self.random.uniform(0, 0.3)
            started = FIRST_DAY + timedelta(days=3 + day, hours=float(hour))
            quick = float(self.random.normal(90, 15))
            seconds = quick if "quick" in ways else 1300 * float(self.random.lognormal(0, 0.25))
            found.append(self.made(actor, f"{actor}-v{place // 12}", started, seconds, items, places))
        return found


def wave(
    seed: int, ways: tuple[frozenset[str], ...] = (WAYS, WAYS), honest: int = 10, ease: float = 0.3
) -> tuple[list[Interview], set[str]]:
    """All interviews of a wave in the order of their arrival, and who made some up: one interviewer for each of `ways`."""
    made = Wave(seed, ease)
    interviews = [one for place in range(honest) for one in made.honest(f"device:honest{place}")]
    cheats = {f"device:cheat{place}": how for place, how in enumerate(ways)}
    interviews += [one for actor, how in cheats.items() for one in made.fabricated(actor, how)]
    return sorted(interviews, key=lambda one: one.received), set(cheats)
