"""The level in detail, the weights behind it, versions that are kept, what may only stand beside it, and how to read it all."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from literacy_app.accounts.guard import current_staff, requires
from literacy_app.accounts.rules import RESULTS, Role
from literacy_app.areas import queries as areas
from literacy_app.areas.models import PilotRow
from literacy_app.foundation import clock
from literacy_app.foundation.errors import NotFound
from literacy_app.lessons.service import curriculum_in_force
from literacy_app.reports.forms import PlanForm
from literacy_app.reports.views.choosing import chosen
from literacy_app.surveys.rules import Wave
from literacy_app.surveys.service import instrument_of, wave_of
from literacy_app.surveys.views.reach import holds
from literacy_app.webkit.extensions import reading, rest, transaction
from literacy_app.webkit.forms import PageForm
from literacy_app.webkit.i18n import preferences
from literacy_app.webkit.policy import policy

# How often a version is measured while others write, before they are made to wait.
TRIES = 2
KEEPERS = frozenset({Role.OFFICER, Role.ADMINISTRATOR})

# NumPy takes a second to import and only these pages need it: the services are imported where they are called.
blueprint = Blueprint("levels", __name__, template_folder="../templates")


@blueprint.get("/office/level/")
@requires(*RESULTS)
def level() -> str:
    """Every scale and every group, the path to the target, and the waves before."""
    from literacy_app.reports import service

    return _page("level", lambda wave, _: {"detail": service.detail(reading(), wave, policy()), "titles": _titles()})


@blueprint.get("/office/weights/")
@requires(*RESULTS)
def weights() -> str:
    """How the weights came about, step by step, and the versions that were kept."""
    from literacy_app.estimation import service
    from literacy_app.estimation.queries import estimations

    def about(wave: Wave, pilot: PilotRow) -> dict[str, Any]:
        found = service.measure(reading(), wave, policy())
        kept = estimations(reading(), wave.pilot, wave.id)
        current = bool(found and kept and service.is_current(found, kept[0]))
        form = PageForm() if holds(pilot, KEEPERS) else None
        return {"measured": found, "versions": kept, "current": current, "form": form}

    return _page("weights", about)


@blueprint.post("/office/weights/")
@requires(*KEEPERS)
def keep() -> Any:
    """Keep the next version of weights and levels."""
    from literacy_app.estimation import service

    pilot, _, row = chosen(KEEPERS)
    if row is None:
        raise NotFound("wave")
    wave, figures, login = wave_of(reading(), row.id), policy(), current_staff().login
    done = redirect(url_for("levels.weights", pilot=pilot.id, wave=row.id), 303)
    # Measuring takes seconds in which others write; only where answers come faster than that are they made to wait.
    for _ in range(TRIES):
        prepared = service.prepare_version(reading(), wave, figures)
        rest()
        with transaction() as session:
            if service.keep_prepared(session, prepared, figures, login, clock.now()):
                return done
    with transaction() as session:
        service.keep_version(session, wave, figures, login, clock.now())
    return done


@blueprint.get("/office/weights/<int:number>/")
@requires(*RESULTS)
def version(number: int) -> str:
    """One version as it was kept; with `check`, made again from the interviews that counted in it, and what differs."""
    from literacy_app.estimation import service
    from literacy_app.estimation.queries import estimations
    from literacy_app.estimation.rules import may_be_shown

    def about(wave: Wave, _: PilotRow) -> dict[str, Any]:
        kept = next((one for one in estimations(reading(), wave.pilot, wave.id) if one.number == number), None)
        if kept is None:
            raise NotFound(str(number))
        shown = [may_be_shown(one["flags"]) for one in kept.results]
        told = {"version": kept, "shown": shown, "checked": "check" in request.args, "titles": _titles()}
        return told | {"differences": service.differences(reading(), wave, kept)} if told["checked"] else told

    return _page("version", about)


@blueprint.get("/office/self-selected/")
@requires(*RESULTS)
def self_selected() -> str:
    """What people say who chose to answer: apart, raked as an experiment, never in the level."""
    from literacy_app.estimation import service

    def about(wave: Wave, _: PilotRow) -> dict[str, Any]:
        found = service.measure(reading(), wave, policy())
        theirs = service.chosen_to_answer(reading(), wave, found) if found else None
        return {"measured": found, "chosen": theirs}

    return _page("self_selected", about)


@blueprint.get("/office/level/townships/")
@requires(*RESULTS)
def townships() -> str:
    """Townships by a model, because few people were asked in each: to plan by, not to judge by."""
    from literacy_app.estimation import service

    def about(wave: Wave, _: PilotRow) -> dict[str, Any]:
        found = service.measure(reading(), wave, policy())
        places = {place.code: place for place in areas.townships(reading(), wave.pilot, wave.opens_on)}
        return {"modelled": service.modelled_townships(found) if found else None, "places": places, "measured": found}

    return _page("townships", about)


@blueprint.get("/office/items/")
@requires(*RESULTS)
def items() -> str:
    """How each item did: how hard, how well it tells people apart, which wrong options were taken, whom it favours."""
    from literacy_app.estimation import service

    def about(wave: Wave, _: PilotRow) -> dict[str, Any]:
        found = service.measure(reading(), wave, policy())
        if found is None or not found.people.responded.any():
            return {"analysis": None}
        analysis, fit = service.item_analysis(reading(), found, policy())
        words = instrument_of(reading(), wave).words[preferences().language]
        names = [item.name for item in analysis.items]
        rasch = {} if fit.reason else dict(zip(names, fit.difficulty.tolist(), strict=True))
        fewest = int(policy().reliability_min_n.value)
        return {"analysis": analysis, "rasch": rasch, "words": words.questions, "fewest": fewest}

    return _page("items", about)


@blueprint.get("/office/plan/")
@requires(*RESULTS)
def planner() -> str:
    """How many people and villages the next survey needs."""
    from literacy_app.estimation.rules.planning import plan

    form, made = PlanForm(request.args), None
    if "purpose" in request.args and form.validate():
        with suppress(ValueError):
            made = plan(**asked(form), confidence=policy().confidence_level.value)
    refused = "purpose" in request.args and made is None
    return _page("planner", lambda *_: {}, form=form, plan=made, refused=refused, shown=request.args)


def asked(form: PlanForm) -> dict[str, Any]:
    """What the form asks of the planner, per cent as shares. Raises ValueError where the number that it is about is missing."""
    about = {"precision": "half_width", "target": "target", "change": "change_to"}[form.purpose.data]
    needed = ["level", "rho", "response", about, *(["power"] if about != "half_width" else [])]
    given = {name: form[name].data for name in needed}
    shares = {name: float(value) / 100 for name, value in given.items() if value is not None}
    if about not in shares:
        raise ValueError(about)
    return {**shares, "people_a_psu": form.people_a_psu.data, "population": form.population.data}


@blueprint.get("/office/reading/")
@requires(*RESULTS)
def how_to_read() -> str:
    """What a level, an interval and a verdict are, in plain words."""
    return _page("reading", lambda *_: {})


def _page(name: str, about: Callable[[Wave, PilotRow], dict[str, Any]], **more: Any) -> str:
    pilot, _, row = chosen()
    wave = wave_of(reading(), row.id) if row else None
    figures = policy()
    return render_template(
        f"reports/{name}.html",
        room="office",
        pilot=pilot,
        wave=wave,
        language=preferences().language,
        confidence=figures.confidence_level.value,
        verdict_confidence=figures.verdict_confidence.value,
        figures=figures,
        **(about(wave, pilot) if wave else {}),
        **more,
    )


def _titles() -> dict[str, str]:
    """The title of each article, by its id."""
    words = curriculum_in_force(reading()).edition.words.get(preferences().language, {})
    return {id: article.title for id, article in words.items()}
