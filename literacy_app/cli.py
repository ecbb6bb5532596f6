"""The console command `literacy`. Messages go to standard error; 0 is done, 1 the answer is no, 2 the input is wrong."""

import errno
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy.exc import SQLAlchemyError

from literacy_app.config import Settings, settings_from_environment
from literacy_app.foundation.errors import CheckFailed, InputError, NotFound, Problem, Refused
from literacy_app.foundation.languages import LANGUAGES
from literacy_app.foundation.writing import written_whole

if TYPE_CHECKING:
    from flask import Flask

    from literacy_app.estimation.rules.planning import Plan


class Console(click.Group):
    """Turns every expected error into plain lines and the right exit status."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command. What it writes is its owner's alone, unless the owner says otherwise."""
        os.umask(0o077)
        try:
            return super().invoke(ctx)
        except (InputError, CheckFailed) as error:
            for problem in error.problems:
                say_line(str(problem))
            ctx.exit(2 if isinstance(error, InputError) else 1)
        except (NotFound, Refused) as error:
            say_line(f"{type(error).__name__}: {error}")
            ctx.exit(1)
        except SQLAlchemyError as error:
            say_line(f"database: {getattr(error, 'orig', None) or error}")
            ctx.exit(2)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # click ends quietly when nobody listens any more
            say_line(": ".join(str(part) for part in (error.filename, error.strerror or error) if part))
            ctx.exit(2)


@click.group(cls=Console)
def main() -> None:
    """Environmental health literacy: learn, survey, estimate, report."""


def say(text: str) -> None:
    """One line of progress."""
    click.echo(text, err=True)


def say_line(text: str) -> None:
    """One line about what went wrong, whatever a library put into it."""
    say(" ".join(text.split()))


def put_aside(path: Path) -> None:
    """Give an earlier result another name, so that nobody takes it for the one that could not be made."""
    if path.is_file():
        earlier = path.with_name(f"{path.name}.earlier")
        path.replace(earlier)
        say(f"{path} was an earlier result; it is now {earlier}.")


@contextmanager
def answering() -> Iterator[None]:
    """A check that finds something wrong has done its work: the answer is no."""
    try:
        yield
    except InputError as error:
        raise CheckFailed(error.problems) from error


@contextmanager
def working(text: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    began = time.monotonic()
    click.echo(f"{text} ... ", nl=False, err=True)
    try:
        yield
    except BaseException:
        click.echo("failed", err=True)
        raise
    click.echo(f"{time.monotonic() - began:.1f} s", err=True)


def application(*, upgraded: bool = True) -> tuple["Flask", Settings]:
    """The application with the settings of the environment. Raises InputError when its tables should be `upgraded` and are not."""
    from literacy_app import create_app, tasks

    settings = settings_from_environment()
    settings.shut_data()
    app = create_app(settings)
    if upgraded:
        with app.app_context():
            tasks.need_tables()
    return app, settings


@main.group()
def db() -> None:
    """The database's tables."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the tables to this version."""
    from literacy_app import tasks

    app, _ = application(upgraded=False)
    with app.app_context(), working("Bringing the tables to this version"):
        tasks.upgrade()


@db.command("downgrade")
@click.argument("revision", default="-1")
def db_downgrade(revision: str) -> None:
    """Take the tables back, one step by default."""
    from literacy_app import tasks

    app, _ = application(upgraded=False)
    with app.app_context(), working(f"Taking the tables back to {revision}"):
        tasks.downgrade(revision)


@db.command("check")
def db_check() -> None:
    """Tell whether the tables are those of this version."""
    from literacy_app import tasks

    app, _ = application(upgraded=False)
    with app.app_context():
        tasks.check_tables()
    say("The tables are those of this version.")


@main.group()
def content() -> None:
    """Lessons, framework, policy and pilots."""


@content.command("check")
def content_check() -> None:
    """Check every file under content/ and change nothing."""
    from literacy_app import tasks
    from literacy_app.authoring.loader import read_advice

    settings = settings_from_environment()
    with answering():
        found = tasks.read_content(settings)
    advice = read_advice(settings.content, found.curriculum)
    for problem in advice:
        say(f"advice: {problem}")
    told = f" {len(advice)} pieces of advice." if advice else ""
    say(f"Checked: {len(found.curriculum.lessons)} lessons, {len(found.pilots)} pilots. No problems.{told}")


@content.command("load")
def content_load() -> None:
    """Check every file under content/, then put all of it in force."""
    from literacy_app import tasks

    app, settings = application()
    with app.app_context():
        tasks.load_content(tasks.read_content(settings), settings)
    say("Content is in force.")


@content.command("export")
@click.option("--format", "form", type=click.Choice(["gift", "moodle-xml"]), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where to write the questions.")
@click.option("--article", help="The practice set of this article only, for example a09.")
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
def content_export(form: str, out: Path, article: str | None, language: str) -> None:
    """Write practice sets as a file for Moodle and others."""
    from literacy_app.authoring.service import export_sets

    text, count = export_sets(settings_from_environment().content, form, language, article)
    out.write_text(text, encoding="utf-8")
    say(f"Wrote {count} questions to {out}.")


@content.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--article", required=True, help="The article that the questions are about, for example a09.")
@click.option("--language", type=click.Choice(LANGUAGES), required=True, help="The language of the file.")
@click.option("--draft", help="The draft to begin or to complete; by default named after the file.")
def content_import(file: Path, article: str, language: str, draft: str | None) -> None:
    """Take questions from a GIFT or Moodle XML file; what cannot be taken is named with its line."""
    from literacy_app.authoring.service import import_file

    done = import_file(settings_from_environment().content, file, article, language, draft)
    for problem in done.left:
        say(f"left out: {problem}")
    for problem in done.notes:
        say(f"note: {problem}")
    say(f"Took {len(done.ids)} questions ({done.ids[0]} to {done.ids[-1]}), left {len(done.left)}.")
    _tell_where(done.folder, done.missing)


@content.command("accept")
@click.argument("article")
@click.argument("draft")
def content_accept(article: str, draft: str) -> None:
    """Move a draft that was completed by hand into the practice set of its article."""
    from literacy_app.authoring.service import accept_draft

    folder, missing = accept_draft(settings_from_environment().content, article, draft)
    _tell_where(folder, missing)
    if missing:
        raise CheckFailed([])


def _tell_where(folder: str, missing: Sequence[Problem]) -> None:
    for problem in missing:
        say(f"missing: {problem}")
    state = "a draft until nothing is missing" if missing else "in practice with the next `literacy content load`"
    say(f"They are in {folder}: {state}.")


@main.group()
def survey() -> None:
    """Instruments and waves."""


@survey.command("check")
def survey_check() -> None:
    """Check every file under surveys/, also against what waves opened with, and change nothing."""
    from literacy_app import tasks

    with answering():
        settings = settings_from_environment()
        instruments, waves = tasks.read_survey_files(settings)
    if tasks.may_have_opened(settings):
        app, _ = application()
        with app.app_context():
            tasks.check_frozen(settings)
    say(f"Checked: {len(instruments)} instruments, {len(waves)} waves. No problems.")


@survey.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--surveys", type=click.Path(path_type=Path), help="The folder of instruments; by default the product's.")
def survey_import(file: Path, surveys: Path | None) -> None:
    """Make an instrument of an XLSForm workbook; what cannot be taken is named with its row, and then nothing is."""
    from literacy_app.xlsform.service import import_workbook

    done = import_workbook(surveys or settings_from_environment().surveys, file)
    for problem in done.notes:
        say(f"note: {problem}")
    for line in done.missing:
        say(f"missing: {line}")
    then = "complete the workbook and import it again" if done.missing else "check it, then `literacy survey load`"
    state = "a draft" if done.missing else "an instrument"
    say(f"Took {done.questions} questions. They are in {done.folder}, {state}: {then}.")


@survey.command("export")
@click.argument("instrument")
@click.option("--format", "form", type=click.Choice(["xlsform"]), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where to write the workbook.")
@click.option("--with-key", is_flag=True, help="With the right answers, for the holders of the item bank only.")
@click.option("--surveys", type=click.Path(path_type=Path), help="The folder of instruments; by default the product's.")
def survey_export(instrument: str, form: str, out: Path, with_key: bool, surveys: Path | None) -> None:
    """Write an INSTRUMENT such as ehl-a-v1 as a workbook for ODK and Kobo."""
    from literacy_app.xlsform.service import export_instrument

    done = export_instrument(surveys or settings_from_environment().surveys, instrument, with_key=with_key)
    out.write_bytes(done.content)
    for line in done.notes:
        say(f"note: {line}")
    if with_key:
        say("warning: the workbook holds the right answers; never put it on a phone or a public server.")
    say(f"Wrote {done.questions} questions to {out}.")


@survey.command("load")
def survey_load() -> None:
    """Check every file under surveys/, then keep instruments and waves and open those whose day has come."""
    from literacy_app import tasks

    app, settings = application()
    with app.app_context():
        for line in tasks.load_surveys(settings):
            say(line)
    say("Surveys are in force.")


@survey.command("data")
@click.argument("wave")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "long", "xlsx", "sav", "jsonl", "codebook"]),
    default="csv",
    show_default=True,
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where to write the data.")
@click.option(
    "--copy",
    type=click.Choice(["plain", "full"]),
    default="plain",
    show_default=True,
    help="full: with design, weights and paradata, for the institute.",
)
@click.option(
    "--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True, help="Of the labels."
)
@click.option("--stream", type=click.Choice(["probability", "self_selected"]), help="Only one stream; by default both.")
@click.option("--counted", is_flag=True, help="Only interviews that count: of people drawn, and accepted.")
def survey_data(wave: str, form: str, out: Path, copy: str, language: str, stream: str | None, counted: bool) -> None:
    """Write the submissions to a WAVE: one row a submission (csv, xlsx, sav, jsonl) or an answer (long)."""
    from literacy_app import tasks

    app, _ = application()
    with app.app_context(), working(f"Writing {out}"):
        tasks.write_data(wave, form, out, copy=copy, language=language, stream=stream, counted=counted)


@survey.command("ddi")
@click.argument("wave")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where to write the description.")
def survey_ddi(wave: str, out: Path) -> None:
    """Describe a WAVE and its data as DDI-Codebook 2.5."""
    from literacy_app import tasks

    app, _ = application()
    with app.app_context():
        tasks.write_data(wave, "ddi", out)
    say(f"Wrote {out}.")


@survey.command("pdf")
@click.argument("wave")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where to write the form.")
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
@click.option(
    "--copies", type=click.IntRange(0, 500), default=0, help="So many numbered forms; 0: one without a number."
)
@click.option("--first", type=click.IntRange(1, 999_000), default=1, show_default=True, help="The first form number.")
def survey_pdf(wave: str, out: Path, language: str, copies: int, first: int) -> None:
    """Write a wave's form for paper as PDF, with a code on every page."""
    from literacy_app import tasks

    app, _ = application()
    with app.app_context():
        made = tasks.print_form(wave, language, copies, first)
    out.write_bytes(made)
    say(f"Wrote {copies or 1} form{'' if copies < 2 else 's'} to {out}.")


@main.command()
@click.argument("request", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where to write the result.")
def estimate(request: Path, out: Path) -> None:
    """Estimates from any CSV, as a request file asks for them."""
    from literacy_app.estimation.loader import data_file
    from literacy_app.estimation.service import estimate_request

    for read, what in ((request, "is the request itself"), (data_file(request), "holds the data")):
        if read and read.exists() and out.exists() and out.samefile(read):
            raise InputError([Problem(str(out), "", f"{what}; name another file for the result")])
    try:
        result = estimate_request(request)
    except BaseException:
        put_aside(out)
        raise
    text = json.dumps(result, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    with written_whole(out) as file:
        file.write(text.encode())
    say(f"Wrote {out}.")


@main.command()
@click.option("--level", type=float, required=True, help="The true level, as far as it is known: 0.2 is 20 %.")
@click.option("--half-width", type=float, help="Know the level to within this: 0.04 is 4 points.")
@click.option("--target", type=float, help="Show that the level is above this.")
@click.option("--change-to", type=float, help="See a change from the level to this, with such a survey in each wave.")
@click.option("--interviews", type=int, help="Say what this many interviews can do, instead of how many are needed.")
@click.option("--power", type=float, help="How likely the target or the change is to be shown.  [default: 0.8]")
@click.option("--correlation", type=float, help="Of two waves that share PSUs.  [default: 0]")
@click.option("--one-sided", is_flag=True, help="Confidence of one bound, as in the verdict on a target.")
@click.option("--deff", type=float, help="Design effect of the last wave; or give --rho.")
@click.option("--rho", type=float, help="Correlation of people in a PSU, such as 0.05.")
@click.option("--people-a-psu", type=int, help="Interviews in a PSU; by default the cheapest, where there are costs.")
@click.option("--weights-cv2", type=float, help="Squared coefficient of variation of the weights.  [default: 0]")
@click.option("--strata", type=click.IntRange(1), default=1, show_default=True, help="Strata that PSUs are drawn in.")
@click.option("--response", type=float, default=1.0, show_default=True, help="Interviews for each person drawn.")
@click.option("--population", type=int, help="People in the place; by default many.")
@click.option("--confidence", type=float, default=0.95, show_default=True)
@click.option("--cost-psu", type=float, help="Cost of a PSU.")
@click.option("--cost-person", type=float, help="Cost of an interview.")
@click.option("--json", "as_json", is_flag=True, help="As a JSON object.")
def plan(as_json: bool, **asked: Any) -> None:
    """Sample size and power: how many people to ask, or what so many can say. Shares are 0-1."""
    from literacy_app.estimation.rules import planning

    try:
        made = planning.plan(**asked)
    except ValueError as error:
        raise InputError([Problem("plan", "", str(error))]) from error
    if as_json:
        click.echo(json.dumps(asdict(made), ensure_ascii=False, indent=1, allow_nan=False))
        return
    for line in _plan_lines(made):
        click.echo(line)


def _plan_lines(made: "Plan") -> Iterator[str]:
    question, given, percent = made.question, made.conditions, "{:.1%}".format
    sides = "one-sided " if given.one_sided else ""
    sure = f"with {sides}confidence {given.confidence:g}"
    if question.half_width is not None:
        yield f"To know a level of {percent(question.level)} to within {100 * question.half_width:.1f} points, {sure}:"
    elif question.target is not None:
        yield f"To show that a level of {percent(question.level)} is above the target of {percent(question.target)}, {sure}:"
    elif question.change_to is not None:
        yield f"To see a change from {percent(question.level)} to {percent(question.change_to)}, {sure}:"
    else:
        yield f"About a level of {percent(question.level)}, {sure}:"
    each = " in each wave" if question.change_to is not None else ""
    psus = "" if made.psus is None else f", in {made.psus} PSUs"
    yield f"  interviews          {made.interviews}{each}{psus}"
    yield f"  people to draw      {made.drawn}, at a response of {percent(given.response)}"
    yield f"  design effect       {given.deff:.2f}"
    low, high = percent(made.interval.low), percent(made.interval.high)
    yield f"  expected interval   {low} to {high}, two-sided {made.interval.level:.4g}"
    if made.power is not None:
        yield f"  power               {percent(made.power)}"
        lowest = "none" if made.lowest is None else percent(made.lowest)
        yield f"  lowest level shown  {lowest}, with power {question.power:g}"
    if made.best_people_a_psu is not None:
        yield f"  cheapest            {made.best_people_a_psu:.1f} interviews a PSU"
    if made.layouts:
        yield "interviews a PSU  design effect    PSUs  interviews  to draw        cost"
    for row in made.layouts:
        cost = "" if row.cost is None else f"{row.cost:12.0f}"
        yield f"{row.people_a_psu:16}{row.deff:15.2f}{row.psus:8}{row.interviews:12}{row.drawn:9}{cost}"


@main.command()
def demo() -> None:
    """Load the demonstration area: a county that does not exist, with synthetic interviews."""
    from literacy_app import tasks

    app, settings = application()
    with app.app_context():
        tasks.make_demonstration(app, settings, say)


@main.group()
def user() -> None:
    """Staff."""


@user.command("add")
@click.argument("login")
@click.option("--name", required=True)
@click.option(
    "--role", "roles", multiple=True, required=True, help="interviewer, supervisor, officer, editor or administrator"
)
@click.option("--area", default="", help="The code of the division in which the roles are held; all when left out.")
def user_add(login: str, name: str, roles: tuple[str, ...], area: str) -> None:
    """Take on a member of staff; prints a random password once."""
    from literacy_app import tasks

    app, _ = application()
    with app.app_context():
        click.echo(tasks.add_user(login, name, roles, area))


@user.command("disable")
@click.argument("login")
def user_disable(login: str) -> None:
    """End a person's access at once."""
    from literacy_app import tasks

    app, _ = application()
    with app.app_context():
        tasks.disable_user(login)
    say(f"{login} is signed out everywhere and cannot sign in any more.")


@user.command("enable")
@click.argument("login")
def user_enable(login: str) -> None:
    """Let a person who was disabled sign in again, with the password they had."""
    from literacy_app import tasks

    app, _ = application()
    with app.app_context():
        tasks.enable_user(login)
    say(f"{login} can sign in again.")


@user.command("password")
@click.argument("login")
def user_password(login: str) -> None:
    """Give a person a new random password, printed once; they are signed out everywhere."""
    from literacy_app import tasks

    app, _ = application()
    with app.app_context():
        click.echo(tasks.new_password(login))


@main.command()
def serve() -> None:
    """Serve the product, with workers and address from the environment."""
    from literacy_app import serving, tasks

    app, settings = application(upgraded=False)
    with app.app_context():
        tasks.check_tables()
        tasks.check_frozen_where_readable(settings)
    serving.serve(app, settings)


@main.command()
def jobs() -> None:
    """Run the scheduled jobs; as many of these processes as you like do each job once."""
    from literacy_app.jobs import JOBS, schedule

    app, _ = application()
    say(f"Waiting for the hour of: {', '.join(job.name for job in JOBS)}")
    schedule(app).start()


@main.command()
def run() -> None:
    """What `make run` calls: everything to a served demonstration on loopback."""
    from literacy_app import serving, tasks

    settings = serving.demonstration_settings()
    serving.refuse_taken_port(settings.bind)
    from literacy_app import create_app

    settings.shut_data()
    app = create_app(settings)
    with app.app_context():
        tasks.prepare(app, settings, say)
    serving.serve(app, settings)


if __name__ == "__main__":
    main()
