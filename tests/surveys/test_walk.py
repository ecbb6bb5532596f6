"""Which questions a person is asked, in which order and words, and what does not fit together."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from literacy_app.questions.kinds import KINDS
from literacy_app.questions.rules import Answer, Code, Fault, Question
from literacy_app.surveys.loader import read_instrument
from literacy_app.surveys.rules import Instrument
from literacy_app.surveys.rules.walk import Walk, in_order, label, offered, walk, words_for

HERE = Path(__file__).parent
NAMES = sorted(folder.name for folder in (HERE / "instruments").iterdir())
INSTRUMENTS = {name: read_instrument(HERE / "instruments" / name, HERE).instrument for name in NAMES}
NOW = datetime(2026, 11, 24, 10, 30, tzinfo=timezone(timedelta(hours=8)))


def tiny(name: str) -> Instrument:
    return INSTRUMENTS[f"{name}-v1"]


def form(*questions: Question, **more: Any) -> Instrument:
    return Instrument("made", 1, "2020", ("zh_Hans", "en"), questions, **more)


def ids(found: Walk) -> list[str]:
    return [question.id for question in found.shown]


def of(name: str, **answers: Answer) -> Walk:
    return walk(tiny(name), {id.replace("_", "-"): answer for id, answer in answers.items()}, NOW)


# What is shown, hidden, calculated, violated


def test_a_chain_of_conditions_breaks_at_the_first_that_does_not_hold() -> None:
    found = of("branch", smokes="no", what="other", other="雪茄")
    assert (ids(found), found.hidden) == (["smokes", "age"], ("what", "other"))


def test_an_answer_that_is_not_shown_counts_as_none_for_what_follows() -> None:
    q = [Question("a", "text"), Question("b", "text", show_if="${a} = 'x'"), Question("c", "text", show_if="${b} = ''")]
    assert ids(walk(form(*q), {"a": "no", "b": "said"}, NOW)) == ["a", "c"]


def test_a_hidden_question_without_an_answer_is_not_told_of() -> None:
    assert of("branch", smokes="no").hidden == ()


def test_a_calculated_value_is_there_for_what_follows_and_is_not_shown() -> None:
    found = of("calculated", born=Decimal(1981))
    assert found.calculated == {"age": 45, "group": "grown", "half": Decimal("11.25"), "adult": "true"}
    assert ids(found) == ["born", "work", "end"]


def test_a_calculated_value_that_is_hidden_does_not_exist() -> None:
    assert "group" not in of("calculated").calculated


@pytest.mark.parametrize(
    ("calculation", "value"),
    [
        ("1 div 4", Decimal("0.25")),
        ("1 div 0", None),
        ("0 div 0", None),
        ("-1 div 0", None),
        ("''", None),
        ("0", Decimal(0)),
        ("-0", Decimal(0)),
        ("'a b'", "a b"),
        ("1 = 1", "true"),
        ("1 = 2", "false"),
        ("number('1e21')", Decimal(10) ** 21),
        ("number('1e-7')", Decimal("0.0000001")),
        ("0.1 + 0.2", Decimal("0.30000000000000004")),
        ("today()", "2026-11-24"),
    ],
)
def test_what_is_calculated_is_a_number_a_text_or_nothing(calculation: str, value: object) -> None:
    found = walk(form(Question("a", "calculated", calculation=calculation)), {}, NOW)
    assert found.calculated == ({} if value is None else {"a": value})


def test_a_sent_value_of_a_calculated_question_is_not_heard() -> None:
    q = [Question("a", "calculated", calculation="1"), Question("b", "text", show_if="${a} = 1")]
    assert ids(walk(form(*q), {"a": "2"}, NOW)) == ["b"]


@pytest.mark.parametrize(
    ("name", "answers", "violated"),
    [
        ("limits", {"age": Decimal(14)}, ("age",)),
        ("limits", {"age": Decimal(15)}, ()),
        ("limits", {"age": Code.REFUSED}, ()),
        ("limits", {"visit": date(2026, 11, 24)}, ()),
        ("limits", {"visit": date(2026, 11, 25)}, ("visit",)),
        ("limits", {"phone": "13812345678\n"}, ("phone",)),
        ("limits", {"age": Decimal(20), "bedrooms": Decimal(20), "silent": Decimal(13)}, ("bedrooms", "silent")),
        ("many", {"means": ("bus", "car", "bike")}, ("means",)),
        ("many", {"means": ("foot",)}, ()),
        ("cascade", {"region": "south", "city": "harbin"}, ("city",)),
        ("cascade", {"region": "south", "city": "other"}, ()),
        ("cascade", {"region": "south", "city": Code.REFUSED}, ()),
        ("cascade", {"region": "north", "seen": ("snow", "rain")}, ()),
        ("cascade", {"region": "north", "seen": ("snow", "palms")}, ("seen",)),
    ],
)
def test_answers_that_break_a_constraint_or_are_not_offered_are_named(
    name: str, answers: dict[str, Answer], violated: tuple[str, ...]
) -> None:
    assert walk(tiny(name), answers, NOW).violated == violated


def test_a_hidden_answer_is_not_held_against_its_constraint() -> None:
    q = Question("b", "text", show_if="false()", constraint="false()")
    assert walk(form(q), {"b": "x"}, NOW) == Walk((), {}, hidden=("b",))


def test_decimals_are_seen_as_a_phone_sees_them() -> None:
    height = Question("height", "number", decimals=2)
    seen = Question("seen", "calculated", calculation="concat(${height}, ' m')")
    answer = KINDS["number"].from_json(height, Decimal("1.70"))
    assert not isinstance(answer, Fault)
    assert walk(form(height, seen), {"height": answer}, NOW).calculated == {"seen": "1.7 m"}


def test_a_constraint_may_name_its_own_question() -> None:
    q = Question("a", "number", constraint="${a} > 5 and . > 5")
    assert walk(form(q), {"a": Decimal(6)}, NOW).violated == ()
    assert walk(form(q), {"a": Decimal(5)}, NOW).violated == ("a",)


def test_chance_is_drawn_once_a_person_and_question() -> None:
    q = [Question(id, "calculated", calculation="random()") for id in ("a", "b")]
    one, again, other = (walk(form(*q), {}, NOW, seed).calculated for seed in ("x", "x", "y"))
    assert one == again != other
    assert one["a"] != one["b"]


def test_the_words_of_an_option_can_be_calculated_with() -> None:
    q = [Question("a", "single", ("x", "y")), Question("b", "calculated", calculation="jr:choice-name(${a}, '${a}')")]
    assert walk(form(*q), {"a": "x"}, NOW).calculated == {"b": "x"}
    words = tiny("branch").words["en"]
    q = [
        Question("smokes", "single", ("yes", "no")),
        Question("b", "calculated", calculation="jr:choice-name(${smokes}, '${smokes}')"),
    ]
    assert walk(form(*q), {"smokes": "yes"}, NOW, words=words).calculated == {"b": "Yes"}


def test_notes_have_no_number_and_are_no_gaps() -> None:
    found = of("note", sex="female")
    assert ids(found) == ["hello", "sex", "aside", "thanks"]
    assert found.numbers == {"sex": 1}
    assert found.gaps({"sex": "female"}) == ()


def test_gaps_are_what_is_asked_and_has_neither_answer_nor_code() -> None:
    found = of("must", sex=Code.REFUSED)
    assert [one.id for one in found.gaps({"sex": Code.REFUSED})] == ["town", "remark"]


def test_without_conditions_everything_is_shown() -> None:
    assert walk(tiny("must"), {"sex": "female"}, NOW) == Walk(tiny("must").questions, {})


# Orders


def test_only_the_sections_that_are_shuffled_change_their_order_and_stay_in_their_place() -> None:
    order = [question.id for question in in_order(tiny("shuffle"), "anybody")]
    assert (order[0], order[-1]) == ("first", "last")
    assert sorted(order[1:-1]) == ["m1", "m2", "m3", "m4", "m5"]


def test_every_question_comes_first_for_somebody() -> None:
    assert {in_order(tiny("shuffle"), str(seed))[1].id for seed in range(80)} == {"m1", "m2", "m3", "m4", "m5"}


def test_every_option_comes_first_for_somebody() -> None:
    first = tiny("shuffle").questions[0]
    assert {offered(first, {}, NOW, str(seed))[0] for seed in range(80)} == set("abcdef")


def test_options_under_a_condition_are_offered_in_the_order_of_the_question() -> None:
    city = tiny("cascade").by_id["city"]
    assert offered(city, {"region": "north"}, NOW) == ("beijing", "harbin", "other")
    assert offered(city, {}, NOW) == ("other",)


def test_true_and_false_are_offered_though_no_file_names_them() -> None:
    assert offered(Question("q", "true_false"), {}, NOW) == ("true", "false")


# Words


@pytest.mark.parametrize(
    ("id", "answer", "said"),
    [
        ("sex", "female", "女"),
        ("means", ("bus", "foot"), "公交、走路"),
        ("q1", "true", "对"),
        ("q1", Code.DONT_KNOW, "不知道"),
        ("name", "韩 梅", "韩 梅"),
        ("weight", Decimal("60.5"), "60.5"),
        ("weight", Decimal("1E+2"), "100"),
        ("born", date(1980, 5, 6), "1980-05-06"),
        ("trust-tv", "much", "相信"),
        ("age", Decimal(46), "46"),
        ("township", "990201001", "990201001"),
        ("name", None, "……"),
        ("nobody", None, "……"),
    ],
)
def test_an_answer_is_repeated_as_people_read_it(id: str, answer: Answer | None, said: str) -> None:
    everything = tiny("everything")
    assert label(everything, everything.words["zh_Hans"], id, answer) == said


def test_several_choices_are_apart_by_a_comma_in_english() -> None:
    everything = tiny("everything")
    assert label(everything, everything.words["en"], "means", ("bus", "foot")) == "Bus, On foot"


def test_words_without_answers_in_them_are_the_same_object() -> None:
    branch = tiny("branch")
    assert words_for(branch.questions[0], branch.words["en"], branch, {}) is branch.words["en"].questions["smokes"]


def test_stem_hint_and_lead_are_filled_and_nothing_else() -> None:
    piping = tiny("piping")
    said = {"name": "Li", "town": "west"}
    words = words_for(piping.by_id["feel-night"], piping.words["en"], piping, said)
    assert (words.stem, words.lead) == ("Li at night", "How is it in West Village?")
    assert words.options == {"good": "Good", "bad": "Bad"}


# Whatever is answered


def any_answer(question: Question) -> st.SearchStrategy[Answer]:
    options = KINDS[question.kind].options(question)
    drawn: dict[str, st.SearchStrategy[Answer]] = {
        "single": st.sampled_from(options or ("990201001",)),
        "true_false": st.sampled_from(("true", "false")),
        "multiple": st.lists(st.sampled_from(options or ("a",)), min_size=1, unique=True).map(
            lambda some: tuple(option for option in options if option in some)
        ),
        "number": st.decimals(-200, 200, places=question.decimals).map(lambda one: one.normalize() + 0),
        "date": st.dates(date(1900, 1, 1), date(2100, 1, 1)),
        "text": st.text(max_size=4),
    }
    return st.one_of(drawn[question.kind], st.sampled_from(question.codes))


@st.composite
def answered(draw: st.DrawFn) -> tuple[Instrument, dict[str, Answer], str]:
    instrument = INSTRUMENTS[draw(st.sampled_from(NAMES))]
    answers: dict[str, Answer] = {}
    for question in instrument.questions:
        if KINDS[question.kind].asked and draw(st.booleans()):
            answers[question.id] = draw(any_answer(question))
    return instrument, answers, draw(st.text(max_size=6))


@given(answered())
def test_the_order_is_a_permutation_and_the_same_seed_gives_the_same_way(
    drawn: tuple[Instrument, dict[str, Answer], str],
) -> None:
    instrument, answers, seed = drawn
    order = in_order(instrument, seed)
    assert sorted(one.id for one in order) == sorted(one.id for one in instrument.questions)
    assert walk(instrument, answers, NOW, seed) == walk(instrument, answers, NOW, seed)


@given(answered())
def test_what_is_shown_stands_in_the_order_and_is_never_calculated_or_hidden(
    drawn: tuple[Instrument, dict[str, Answer], str],
) -> None:
    instrument, answers, seed = drawn
    found = walk(instrument, answers, NOW, seed)
    places = [in_order(instrument, seed).index(one) for one in found.shown]
    assert places == sorted(places)
    assert not {one.id for one in found.shown} & {*found.hidden, *found.calculated}
    assert set(found.hidden) <= set(answers)
    assert {one.kind for one in found.shown} & {"calculated"} == set()


@given(answered())
def test_leaving_out_hidden_answers_changes_nothing_else(drawn: tuple[Instrument, dict[str, Answer], str]) -> None:
    instrument, answers, seed = drawn
    found = walk(instrument, answers, NOW, seed)
    without = walk(instrument, {id: one for id, one in answers.items() if id not in found.hidden}, NOW, seed)
    assert without == Walk(found.shown, found.calculated, (), found.violated)


@given(answered())
def test_numbers_and_gaps_cover_what_is_asked(drawn: tuple[Instrument, dict[str, Answer], str]) -> None:
    instrument, answers, seed = drawn
    found = walk(instrument, answers, NOW, seed)
    assert list(found.numbers.values()) == list(range(1, len(found.numbers) + 1))
    gaps = {one.id for one in found.gaps(answers)}
    assert gaps == set(found.numbers) - set(answers)


@given(answered())
def test_an_answer_fits_only_if_its_options_are_offered(drawn: tuple[Instrument, dict[str, Answer], str]) -> None:
    instrument, answers, seed = drawn
    found = walk(instrument, answers, NOW, seed)
    heard: dict[str, Any] = {id: one for id, one in answers.items() if id not in found.hidden} | found.calculated
    for question in found.shown:
        options = offered(question, heard, NOW, seed)
        chosen = answers.get(question.id)
        if question.option_if and chosen is not None and not isinstance(chosen, Code):
            some = chosen if isinstance(chosen, tuple) else (chosen,)
            assert (question.id in found.violated) or set(some) <= set(options)
        assert set(options) <= set(KINDS[question.kind].options(question))


@given(answered())
def test_any_answer_can_be_repeated_in_words(drawn: tuple[Instrument, dict[str, Answer], str]) -> None:
    instrument, answers, seed = drawn
    found = walk(instrument, answers, NOW, seed)
    for words in instrument.words.values():
        for question in found.shown:
            said = words_for(question, words, instrument, answers | found.calculated)
            assert "${" not in said.stem or "${" in str(answers)
