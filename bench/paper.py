"""The entry page of a paper form against a bare Jinja page of the same size, in one process and one run."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from flask import Flask, g, render_template
from jinja2 import Environment

from bench.bare import PAGE
from bench.servers import ROOT
from literacy_app import create_app
from literacy_app.config import Settings
from literacy_app.paper.forms import Typed
from literacy_app.paper.rules import Part, field_of
from literacy_app.paper.rules.keying import choices
from literacy_app.paper.views.keying import error_list, language_names
from literacy_app.paper.views.questions import ready
from literacy_app.surveys.loader import read_surveys
from literacy_app.surveys.rules import Instrument
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
            page = _page(app, instrument, waves[0])
            size = len(page().encode())
            bare = _bare(size)
            rates = [(_rate(page), _rate(bare)) for _ in range(ROUNDS)]
    made, yardstick = median(one for one, _ in rates), median(other for _, other in rates)
    ratio = median(one / other for one, other in rates)
    print(f"bare Jinja page: {yardstick:.0f} pages/s (1.00, the yardstick), {size} bytes")
    print(f"entry page of {QUESTIONS} questions: {made:.0f} pages/s (ratio {ratio:.2f} of a bare page)")
    name = f"entry page of {QUESTIONS} questions"
    return [{"name": name, "value": round(made, 1), "unit": "pages/s", "ratio": round(ratio, 3), "bytes": size}]


def _page(app: Flask, instrument: Instrument, wave: object) -> Callable[[], str]:
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


def _bare(size: int) -> Callable[[], str]:
    """The yardstick of bench/bare.py, compiled once as every template of ours is, with as many bytes."""
    template = Environment(autoescape=True).from_string(PAGE)
    line = "空气和我们的身体，" * 4
    lines = [line] * max(1, (size - len(PAGE)) // len(f"<p>{line}</p>".encode()))
    return lambda: template.render(title="裸页", lines=lines)


def _rate(page: Callable[[], str]) -> float:
    began, count = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < SECONDS:
        page()
        count += 1
    return count / passed


if __name__ == "__main__":
    measure()
