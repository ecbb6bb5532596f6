"""Telephone numbers and names as people write them, and how lists show them."""

import pytest

from literacy_app.contacts.rules import Contact, masked_name, masked_phone, person_name, telephone


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("138 0000 5678", "13800005678"),
        ("+86 138-0000-5678", "13800005678"),
        ("008613800005678", "13800005678"),
        ("８６１３８００００５６７８", "13800005678"),
        ("（0571）88001234", "0571-88001234"),
        ("(0571)8800-1234", "0571-88001234"),
        ("02162345678", "021-62345678"),
        ("+86-571-88001234", "0571-88001234"),
        ("0571-88001234转12", "0571-88001234-12"),
        ("0917 623 4567", "0917-6234567"),
        ("8800-1234", "88001234"),
    ],
)
def test_numbers_are_taken_as_people_write_them(written: str, plain: str) -> None:
    assert telephone(written) == plain


@pytest.mark.parametrize(
    "written", ["12345", "1380000567", "138000056789", "call me", "13800005678 or 9", "", "1380000x678"]
)
def test_what_is_no_number_is_none(written: str) -> None:
    assert telephone(written) is None


@pytest.mark.parametrize("name", ["张三", "阿依古丽·买买提", "Mary O'Hara", "欧阳 修"])
def test_names_are_letters(name: str) -> None:
    assert person_name(name) == name


@pytest.mark.parametrize("text", ["张三13800005678", "张三，病了", "张\u0000", "名" * 41, "住 3 楼"])
def test_a_name_takes_no_other_text(text: str) -> None:
    assert person_name(text) is None


@pytest.mark.parametrize(
    ("plain", "shown"),
    [("13800005678", "138****5678"), ("0571-88001234", "0571-****34"), ("88001234-12", "****34"), ("", "")],
)
def test_numbers_are_masked(plain: str, shown: str) -> None:
    assert masked_phone(plain) == shown


def test_names_are_masked_whatever_their_length() -> None:
    assert [masked_name(name) for name in ("张三", "欧阳娜娜", "")] == ["张**", "欧**", ""]


def test_a_contact_is_not_printed_by_accident() -> None:
    assert "name='张三'" not in repr(Contact(None, None, "1", 1, None, "张三", "13800005678"))  # type: ignore[arg-type]
