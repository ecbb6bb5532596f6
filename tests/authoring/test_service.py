"""Files of other programs become drafts, and drafts become practice sets, without touching what is there."""

from pathlib import Path

import pytest

from literacy_app.authoring.rules.gift import read_gift
from literacy_app.authoring.rules.moodle_xml import read_moodle_xml
from literacy_app.authoring.service import Imported, accept_draft, export_sets, import_file
from literacy_app.foundation.errors import InputError, NotFound
from literacy_app.lessons.loader import read_curriculum
from tests.authoring.portables import tiny_content

pytestmark = pytest.mark.thorough

CHINESE = """
::一::水开了吗？{=开了#对，冒大泡了。 ~没开#再等一等。 ~不知道#看有没有大泡。}

冰里也有病菌。{T#冷冻不杀菌。#对，冷冻不杀菌。}

哪两样干净？{~%50%开水#对。 ~%50%冰箱里的开水#对。 ~%-100%河水#要烧开。}

写一写。{}
"""
ENGLISH = """
Does it boil? {=Yes#Big bubbles. ~No#Wait. ~Who knows#Look for bubbles.}

Ice can hold germs. {T#Cold does not kill them.#Right.}

Which two are clean? {~%50%Boiled water#Yes. ~%50%Boiled water, cooled#Yes. ~%-100%River water#Boil it.}
"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the tiny content with a practice set written line by line."""
    return tiny_content(tmp_path)


def bring(content: Path, text: str, language: str, article: str = "a21", draft: str = "spring") -> Imported:
    file = content.parent / f"{language}.gift"
    file.write_text(text)
    return import_file(content, file, article, language, draft)


def test_one_language_makes_a_draft_that_nothing_else_sees(content: Path) -> None:
    before = read_curriculum(content)
    done = bring(content, CHINESE, "zh_Hans")
    assert done.folder == "drafts/a21/spring" and done.ids == ("a21-2", "a21-3", "a21-4")
    assert [(str(one.where), one.message) for one in done.left] == [
        ("line 8", "is an essay question, and only choices are taken")
    ]
    assert [one.file for one in done.missing] == ["drafts/a21/spring/words.en.yml"]
    assert read_curriculum(content) == before


def test_the_other_language_completes_the_draft_and_moves_it_behind_the_questions_that_are_there(content: Path) -> None:
    old = {item.id: item for item in read_curriculum(content).items.values()}
    bring(content, CHINESE, "zh_Hans")
    done = bring(content, ENGLISH, "en")
    new = read_curriculum(content).items
    assert done.folder == "practice/a21" and done.missing == ()
    assert {id: new[id] for id in old} == old and set(new) - set(old) == {"a21-2", "a21-3", "a21-4"}
    assert (new["a21-2"].answer, new["a21-3"].answer, new["a21-4"].answer) == ("a", "true", ("a", "b"))
    assert new["a21-2"].words["en"].why == {"a": "Big bubbles.", "b": "Wait.", "c": "Look for bubbles."}
    assert not (content / "drafts/a21/spring").exists()


def test_an_article_without_a_practice_set_gets_one(content: Path) -> None:
    bring(content, CHINESE, "zh_Hans", "a08")
    assert bring(content, ENGLISH, "en", "a08").folder == "practice/a08"
    assert [question.id for question in read_curriculum(content).sets[0].questions] == ["a08-1", "a08-2", "a08-3"]


def test_a_draft_without_reasons_waits_for_them_and_is_accepted_when_they_are_written(content: Path) -> None:
    bring(content, "水清吗？{=清 ~浑}", "zh_Hans")
    done = bring(content, "Is it clear? {=Yes ~No}", "en")
    assert {one.file.rsplit("/", 1)[1] for one in done.missing} == {"words.zh_Hans.yml", "words.en.yml"}
    assert all("must explain" in one.message for one in done.missing)
    for language in ("zh_Hans", "en"):
        file = content / f"drafts/a21/spring/words.{language}.yml"
        file.write_text(file.read_text().replace("why: {}", "why: {a: 'A', b: 'B'}"))
    assert accept_draft(content, "a21", "spring") == ("practice/a21", ())


@pytest.mark.parametrize(
    ("english", "why"),
    [
        (ENGLISH.replace("{=Yes#Big bubbles. ~No", "{~Yes =No"), "does not translate a21-2"),
        (ENGLISH.replace(" ~Who knows#Look for bubbles.", ""), "does not translate a21-2"),
        (ENGLISH.replace("{T#", "{F#"), "does not translate a21-3"),
        ("Only one? {=Yes ~No}", "gives 1 questions"),
    ],
)
def test_what_is_no_translation_is_refused_and_changes_nothing(content: Path, english: str, why: str) -> None:
    bring(content, CHINESE, "zh_Hans")
    with pytest.raises(InputError, match=why):
        bring(content, english, "en")
    assert not (content / "drafts/a21/spring/words.en.yml").exists()


def test_words_that_are_there_are_never_overwritten(content: Path) -> None:
    bring(content, CHINESE, "zh_Hans")
    before = (content / "drafts/a21/spring/words.zh_Hans.yml").read_text()
    with pytest.raises(InputError, match="choose another --draft"):
        bring(content, CHINESE, "zh_Hans")
    assert (content / "drafts/a21/spring/words.zh_Hans.yml").read_text() == before


def test_two_drafts_of_an_article_never_share_an_id(content: Path) -> None:
    first = bring(content, CHINESE, "zh_Hans")
    second = bring(content, "别的？{=是 ~否}", "zh_Hans", draft="autumn")
    assert second.ids == ("a21-5",) and set(first.ids).isdisjoint(second.ids)


def test_a_question_that_the_article_asks_already_is_left(content: Path) -> None:
    done = bring(content, "怎样参与？{=一 ~二}\n\n别的？{=是 ~否}", "zh_Hans")
    assert done.left[0].message == "is here already as a21-1"
    assert len(done.ids) == 1


def test_a_text_that_the_check_would_refuse_keeps_the_draft_out_of_practice(content: Path) -> None:
    bring(content, "看哪里？{=这里#对 ~以上都对#不对}", "zh_Hans")
    done = bring(content, "Where? {=Here#See www.example.com ~There#No}", "en")
    assert [one.message for one in done.missing] == [
        "an option must not speak of the other options",
        "has a web address; texts have no links",
    ]


@pytest.mark.parametrize(
    ("text", "article", "draft", "why"),
    [
        (CHINESE, "a99", "spring", "no such article"),
        (CHINESE, "a21", "../up", "small letters"),
        ("只是一句话。", "a21", "spring", "no question that can be taken"),
    ],
)
def test_what_cannot_be_brought_is_refused(content: Path, text: str, article: str, draft: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        bring(content, text, "zh_Hans", article, draft)
    assert not (content / "drafts").exists()


def test_an_unknown_draft_is_not_found(content: Path) -> None:
    with pytest.raises(NotFound):
        accept_draft(content, "a21", "nothing")


def test_a_practice_set_leaves_in_both_formats_with_its_key_and_reasons(content: Path) -> None:
    gift, count = export_sets(content, "gift", "en", "a21")
    xml, _ = export_sets(content, "moodle-xml", "en", None)
    assert count == 1
    assert read_gift(gift).questions == read_moodle_xml(xml.encode()).questions
    only = read_gift(gift).questions[0]
    assert (only.name, only.stem, [choice.right for choice in only.choices]) == (
        "a21-1",
        "How to take part?",
        [False, False, True],
    )


def test_an_article_without_a_practice_set_cannot_leave(content: Path) -> None:
    with pytest.raises(NotFound):
        export_sets(content, "gift", "en", "a08")


def test_every_practice_question_of_the_real_content_survives_both_formats() -> None:
    real = Path(__file__).parents[2] / "content"
    for language in ("zh_Hans", "en"):
        gift, count = export_sets(real, "gift", language, None)
        xml, _ = export_sets(real, "moodle-xml", language, None)
        taken = read_gift(gift)
        assert len(taken.questions) == count and not taken.left
        assert taken.questions == read_moodle_xml(xml.encode()).questions
