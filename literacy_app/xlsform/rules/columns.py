"""Columns, languages, names and types as people write them in workbooks."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from literacy_app.questions.rules import Code
from literacy_app.xlsform.rules import Row

# How our languages are called in the workbooks that we write.
SPOKEN = {"zh_Hans": "简体中文 (zh)", "en": "English (en)"}
_OTHER_NAMES = {
    "relevance": "relevant", "readonly": "read_only", "caption": "label", "command": "type", "tag": "name",
    "value": "name", "calculate": "calculation", "constraining_message": "constraint_message", "big-image": "media",
    "requiredmsg": "required_message", "list name": "list_name", "set_form_id": "form_id", "image": "media",
    "set_form_title": "form_title", "audio": "media", "video": "media",
}  # fmt: skip
_TRADITIONAL = re.compile(r"hant|_tw|-tw|_hk|-hk|繁|正體|正体", re.IGNORECASE)
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_NAME = re.compile(r"[a-z_][a-z0-9_-]*")
LONGEST_NAME, LONGEST_OPTION = 40, 20


@dataclass(frozen=True)
class Column:
    """A column: what it holds, in which of our languages ("" where it does not say), or in another's `tongue`."""

    name: str
    language: str = ""
    tongue: str = ""


def column(header: str) -> Column:
    """A header such as `label::English (en)`."""
    name, _, tongue = (part.strip() for part in header.partition("::"))
    name = re.sub(r"\s+", "_", name.lower()) if name.lower() not in _OTHER_NAMES else name.lower()
    name = _OTHER_NAMES.get(name, name)
    if name in ("media", "bind", "body", "instance") or not tongue:
        return Column(name)
    return Column(name, language_of(tongue), tongue)


def language_of(tongue: str) -> str:
    """Which of our languages people mean by `中文 (zh)`, `zh_Hans`, `English` and so on; "" for any other."""
    said = tongue.strip().lower()
    coded = re.search(r"[(（]\s*([a-z_-]+)\s*[)）]\s*$", said)
    code = coded[1] if coded else said
    if _TRADITIONAL.search(said):
        return ""
    if re.fullmatch(
        r"(?:zh|cmn|chi|zho)(?:[_-]\w+)*|(?:simplified )?chinese(?: simplified)?|简体|(?:简体)?中文|汉语", code
    ):
        return "zh_Hans"
    return "en" if re.fullmatch(r"(?:en|eng)(?:[_-]\w+)*|english|英文|英语", code) else ""


def by_language(row: Row, name: str, default: str) -> dict[str, str]:
    """What a column of a row says in each of our languages; a column without a language speaks the `default` one."""
    said: dict[str, str] = {}
    for header, text in row.cells.items():
        found = column(header)
        language = found.language or ("" if found.tongue else default)
        if found.name == name and language and (found.language or language not in said):
            said[language] = text
    return said


def plain(row: Row) -> dict[str, str]:
    """What stands in the columns of a row that have no language, by their proper names."""
    return {found.name: text for header, text in row.cells.items() if not (found := column(header)).tongue}


def default_language(settings: Mapping[str, str], texts: Iterable[str]) -> str:
    """The language of columns that do not say theirs: that of the settings, else the one that most texts are written in."""
    if told := language_of(settings.get("default_language", "")):
        return told
    chinese = [bool(_CHINESE.search(text)) for text in texts]
    return "zh_Hans" if sum(chinese) * 2 >= len(chinese) else "en"


def is_name(name: str) -> bool:
    """Whether a question or a section can have this id here and in a workbook."""
    return len(name) <= LONGEST_NAME and name not in set(Code) and _NAME.fullmatch(name) is not None


def is_option(name: str) -> bool:
    """Whether an option can have this id."""
    return len(name) <= LONGEST_OPTION and name not in set(Code) and re.fullmatch(r"[a-z0-9_-]+", name) is not None


def proposal(name: str, longest: int, otherwise: str) -> str:
    """A name that would do instead."""
    made = re.sub(r"[^a-z0-9_-]+", "_", name.lower()).strip("_-")[:longest]
    if longest == LONGEST_NAME and not re.match(r"[a-z_]", made):
        made = f"q{made}"[:longest] if made else ""
    return made if made and made not in set(Code) else otherwise


@dataclass(frozen=True)
class Type:
    """What stands in the column `type`: a word of XLSForm, the list of its choices, and whether `or_other` follows."""

    word: str
    choices: str = ""
    or_other: bool = False


_ALIASES = {
    "int": "integer", "string": "text", "datetime": "dateTime", "trigger": "acknowledge", "select1": "select_one",
    "select_one_from": "select_one", "select_all_that_apply_from": "select_multiple", "lgroup": "repeat",
    "photo": "image", "hidden_value": "hidden", "calculation": "calculate", "imei": "deviceid",
}  # fmt: skip
_SELECT = re.compile(
    r"(select[ _]one[ _]from[ _]file|select[ _]multiple[ _]from[ _]file|select[ _]one[ _]external"
    r"|select[ _]one(?: from)?|select[ _]multiple|select1|select all that apply(?: from)?|rank)\s+(\S+)(\s+or[ _]other)?",
    re.IGNORECASE,
)
_EDGE = re.compile(r"(begin|end)[ _]+(group|repeat|lgroup|loop)(?:\s.*)?", re.IGNORECASE)


def type_of(words: str) -> Type:
    """A type such as `select_one yes_no or_other` or `begin group`."""
    words = " ".join(words.split())
    if edge := _EDGE.fullmatch(words):
        inside = "group" if edge[2].lower() == "group" else "repeat"
        return Type(f"{edge[1].lower()}_{inside}")
    if select := _SELECT.fullmatch(words):
        word = re.sub(r"[ _]+", "_", select[1].lower())
        word = "select_multiple" if word.startswith("select_all") else _ALIASES.get(word, word)
        return Type(word, select[2], bool(select[3]))
    word = words.replace(" ", "_").lower()
    return Type(_ALIASES.get(word, word))


def parameters(words: str) -> dict[str, str]:
    """What stands in the column `parameters`, such as `start=1 end=5` or `randomize=true, seed=${x}`."""
    return dict(re.findall(r"([\w-]+)\s*=\s*([^\s,;]+)", words))
