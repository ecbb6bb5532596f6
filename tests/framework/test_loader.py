"""Reading the editions of the framework and the map from an older one to the current one."""

import shutil
from pathlib import Path

import pytest

from literacy_app.foundation.errors import InputError
from literacy_app.framework.loader import read_edition
from literacy_app.framework.rules import Dimension

CONTENT = Path(__file__).parent.parent.parent / "content"
CURRENT = read_edition(CONTENT)
TRIAL = read_edition(CONTENT, "2013")


def test_the_trial_edition_has_eight_concepts_seventeen_of_knowledge_and_five_skills() -> None:
    assert [len(TRIAL.of(dimension)) for dimension in Dimension] == [8, 17, 5]
    assert [article.id for article in TRIAL.articles] == [f"b{number:02}" for number in range(1, 31)]
    assert not TRIAL.verified


def test_an_old_article_leads_to_the_new_ones_and_back() -> None:
    assert TRIAL.successors("b12") == ("a09", "a25")
    assert TRIAL.predecessors("a10") == ("b13", "b15")


def test_the_sea_the_climate_and_thrift_were_new_in_2020() -> None:
    new = {article.id for article in CURRENT.articles if not TRIAL.predecessors(article.id)}
    assert new == {"a13", "a15", "a22", "a23"}


def test_the_current_edition_leads_nowhere() -> None:
    assert CURRENT.became is None
    assert CURRENT.successors("a01") == ()


def test_an_article_may_have_been_dropped(tmp_path: Path) -> None:
    edition = read_edition(_changed(tmp_path, "b30: [a21, a30]", "b30: []"), "2013")
    assert edition.successors("b30") == ()


@pytest.mark.parametrize(
    ("old", "new", "mark", "what"),
    [
        ("b05: [a04]", "b05: [a99]", "b05: [a99]", "edition 2020 has no article 'a99'"),
        ("    b30: [a21, a30]\n", "", "b01: [a01]", "'b30' is not mapped"),
        ("b30: [a21, a30]", "b30: [a21]\n    b31: [a30]", "b31: [a30]", "there is no article 'b31'"),
        ('  edition: "2020"', '  edition: "2013"', '  edition: "2013"', "must be later"),
        ("b05: [a04]", "b05: a04", "b05: a04", "tuple"),
    ],
)
def test_a_bad_map_is_named_with_line_and_reason(tmp_path: Path, old: str, new: str, mark: str, what: str) -> None:
    content = _changed(tmp_path, old, new)
    lines = (content / "framework/2013.yml").read_text(encoding="utf-8").splitlines()
    where = next(f"line {number}" for number, line in enumerate(lines, 1) if mark in line)
    with pytest.raises(InputError) as caught:
        read_edition(content, "2013")
    assert [(problem.file, problem.where) for problem in caught.value.problems] == [("framework/2013.yml", where)]
    assert what in caught.value.problems[0].message


def _changed(folder: Path, old: str, new: str) -> Path:
    shutil.copytree(CONTENT / "framework", folder / "framework")
    path = folder / "framework/2013.yml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return folder
