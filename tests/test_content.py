"""The real content and surveys, held to what the product promises about them."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from literacy_app.config import Settings
from literacy_app.framework.rules import Dimension, SecondClass
from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import QuestionWords
from literacy_app.surveys.loader import Frozen, read_surveys
from literacy_app.tasks import read_content

REPOSITORY = Path(__file__).parent.parent
CONTENT = read_content(Settings(content=REPOSITORY / "content"))
INSTRUMENTS, WAVES = read_surveys(REPOSITORY / "surveys")
LESSONS = CONTENT.curriculum.lessons
ITEMS = CONTENT.curriculum.items.values()

# How alike a practice question and a survey item may be: 1 is the same, 0 has nothing in common. The limits lie in the
# gap of our own 13,416 pairs: paraphrases that we found and rewrote had 0.12 to 0.39 (Chinese stems), unrelated
# pairs that share a form of question stay below 0.11; in English, where forms weigh more, the gap is near 0.21.
LIMITS = {"zh_Hans": {"stem": 0.12, "whole": 0.08}, "en": {"stem": 0.21, "whole": 0.16}}


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


@pytest.mark.parametrize("language", LIMITS)
@pytest.mark.parametrize("part", ["stem", "whole"])
def test_no_practice_question_says_a_survey_item_in_other_words(language: str, part: str) -> None:
    practice, survey = _practice_words(language), _survey_words(language)
    pairs = sorted(_pairs(practice, survey, language, part), reverse=True)
    assert len(pairs) == len(practice) * len(survey) > 0
    assert [pair for pair in pairs if pair[0] > LIMITS[language][part]] == []


@pytest.mark.parametrize("language", LIMITS)
def test_a_survey_item_in_slightly_other_words_would_be_found(language: str) -> None:
    survey = _survey_words(language)
    changed = {id: QuestionWords(stem=f"{words.stem[3:]}…", options=words.options) for id, words in survey.items()}
    found = {
        practised
        for likeness, practised, asked in _pairs(changed, survey, language, "stem")
        if likeness > LIMITS[language]["stem"] and practised == asked
    }
    assert found == set(survey)


def test_every_kind_has_its_part_of_a_page() -> None:
    folder = REPOSITORY / "literacy_app/questions/templates/questions/kinds"
    assert {path.stem for path in folder.glob("*.html")} == set(KINDS) - {"calculated"}  # which is never shown


def _practice_words(language: str) -> dict[str, QuestionWords]:
    """Everything that residents practise, with the parallel questions of the tests, by a name to find it again."""
    found = {f"{lesson.id}.{id}": words for lesson in LESSONS for id, words in lesson.words[language].questions.items()}
    return found | {id: words for one in CONTENT.curriculum.sets for id, words in one.words[language].items()}


def _survey_words(language: str) -> dict[str, QuestionWords]:
    """The scored items of all instruments."""
    return {
        f"{frozen.instrument.name}-v{frozen.instrument.version}.{question.id}": QuestionWords(
            stem=words.stem, options=words.options
        )
        for frozen in INSTRUMENTS
        for question in frozen.instrument.scored
        for words in [frozen.instrument.words[language].questions[question.id]]
    }


def _pairs(
    practice: Mapping[str, QuestionWords], survey: Mapping[str, QuestionWords], language: str, part: str
) -> list[tuple[float, str, str]]:
    """Every practice question with every survey item and how alike they are: the rarer what they share, the more."""
    left = {id: _grams(words, language, part) for id, words in practice.items()}
    right = {id: _grams(words, language, part) for id, words in survey.items()}
    texts = [*left.values(), *right.values()]
    seen = Counter(gram for grams in texts for gram in grams)
    rarity = {gram: math.log(len(texts) / count) for gram, count in seen.items()}

    def weight(grams: frozenset[str]) -> float:
        return sum(rarity[gram] for gram in grams)

    return [
        (weight(grams & others) / max(weight(grams | others), 1e-9), one, other)
        for one, grams in left.items()
        for other, others in right.items()
    ]


def _grams(words: QuestionWords, language: str, part: str) -> frozenset[str]:
    """What a text is made of, without punctuation and spaces: pairs of signs in Chinese, words in English."""
    text = words.stem if part == "stem" else "\n".join([words.stem, *(words.options or {}).values()])
    if language == "en":
        return frozenset(re.findall(r"[a-z0-9]+", text.lower()))
    lines = ["".join(re.findall(r"\w", line)).lower() for line in text.splitlines()]
    return frozenset(line[i : i + 2] for line in lines for i in range(len(line) - 1))
