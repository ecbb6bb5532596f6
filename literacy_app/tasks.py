"""What commands do, with the database at hand: each a short script over the rooms' services."""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from flask import Flask, url_for
from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from literacy_app.accounts.queries import staff_by_login
from literacy_app.accounts.rules import LOGIN_MAX, NAME_MAX, Grant, Role
from literacy_app.accounts.service import disable, enable, is_right, set_password, take_on
from literacy_app.areas.loader import PilotFolder, read_pilots
from literacy_app.areas.models import PilotRow
from literacy_app.areas.queries import pilots
from literacy_app.areas.rules import is_code
from literacy_app.areas.service import keep_pilot
from literacy_app.config import DATABASE, Settings
from literacy_app.demo import service as demo
from literacy_app.estimation.queries import estimations
from literacy_app.exports import service as exports
from literacy_app.exports.queries import hold_still
from literacy_app.exports.rules import Copy, Form, Selection
from literacy_app.foundation import clock
from literacy_app.foundation.errors import CheckFailed, InputError, NotFound, Problem
from literacy_app.foundation.files import read_yaml, shape
from literacy_app.foundation.languages import LANGUAGES
from literacy_app.foundation.policy import Policy
from literacy_app.foundation.snapshots import digest_in_force, keep_snapshot
from literacy_app.foundation.writing import written_whole
from literacy_app.framework.loader import read_edition
from literacy_app.lessons.loader import read_curriculum
from literacy_app.lessons.rules import Curriculum
from literacy_app.lessons.service import KIND as CURRICULUM
from literacy_app.lessons.service import keep_curriculum
from literacy_app.migrations import service as migrations
from literacy_app.surveys.loader import Frozen, read_surveys
from literacy_app.surveys.queries import link_of
from literacy_app.surveys.rules import Stream, Wave
from literacy_app.surveys.service import frozen_problems, instrument_of, keep_instrument, keep_wave, wave_of
from literacy_app.tables import metadata
from literacy_app.targets.loader import Targets, read_targets
from literacy_app.targets.service import keep_targets
from literacy_app.webkit.extensions import db, reading, rest, transaction
from literacy_app.webkit.policy import KIND as POLICY
from literacy_app.webkit.policy import policy

T = TypeVar("T")
Say = Callable[[str], None]
# Login, password and the secret of the second factor, by role.
Accounts = dict[str, dict[str, str | None]]

BATCH = 64
DEMO_WAVE = "2026-qinghe"
DEMO_AREA = "990101"
DATA_FILES = {
    "csv": Form.WIDE_CSV,
    "long": Form.LONG_CSV,
    "xlsx": Form.XLSX,
    "sav": Form.SAV,
    "jsonl": Form.JSONL,
    "codebook": Form.CODEBOOK,
    "ddi": Form.DDI,
}


@dataclass(frozen=True)
class Content:
    """Everything under content/, checked."""

    policy: Policy
    curriculum: Curriculum
    pilots: tuple[tuple[PilotFolder, Targets], ...]


def upgrade() -> None:
    """Bring the tables to this version. Raises InputError for a database that is newer."""
    with _moving_to("head"):
        migrations.upgrade(db.engine)


def downgrade(revision: str) -> None:
    """Take the tables back. Raises InputError for a revision that there is not."""
    with _moving_to(revision):
        migrations.downgrade(db.engine, revision)


@contextmanager
def _moving_to(revision: str) -> Iterator[None]:
    from alembic.util import CommandError  # as late as in `migrations`: it takes a third of a second

    try:
        yield
    except CommandError as error:
        raise InputError([Problem("database", revision, str(error))]) from error


def need_tables() -> None:
    """Raise InputError unless the database was brought to this version."""
    if not migrations.is_current(db.engine):
        raise InputError([_outdated()])


def _outdated() -> Problem:
    return Problem("database", "", "its tables are not those of this version; run `literacy db upgrade`")


def check_tables() -> None:
    """Raise CheckFailed unless the database has exactly the tables of this version."""
    if not migrations.is_current(db.engine):
        raise CheckFailed([_outdated()])
    if found := migrations.differences(db.engine, metadata):
        raise CheckFailed([Problem("database", "", f"differs from the models: {one}") for one in found])


def read_content(settings: Settings) -> Content:
    """Everything under content/. Raises InputError with the problems of all parts together."""
    root = settings.content
    _need_folders(root, "lessons", "pilots")
    problems: list[Problem] = []

    def gather(read: Callable[[], T]) -> T | None:
        try:
            return read()
        except InputError as error:
            problems.extend(error.problems)
            return None

    policy = gather(lambda: shape(read_yaml(root / "policy.yml", root), Policy))
    curriculum = gather(lambda: read_curriculum(root))
    # Older editions are not taught; they are kept so that older results can be mapped, and checked like everything else.
    for path in sorted((root / "framework").glob("[0-9][0-9][0-9][0-9].yml")):
        gather(partial(read_edition, root, path.stem))
    folders = gather(lambda: read_pilots(root)) or []
    found = [(folder, gather(partial(read_targets, root / "pilots" / folder.pilot.id, root))) for folder in folders]
    if problems or policy is None or curriculum is None:
        raise InputError(problems)
    return Content(policy, curriculum, tuple((folder, targets) for folder, targets in found if targets is not None))


def read_survey_files(settings: Settings) -> tuple[list[Frozen], list[Wave]]:
    """Everything under surveys/. Raises InputError with all that is wrong, also for a folder that is missing."""
    _need_folders(settings.surveys, "instruments", "waves")
    return read_surveys(settings.surveys)


def check_frozen(settings: Settings) -> None:
    """Raise CheckFailed, a line a wave, where an opened wave's instrument is not any more what was opened."""
    instruments, _ = read_survey_files(settings)
    if found := frozen_problems(reading(), instruments):
        raise CheckFailed(found)


def may_have_opened(settings: Settings) -> bool:
    """Whether there can be waves that have opened: a database server is named, or the file of one is there."""
    return bool(settings.database_url) or (settings.data / DATABASE).exists()


def _need_folders(root: Path, *names: str) -> None:
    # Nothing found in a folder that is not there would pass for nothing wrong.
    for folder in (root, *(root / name for name in names)):
        if not folder.is_dir():
            raise InputError([Problem(str(folder), "", "is not a folder")])


def load_content(content: Content, settings: Settings) -> None:
    """Put checked content in force. Synthetic pilots are loaded in the demonstration only."""
    now = clock.now()
    with transaction() as session:
        keep_snapshot(session, POLICY, TypeAdapter(Policy).dump_json(content.policy).decode(), now)
        keep_curriculum(session, content.curriculum, now)
        for folder, targets in content.pilots:
            if settings.profile == "demo" or not folder.pilot.synthetic:
                keep_pilot(session, folder)
                keep_targets(session, folder.pilot.id, targets, now)


def load_surveys(settings: Settings) -> Iterator[str]:
    """Put checked surveys in force, all or none; says which waves wait for a pilot that is not loaded."""
    instruments, waves = read_survey_files(settings)
    now = clock.now()
    with transaction() as session:
        known = {pilot.id for pilot in pilots(session)}
        for frozen in instruments:
            keep_instrument(session, frozen, now)
        for wave in waves:
            if wave.pilot in known:
                keep_wave(session, wave, now)
            else:
                yield f"Wave {wave.id} waits: its pilot {wave.pilot} is not loaded."


def write_data(
    wave_id: str,
    form: str,
    out: Path,
    *,
    copy: str = Copy.PLAIN,
    language: str = LANGUAGES[0],
    stream: str | None = None,
    counted: bool = False,
) -> None:
    """Write the data of a wave to a file, whole or not at all. Raises NotFound."""
    selection = Selection(Copy(copy), language, Stream(stream) if stream else None, counted)
    wave, now, kind = wave_of(reading(), wave_id), clock.now(), DATA_FILES[form]
    with transaction() as session:
        exports.leave_trace(session, wave, kind, selection, "command", now)
    rest()
    with written_whole(out) as file, Session(db.engine) as session:
        hold_still(session)
        for piece in exports.export(session, wave, kind, selection, now):
            file.write(piece)


def print_form(wave_id: str, language: str, copies: int, first: int) -> bytes:
    """A wave's form for paper as PDF. Raises NotFound."""
    # With the web's views come templates and words; no other command needs them.
    from literacy_app.paper.views.printing import printed_form

    wave = wave_of(reading(), wave_id)
    pilot = reading().get(PilotRow, wave.pilot)
    if pilot is None:
        raise NotFound(wave.pilot)
    return printed_form(wave, instrument_of(reading(), wave), pilot, language, copies, first)


def add_user(login: str, name: str, roles: tuple[str, ...], area: str) -> str:
    """Take on a member of staff and return the random password."""
    known = {role.value for role in Role}
    problems = [Problem("--role", role, f"is none of {', '.join(Role)}") for role in roles if role not in known]
    for option, text, longest in (("LOGIN", login, LOGIN_MAX), ("--name", name, NAME_MAX)):
        if not 1 <= len(text) <= longest or not text.isprintable():
            problems.append(Problem(option, text, f"must have 1 to {longest} characters that can be printed"))
    if " " in login:
        problems.append(Problem("LOGIN", login, "has no spaces"))
    if area and not is_code(area):
        problems.append(Problem("--area", area, "is not the code of a division"))
    if problems:
        raise InputError(problems)
    password = secrets.token_urlsafe(15)
    with transaction() as session:
        take_on(session, login, name, password, tuple(Grant(Role(role), area) for role in roles), clock.now())
    return password


def new_password(login: str) -> str:
    """Give a person a new random password, which is returned and nowhere else; they are signed out everywhere."""
    password = secrets.token_urlsafe(15)
    with transaction() as session:
        set_password(session, login, password, clock.now())
    return password


def enable_user(login: str) -> None:
    """Let a person who was disabled sign in again."""
    with transaction() as session:
        enable(session, login, clock.now())


def disable_user(login: str) -> None:
    """End a person's access at once."""
    with transaction() as session:
        disable(session, login, clock.now())


def prepare(app: Flask, settings: Settings, say: Say) -> None:
    """Everything that stands between a fresh clone and a served demonstration; what is done already is not done again."""
    if not migrations.is_current(db.engine):
        say("Bringing the tables to this version")
        upgrade()
    _load_or_keep(settings, say)
    make_demonstration(app, settings, say)


def _load_or_keep(settings: Settings, say: Say) -> None:
    # A broken file must not take a running site down: what was loaded last stays in force, and the file is named.
    try:
        load_content(read_content(settings), settings)
        for line in load_surveys(settings):
            say(line)
    except InputError as error:
        if digest_in_force(reading(), CURRICULUM) is None:
            raise
        for problem in error.problems:
            say(str(problem))
        say("These files were not loaded; the last good version stays in force.")
    # A form that people have begun to answer is another matter: nobody is asked further while it differs from what was opened.
    check_frozen_where_readable(settings)


def check_frozen_where_readable(settings: Settings) -> None:
    """`check_frozen` for a start: files that cannot be read at all were told of, and are not in force."""
    try:
        check_frozen(settings)
    except InputError:
        return


def make_demonstration(app: Flask, settings: Settings, say: Say) -> None:
    """Draw the fictional county's households, bring their interviews to the door, and write the sign-ins of every role."""
    wave = wave_of(reading(), DEMO_WAVE)
    path = settings.data / "demo-accounts.json"
    accounts = demo_accounts(path)
    if not demo.is_made(reading(), wave):
        with transaction() as session:
            draw = demo.draw_sample(session, wave)
            homes = demo.imagine(session, wave, draw)
            for first in range(0, len(homes), BATCH):
                demo.keep_interviews(session, wave, homes[first : first + BATCH])
                say(f"Synthetic households: {min(first + BATCH, len(homes))} of {len(homes)}")
            interviewer = staff_by_login(session, Role.INTERVIEWER)
            if interviewer is not None:
                demo.keep_field_work(session, draw, homes, interviewer.id)
    if not estimations(reading(), wave.pilot, wave.id):
        from literacy_app.estimation.service import keep_version  # NumPy takes a second to import

        with transaction() as session:
            keep_version(session, wave, policy(), "demo", clock.now())
        say("Weights and levels kept as version 1")
    link = link_of(reading(), wave.id)
    base = f"http://{settings.bind}"
    with app.test_request_context(base_url=base):
        survey = url_for("surveys.cover", token=link.token, _external=True) if link else ""
    write_private(path, {"base_url": base, "survey_link": survey, "accounts": accounts})
    say(f"Home          {base}/\nOffice        {base}/office/\nSurvey        {survey}")
    for role, account in accounts.items():
        say(f"{role:<13} login {account['login']:<13} password {account['password']}")
    say(f"The same is in {path}. All people and interviews here are synthetic.")


def demo_accounts(path: Path) -> Accounts:
    """The sign-ins that the file at `path` names if they open this database, else new ones with new passwords."""
    try:
        known = TypeAdapter(Accounts).validate_python(json.loads(path.read_text(encoding="utf-8"))["accounts"])
        return known if _open_this_database(known) else _new_accounts()
    except (OSError, ValueError, LookupError, TypeError):
        return _new_accounts()


def _open_this_database(accounts: Accounts) -> bool:
    # All must be there; of their passwords one is compared, for each takes a tenth of a second at every start.
    rows = [staff_by_login(reading(), account["login"] or "") for account in accounts.values()]
    if set(accounts) != set(demo.NAMES) or not all(rows):
        return False
    first, row = next(iter(accounts.values())), rows[0]
    return row is not None and is_right(row.password_hash, first["password"] or "")


def _new_accounts() -> Accounts:
    with transaction() as session:
        passwords = demo.sign_ins(session, DEMO_AREA, clock.now())
    return {
        role.value: {"login": role.value, "password": password, "totp_secret": None}
        for role, password in passwords.items()
    }


def write_private(path: Path, data: object) -> None:
    """Write `data` as JSON that only its owner can read, whole or not at all."""
    with written_whole(path, private=True) as file:
        file.write((json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode())
