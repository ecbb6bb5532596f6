"""Advice on texts, items and the bank."""

import pytest

from literacy_app.authoring.rules import advice
from literacy_app.lessons.rules import Item
from literacy_app.questions.rules import Question, QuestionWords


def item(
    answer: str | tuple[str, ...] = "a",
    stem: str = "问什么？",
    id: str = "x",
    language: str = "zh_Hans",
    **options: str,
) -> Item:
    texts = options or {"a": "一", "b": "二", "c": "三"}
    kind = "multiple" if isinstance(answer, tuple) else "single"
    words = QuestionWords(stem, options=texts)
    return Item(id, "a01", Question(id, kind, tuple(texts)), {language: words}, answer, None)


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("水" * 21 + "。", "zh_Hans", "a sentence of 21 characters"),
        ("水" * 20 + "。" + "气" * 20, "zh_Hans", ""),
        ("word " * 26 + ".", "en", "a sentence of 26 words"),
        ("word " * 25 + ".", "en", ""),
        ("切实做好。", "zh_Hans", "office word"),
        ("We utilise it.", "en", "office word"),
        ("**水**烧开。", "zh_Hans", ""),
    ],
)
def test_long_sentences_and_office_words_are_told(text: str, language: str, told: str) -> None:
    found = "; ".join(advice.on_text(text, language))
    assert (told in found) if told else found == ""


@pytest.mark.parametrize(("text", "count"), [("一幅画", 1), ("图片里有人", 2), ("一个人在河边洗菜", 0)])
def test_words_for_a_picture_say_what_is_in_it(text: str, count: int) -> None:
    assert len(list(advice.on_alt(text, "zh_Hans"))) == count


@pytest.mark.parametrize(
    ("stem", "language", "told"),
    [
        ("下面哪种做法不对？", "zh_Hans", True),
        ("不对的是哪个？", "zh_Hans", True),
        ("下面哪种做法**不**对？", "zh_Hans", False),
        ("水不清了。怎样做？", "zh_Hans", False),
        ("Which is not safe?", "en", True),
        ("Which is **not** safe?", "en", False),
        ("It is not safe. What do you do?", "en", False),
    ],
)
def test_a_negative_question_stands_in_bold_or_is_told(stem: str, language: str, told: bool) -> None:
    found = [one for one in advice.on_question(item(stem=stem, language=language), language) if "not so" in one]
    assert bool(found) is told


def test_a_right_option_that_is_longest_by_far_is_told() -> None:
    assert "longest by far" in next(advice.on_question(item(a="很长很长很长的一句话", b="短", c="也短"), "zh_Hans"))
    assert list(advice.on_question(item(a="短", b="很长很长很长的一句话", c="也短"), "zh_Hans")) == []


def test_two_options_and_all_right_are_told() -> None:
    assert "has 2 options" in next(advice.on_question(item(a="一", b="二"), "zh_Hans"))
    assert "ticking all" in next(advice.on_question(item(answer=("a", "b", "c")), "zh_Hans"))


def test_a_bank_whose_right_options_stand_in_one_place_is_told() -> None:
    crooked = [item(answer="a", id=str(n), stem=str(n)) for n in range(30)]
    even = [item(answer="abc"[n % 3], id=str(n), stem=str(n)) for n in range(30)]
    assert any("gives it away (1: 30, 2: 0, 3: 0)" in one for one in advice.on_bank(crooked))
    assert list(advice.on_bank(even)) == []


def test_a_bank_whose_longest_options_are_right_is_told() -> None:
    long = {"a": "长一点", "b": "短", "c": "短短"}
    bank = [item(answer="a", id=str(n), stem=str(n), **long) for n in range(20)]
    assert any("longest in 20 of 20 items, 7 would be chance" in one for one in advice.on_bank(bank))


def test_two_items_that_ask_the_same_are_told() -> None:
    assert "2 items ask the same" in next(advice.on_bank([item(id="x"), item(id="y")]))
