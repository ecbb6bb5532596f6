"""Guards over the whole house: what nobody remembers to check, checked at every run."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import pofile
from babel.messages.extract import extract_from_dir
from flask import Flask

from literacy_app import cli, jobs
from literacy_app.accounts.rules import Role
from literacy_app.config import Settings
from literacy_app.foundation.languages import LANGUAGES
from literacy_app.questions.kinds import KINDS
from literacy_app.tables import metadata

REPOSITORY = Path(__file__).parent.parent
HOUSE = REPOSITORY / "literacy_app"

# Every page that anybody may open. A new one is added here on purpose, with a reviewer looking.
PUBLIC = {
    "accounts.sign_in",
    "api.challenge",
    "api.describe",
    "api.submit",
    "api.submit_batch",
    "before_after.question",
    "before_after.start",
    "certificates.check",
    "certificates.document",
    "certificates.make",
    "certificates.show",
    "field.app",
    "field.manifest",
    "field.worker",
    "field_api.assignments",
    "field_api.form",
    "field_api.receive",
    "home.front_door",
    "joining.answer",
    "joining.enter_code",
    "joining.hand_on",
    "joining.join",
    "joining.phone",
    "lessons.all_pictures",
    "lessons.audio",
    "lessons.card",
    "lessons.lesson",
    "lessons.picture",
    "lessons.whole",
    "me.code_picture",
    "me.data",
    "me.delete",
    "me.make_code",
    "me.other",
    "me.overview",
    "me.resume",
    "me.show_code",
    "offline.page",
    "offline.worker",
    "operations.alive",
    "operations.ready",
    "practice.item",
    "practice.curriculum",
    "practice.next_question",
    "practice.question",
    "review.item",
    "review.next_review",
    "surveys.answer",
    "surveys.check",
    "surveys.consent",
    "surveys.cover",
    "surveys.done",
    "surveys.leave",
    "surveys.pause",
    "surveys.resume",
    "surveys.question",
    "surveys.send",
    "webkit.preferences",
}
# Tables that do not grow with people.
REFERENCE = {
    "alembic_version",
    "area",
    "baseline",
    "device",
    "field_key",
    "instrument",
    "job_run",
    "pilot",
    "pilot_area",
    "snapshot",
    "staff",
    "staff_failed_sign_in",
    "staff_grant",
    "staff_sign_in",
    "survey_link",
    "target",
    "wave",
}
LEARNING = {
    "attempt",
    "group_answer",
    "group_participant",
    "group_session",
    "certificate",
    "learner",
    "learner_phone",
    "resume_code",
}


def sources() -> Iterator[tuple[Path, str]]:
    for path in sorted(HOUSE.rglob("*.py")):
        yield path.relative_to(HOUSE), path.read_text()


def test_every_view_says_who_may_open_it_and_the_public_ones_are_those_of_the_list(app: Flask) -> None:
    undeclared = [name for name, view in app.view_functions.items() if not hasattr(view, "policy")]
    public = {name for name, view in app.view_functions.items() if getattr(view, "policy", ...) is None}
    assert undeclared == []
    assert public == PUBLIC


def test_every_other_view_names_roles(app: Flask) -> None:
    for name, view in app.view_functions.items():
        if name not in PUBLIC:
            assert view.policy and view.policy <= set(Role), name  # type: ignore[attr-defined]


def test_commit_stands_only_where_transactions_are_made() -> None:
    assert [str(path) for path, text in sources() if "commit(" in text] == ["webkit/extensions.py"]


def test_the_clock_is_read_only_in_one_place() -> None:
    pattern = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")
    assert [str(path) for path, text in sources() if pattern.search(text)] == ["foundation/clock.py"]


def test_safe_html_is_made_only_by_the_writer_of_texts() -> None:
    templates = [path for path in HOUSE.rglob("*.html") if re.search(r"\|\s*safe|autoescape false", path.read_text())]
    assert templates == []
    assert [str(path) for path, text in sources() if "Markup(" in text] == ["webkit/text.py"]


def test_every_table_is_known_as_growing_or_as_reference() -> None:
    growing = {name for name, table in metadata.tables.items() if "pilot_id" in table.primary_key.columns}
    assert set(metadata.tables) - growing <= REFERENCE
    assert REFERENCE - {"alembic_version"} <= set(metadata.tables)


@pytest.mark.parametrize("name", sorted(set(metadata.tables) - REFERENCE))
def test_keys_of_a_growing_table_begin_with_the_pilot(name: str) -> None:
    table = metadata.tables[name]
    assert next(iter(table.primary_key.columns)).name == "pilot_id"
    for index in table.indexes:
        if index.unique:
            assert next(iter(index.columns)).name == "pilot_id", index.name
    for constraint in table.foreign_key_constraints:
        if constraint.referred_table.name not in REFERENCE:
            assert next(iter(constraint.columns)).name == "pilot_id", constraint.name
    assert not any(column.autoincrement is True for column in table.columns)


def test_no_foreign_key_leads_between_survey_answers_and_learners() -> None:
    for table in metadata.tables.values():
        for constraint in table.foreign_key_constraints:
            assert (
                not ((table.name in LEARNING) ^ (constraint.referred_table.name in LEARNING))
                or constraint.referred_table.name == "pilot"
            )


def test_every_text_is_translated_and_the_catalogue_is_fresh() -> None:
    mapping = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    keywords = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(str(HOUSE), mapping, keywords=keywords)
    wanted = {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}
    assert len(wanted) > 200
    for language in LANGUAGES[1:]:
        with (REPOSITORY / "translations" / language / "LC_MESSAGES/messages.po").open("rb") as file:
            catalogue = pofile.read_po(file, locale=language)
        have = {
            message.id[0] if isinstance(message.id, tuple) else message.id: message
            for message in catalogue
            if message.id
        }
        assert wanted - set(have) == set(), "run `make translations`"
        assert set(have) - wanted == set(), "run `make translations`"
        assert [
            id
            for id, message in have.items()
            if not all([message.string] if isinstance(message.string, str) else message.string)
        ] == []
        assert [id for id, message in have.items() if message.fuzzy or list(message.check())] == []


def test_every_room_setting_command_job_and_kind_appears_in_the_documents() -> None:
    documents = "\n".join(
        (REPOSITORY / name).read_text()
        for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/glossary.md")
    )
    rooms = {path.parent.name for path in HOUSE.glob("*/__init__.py")}
    settings = {f"LITERACY_{name.upper()}" for name in Settings.model_fields}
    commands = {f"literacy {name}" for name in cli.main.commands}
    missing = [
        word
        for word in rooms | settings | commands | set(KINDS) | {job.name for job in jobs.JOBS}
        if f"`{word}" not in documents
    ]
    assert missing == []


def test_every_public_function_and_class_says_what_it_is_for() -> None:
    silent = []
    for path, text in sources():
        module = ast.parse(text)
        silent += [] if ast.get_docstring(module) or not text.strip() else [str(path)]
        nodes = [node for node in module.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        nodes += [
            method
            for node in nodes
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
            for method in node.body
            if isinstance(method, ast.FunctionDef)
        ]
        silent += [
            f"{path}:{node.lineno}" for node in nodes if not node.name.startswith("_") and not ast.get_docstring(node)
        ]
    assert silent == []


def test_importing_the_lower_words_loads_no_flask_and_the_web_loads_no_pandas() -> None:
    code = (
        "import sys; import literacy_app.surveys.service, literacy_app.estimation.queries, literacy_app.practice.service, literacy_app.tables;"
        "assert 'flask' not in sys.modules;"
        "from literacy_app.config import Settings; from literacy_app import create_app; import pathlib, tempfile;"
        "create_app(Settings(data=pathlib.Path(tempfile.mkdtemp())));"
        "assert not {'pandas', 'numpy', 'scipy', 'alembic', 'apscheduler', 'typst'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=REPOSITORY)
