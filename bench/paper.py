"""The entry page of a paper form against bare Jinja pages of the same size, in one process and one run.

Rendering alone is measured, with the whole frame of an office page round the questions and everything filled in. One
yardstick is the page that bench/bare.py serves, as Flask renders it (its template comes as a string); the other, stricter
one is the same template compiled beforehand, which no page with translations and a frame comes near.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from flask import g, render_template, render_template_string
from jinja2 import Environment

from bench.bare import PAGE
from bench.bare import page as bare
from bench.servers import ROOT
from literacy_app import create_app
from literacy_app.config import Settings
from literacy_app.paper.forms import Typed
from literacy_app.paper.rules import Part, field_of
from literacy_app.paper.rules.keying import choices
from literacy_app.paper.views.keying import error_list, language_names
from literacy_app.paper.views.questions import ready
from literacy_app.surveys.loader import read_surveys
from literacy_app.surveys.rules import Instrument, Wave
from literacy_app.webkit.forms import PageForm

QUESTIONS, SECONDS, ROUNDS = 30, 1.0, 5


def measure() -> list[dict[str, object]]:
    """How many entry pages of 30 questions, filled in, are rendered a second, as a share of bare pages of as many bytes."""
    instruments, waves = read_surveys(ROOT / "surveys")
    instrument = next(one.instrument for one in instruments if one.instrument.name == waves[0].instrument)
    asked = [one for one in instrument.questions if not one.options_from][:QUESTIONS]
    instrument = replace(instrument, questions=tuple(asked))
    with TemporaryDirectory() as data:
        app = create_app(Settings(data=Path(data)))
        with app.test_request_context("/office/"):
            g.staff = None
            g.pilot_shown = None
            page = _page(instrument, waves[0])
            size = len(page().encode())
            pages = page, _served(size), _compiled(size)
            rates = [[_rate(one) for one in pages] for _ in range(ROUNDS)]
    made = median(one for one, _, _ in rates)
    name, rows = f"entry page of {QUESTIONS} questions", []
    for place, yardstick in ((1, "a bare page"), (2, "a bare page compiled beforehand")):
        ratio = median(one[0] / one[place] for one in rates)
        print(f"{name}: {made:.0f} pages/s (ratio {ratio:.2f} of {yardstick}), {size} bytes")
        told = name if place == 1 else f"{name}, beside {yardstick}"
        rows.append({"name": told, "value": round(made, 1), "unit": "pages/s", "ratio": round(ratio, 3)})
    return rows


def _page(instrument: Instrument, wave: Wave) -> Callable[[], str]:
    typed = Typed(language="zh_Hans", fields={Part.DAY: "20260910", "consent": "1"})
    for one in instrument.questions:
        typed.fields[field_of(one.id)] = next(iter(choices(one)), "1968")

    def page() -> str:
        questions = ready(instrument)
        return render_template(
            "paper/entry.html",
            room="office",
            form=PageForm(),
            wave=wave,
            number=7,
            written="0007",
            second=False,
            typed=typed,
            ready=questions,
            problem="",
            errors=error_list(typed, questions),
            languages=language_names(),
            consent="1",
        )

    return page


LINE = "空气和我们的身体，" * 4


def _lines(size: int) -> list[str]:
    return [LINE] * max(1, (size - len(PAGE)) // len(f"<p>{LINE}</p>".encode()))


def _served(size: int) -> Callable[[], str]:
    """The yardstick of bench/bare.py as its server renders it, with as many bytes."""
    lines = _lines(size)

    def page() -> str:
        with bare.app_context():
            return render_template_string(PAGE, title="裸页", lines=lines)

    return page


def _compiled(size: int) -> Callable[[], str]:
    """The same, compiled once as every template of ours is."""
    template, lines = Environment(autoescape=True).from_string(PAGE), _lines(size)
    return lambda: template.render(title="裸页", lines=lines)


def _rate(page: Callable[[], str]) -> float:
    began, count = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < SECONDS:
        page()
        count += 1
    return count / passed


if __name__ == "__main__":
    measure()
