"""The real content and surveys, held to what the product promises about them."""

from collections import Counter
from pathlib import Path

import pytest

from literacy_app.config import Settings
from literacy_app.framework.rules import Dimension, SecondClass
from literacy_app.questions.kinds import KINDS
from literacy_app.surveys.loader import Frozen, read_surveys
from literacy_app.tasks import read_content

REPOSITORY = Path(__file__).parent.parent
CONTENT = read_content(Settings(content=REPOSITORY / "content"))
INSTRUMENTS, WAVES = read_surveys(REPOSITORY / "surveys")
LESSONS = CONTENT.curriculum.lessons
ITEMS = CONTENT.curriculum.items.values()


def test_the_framework_has_seven_concepts_thirteen_of_knowledge_and_ten_skills() -> None:
    edition = CONTENT.curriculum.edition
    assert [len(edition.of(dimension)) for dimension in Dimension] == [7, 13, 10]
    assert [article.number for article in edition.articles] == list(range(1, 31))


def test_every_dimension_has_at_least_two_lessons() -> None:
    assert all(len(CONTENT.curriculum.of(dimension)) >= 2 for dimension in Dimension)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_a_lesson_takes_three_to_five_minutes_and_names_its_sources(lesson: object) -> None:
    assert 3 <= lesson.minutes <= 5  # type: ignore[attr-defined]
    assert lesson.sources and len(lesson.questions) >= 2  # type: ignore[attr-defined]


@pytest.mark.parametrize("frozen", INSTRUMENTS, ids=lambda frozen: frozen.instrument.name)
def test_an_instrument_has_a_hundred_points_all_articles_and_the_national_mark(frozen: Frozen) -> None:
    scored, key = frozen.instrument.scored, frozen.key
    assert len(scored) >= 47
    assert sum(item.points for item in key.items.values()) == 100
    assert (key.pass_mark.points, key.pass_mark.of) == (70, 100)
    assert {question.article for question in scored} == {article.id for article in CONTENT.curriculum.edition.articles}
    assert {question.second_class for question in scored} == set(SecondClass)
    assert {question.kind for question in scored} == {"true_false", "single", "multiple"}


@pytest.mark.parametrize("frozen", INSTRUMENTS, ids=lambda frozen: frozen.instrument.name)
def test_an_item_belongs_to_the_dimension_of_its_article(frozen: Frozen) -> None:
    edition = CONTENT.curriculum.edition
    assert all(
        question.dimension is edition.article(question.article).dimension for question in frozen.instrument.scored
    )


@pytest.mark.parametrize("frozen", INSTRUMENTS, ids=lambda frozen: frozen.instrument.name)
def test_the_place_of_the_right_option_says_nothing(frozen: Frozen) -> None:
    places = Counter(frozen.key.items[q.id].answer for q in frozen.instrument.scored if q.kind == "single")
    assert max(places.values()) <= 2 * min(places.values())
    truths = Counter(frozen.key.items[q.id].answer for q in frozen.instrument.scored if q.kind == "true_false")
    assert max(truths.values()) <= 2 * min(truths.values())


def test_every_article_has_a_lesson_and_six_items_with_three_options_or_more() -> None:
    have = Counter(item.article for item in ITEMS if len(item.question.options) >= 3)
    articles = [article.id for article in CONTENT.curriculum.edition.articles]
    assert {lesson.article for lesson in LESSONS} == set(articles)
    assert [id for id in articles if have[id] < 6] == []


def test_the_place_of_the_right_option_of_practice_says_nothing() -> None:
    places = Counter(
        item.answer for item in ITEMS if item.question.kind == "single" and len(item.question.options) == 4
    )
    assert max(places.values()) <= 1.5 * min(places.values())


def test_no_practice_question_is_a_survey_item() -> None:
    practice = {words.stem for item in ITEMS for words in item.words.values()}
    survey = {
        words.stem
        for frozen in INSTRUMENTS
        for spoken in frozen.instrument.words.values()
        for words in spoken.questions.values()
    }
    assert practice & survey == set()


def test_every_kind_has_its_part_of_a_page() -> None:
    folder = REPOSITORY / "literacy_app/questions/templates/questions/kinds"
    assert {path.stem for path in folder.glob("*.html")} == set(KINDS)
