"""Printed matter."""

import pytest

from literacy_app.foundation.pdf import make_pdf, make_svg

SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect id="mine" width="4" height="4"/></svg>'


def test_a_template_and_data_make_a_pdf_with_the_chinese_font_in_it() -> None:
    made = make_pdf("#set page(width: 60mm, height: 30mm)\n#data.name", {"name": "环境健康素养"})
    assert made.startswith(b"%PDF-") and b"NotoSansSC" in made


def test_the_same_data_make_the_same_pdf() -> None:
    assert make_pdf("#data.name", {"name": "甲"}) == make_pdf("#data.name", {"name": "甲"})


def test_data_are_never_run_as_a_template() -> None:
    template = "#set page(width: 90mm, height: 30mm)\n#data.name"
    assert make_svg(template, {"name": "#panic()"}).count("<use") == len("#panic()")


def test_a_drawing_is_inlined_where_it_was_placed() -> None:
    made = make_svg(
        '#place(dx: 10mm, dy: 5mm, image(bytes(data.drawing), format: "svg", width: 8mm))', {"drawing": SQUARE}
    )
    assert 'id="mine"' in made and "<image" not in made and "data:" not in made
    assert made.count("<svg") == 2 and 'width="22.67' in made


def test_a_template_of_two_pages_is_a_fault() -> None:
    with pytest.raises(ValueError, match="one page"):
        make_svg("a #pagebreak() b", {})
