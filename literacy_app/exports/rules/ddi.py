"""The description of a wave for archives and other programs: DDI-Codebook 2.5, and the same columns as a plain table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree import ElementTree as Xml

from literacy_app.exports.rules import Column, ColumnType, Form, Value
from literacy_app.exports.rules.cells import in_zone
from literacy_app.exports.rules.columns import Block, Layout
from literacy_app.exports.rules.union import Asked, Book
from literacy_app.foundation.languages import LANGUAGES, Bilingual
from literacy_app.questions.kinds import KINDS
from literacy_app.surveys.rules import Mode, Tally

SPACE = "ddi:codebook:2_5"
WHERE = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA = "http://www.ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
TAGS = {language: language.replace("_", "-") for language in LANGUAGES}

UNIVERSE = Bilingual("15 至 69 岁的常住居民", "Residents aged 15 to 69")
SAMPLING = Bilingual(
    "分层多阶段概率抽样；通过公开链接自愿填答的另列（meta.stream = self_selected），不用于估计水平。",
    "Stratified multistage probability sample; answers through open links are kept apart (meta.stream = self_selected) "
    "and are never part of the level.",
)
WEIGHTING = Bilingual(
    "weight.base 为入样概率的倒数；weight.response 再按初级抽样单元内的应答比例调整，单元内无人应答的由同层分担；weight.final 是最近一次定版的权数，再对齐人口数并封顶。只有计入的抽样答卷有权数。",
    "weight.base is 1 / selection probability; weight.response makes up for nonresponse within the primary sampling unit, "
    "and for units without any response within the stratum; weight.final is that of the latest version kept, calibrated to "
    "the population and trimmed. Counted interviews only.",
)
MODES = {
    Mode.SELF: Bilingual("自己填答", "Self-administered on a web page"),
    Mode.INTERVIEW: Bilingual("调查员面访", "Face-to-face interview"),
    Mode.READ_ALOUD: Bilingual("由人读题", "Read aloud"),
    Mode.PAPER: Bilingual("纸质问卷", "Paper form"),
}
USE = Bilingual("答卷只用于统计。", "Answers are for statistics only.")
CODES = Bilingual("不知道或不愿回答，写在另一列", "Don't know or rather not say, in a column of its own")
HEAD = (
    "column", "spss", "type", "question", "kind", "section", "dimension", "second_class", "article", "versions",
    "value", "spss_value", "missing", "zh_Hans", "en",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What the description says of the data themselves."""

    made: datetime
    tally: Tally
    area: Bilingual


def codebook(book: Book, layout: Layout) -> Iterator[tuple[Value, ...]]:
    """The columns as rows: one for each column, and one for each value that it may hold."""
    yield HEAD
    sources = {asked.name: asked for asked in book.asked}
    for column in layout.columns:
        asked = sources.get(column.asked)
        about = _about(book, asked)
        yield (column.name, column.spss, column.type, *about, "", None, "", column.label.zh_Hans, column.label.en)
        for option in (*column.options, *column.codes):
            missing = "missing" if option in column.codes else ""
            words = option.label.zh_Hans, option.label.en
            yield (column.name, column.spss, column.type, *about, option.value, option.number, missing, *words)


def _about(book: Book, asked: Asked | None) -> tuple[str, ...]:
    if asked is None:
        return ("",) * 7
    question = asked.question
    versions = " ".join(one.title for one in book.instruments if _is_asked(book, asked, (one.name, one.version)))
    return (
        question.id,
        question.kind,
        question.section,
        question.dimension or "",
        question.second_class or "",
        question.article,
        versions,
    )


def _is_asked(book: Book, asked: Asked, version: tuple[str, int]) -> bool:
    return book.ways[version][book.asked.index(asked)] is not None


def describe(book: Book, layout: Layout, facts: Facts) -> bytes:
    """The description as XML. It tells of all columns; those of design, weights and paradata are in the full copy only."""
    root = Xml.Element("codeBook", {"xmlns": SPACE, "xmlns:xsi": WHERE, "version": "2.5"})
    root.set("xsi:schemaLocation", f"{SPACE} {SCHEMA}")
    root.set(LANGUAGE, TAGS[LANGUAGES[0]])
    _document(root, book, facts)
    _study(root, book, facts)
    columns = [column for column in layout.columns if column.tables]
    _file(root, book, facts, len(columns))
    _data(root, book, layout, columns)
    Xml.indent(root, " ")
    declared: bytes = Xml.tostring(root, encoding="UTF-8", xml_declaration=True)
    return declared + b"\n"


def _add(parent: Xml.Element, tag: str, text: str = "", **attributes: str) -> Xml.Element:
    element = Xml.SubElement(parent, tag, attributes)
    element.text = text or None
    return element


def _said(parent: Xml.Element, tag: str, words: Bilingual, **attributes: str) -> None:
    """The same element in every language."""
    for language in LANGUAGES:
        if words.text(language):
            _add(parent, tag, words.text(language), **attributes).set(LANGUAGE, TAGS[language])


def _title(parent: Xml.Element, book: Book) -> None:
    title = _add(parent, "titlStmt")
    words = book.wave.title
    _add(title, "titl", words.text(LANGUAGES[0])).set(LANGUAGE, TAGS[LANGUAGES[0]])
    for language in LANGUAGES[1:]:
        _add(title, "parTitl", words.text(language)).set(LANGUAGE, TAGS[language])
    _add(title, "IDNo", book.wave.id)


def _document(root: Xml.Element, book: Book, facts: Facts) -> None:
    citation = _add(_add(root, "docDscr"), "citation")
    _title(citation, book)
    made = _add(citation, "prodStmt")
    _add(made, "prodDate", in_zone(facts.made), date=in_zone(facts.made)[:10])
    _add(made, "software", "literacy survey ddi")


def _study(root: Xml.Element, book: Book, facts: Facts) -> None:
    wave = book.wave
    study = _add(root, "stdyDscr")
    citation = _add(study, "citation")
    _title(citation, book)
    title = citation.find("titlStmt")
    assert title is not None  # noqa: S101 - made the line before
    _add(title, "IDNo", wave.header.form_number, agency="form number")
    _add(title, "IDNo", wave.header.approval_number, agency="approval number")
    _said(_add(citation, "prodStmt"), "producer", wave.header.issuing_body)
    info = _add(study, "stdyInfo")
    own = book.instruments[0]
    _said(info, "abstract", Bilingual(*(own.words[language].introduction for language in LANGUAGES)))
    summary = _add(info, "sumDscr")
    for event, day in (("start", wave.opens_on), ("end", wave.last_day)):
        _dated(summary, "collDate", event, day)
    _add(summary, "nation", "中国", abbr="CN").set(LANGUAGE, TAGS[LANGUAGES[0]])
    _said(summary, "geogCover", facts.area)
    _said(summary, "anlyUnit", Bilingual("个人", "Individual"))
    _said(summary, "universe", UNIVERSE)
    _said(summary, "dataKind", Bilingual("调查数据", "Survey data"))
    method = _add(study, "method")
    collection = _add(method, "dataColl")
    _said(collection, "sampProc", SAMPLING)
    for mode in Mode:
        _said(collection, "collMode", MODES[mode])
    for instrument in book.instruments:
        titles = Bilingual(*(f"{instrument.title}: {instrument.words[one].title}" for one in LANGUAGES))
        _said(collection, "resInstru", titles)
    _said(collection, "weight", WEIGHTING)
    tally = facts.tally
    counts = Bilingual(
        f"抽到 {tally.drawn} 人，计入 {tally.interviewed} 份抽样答卷；收到答卷共 {tally.received} 份。",
        f"{tally.drawn} people drawn, {tally.interviewed} interviews counted; {tally.received} submissions received in all.",
    )
    _said(_add(method, "anlyInfo"), "respRate", counts)
    use = _add(_add(study, "dataAccs"), "useStmt")
    _said(use, "conditions", USE)
    valid = wave.header.valid_until.isoformat()
    _said(use, "conditions", Bilingual(f"调查表有效期至 {valid}", f"The form is valid until {valid}"))


def _dated(parent: Xml.Element, tag: str, event: str, day: date) -> None:
    _add(parent, tag, day.isoformat(), date=day.isoformat(), event=event)


def _file(root: Xml.Element, book: Book, facts: Facts, columns: int) -> None:
    text = _add(_add(root, "fileDscr", ID="F1"), "fileTxt")
    _add(text, "fileName", f"{book.wave.id}-{Form.WIDE_CSV}")
    words = Bilingual("每份答卷一行", "One row a submission")
    _said(text, "fileCont", words)
    size = _add(text, "dimensns")
    _add(size, "caseQnty", str(facts.tally.received))
    _add(size, "varQnty", str(columns))
    _add(text, "fileType", "text/csv; charset=utf-8")


def _data(root: Xml.Element, book: Book, layout: Layout, columns: Sequence[Column]) -> None:
    data = _add(root, "dataDscr")
    ids = {column.name: f"V{place}" for place, column in enumerate(columns, start=1)}
    for name, members in _groups(layout).items():
        group = _add(data, "varGrp", ID=f"G-{name}", var=" ".join(ids[one.name] for one in members))
        group.set("type", "multipleResp" if any(one.name.startswith(f"{name}.") for one in members) else "grid")
        _said(group, "labl", members[0].label)
    sources = {asked.name: asked for asked in book.asked}
    for column in columns:
        _variable(data, column, ids[column.name], sources.get(column.asked), book)


def _groups(layout: Layout) -> dict[str, list[Column]]:
    """Columns that belong together: the options of one question, and the rows of one matrix."""
    groups: dict[str, list[Column]] = {}
    for block in layout.blocks:
        columns = [column for column in block.columns if column.tables]
        if block.asked.question.kind == "multiple":
            groups[block.asked.name] = columns
        elif block.asked.question.matrix:
            groups.setdefault(_matrix(block), []).extend(columns)
    return groups


def _matrix(block: Block) -> str:
    return block.asked.question.matrix


def _variable(data: Xml.Element, column: Column, id: str, asked: Asked | None, book: Book) -> None:
    own = asked is not None and not column.name.startswith("points.")
    continuous = column.type is not ColumnType.TEXT and not column.nominal
    variable = _add(data, "var", ID=id, name=column.name, files="F1", intrvl="contin" if continuous else "discrete")
    if column.name.startswith("weight."):
        variable.set("wgt", "wgt")
    _said(variable, "labl", column.label)
    if asked is not None and own:
        _question(variable, asked)
    if asked is not None and own and asked.question.kind == "number" and column.name == asked.name:
        bounds = {"min": asked.question.min, "max": asked.question.max}
        limits = {name: str(bound) for name, bound in bounds.items() if bound is not None}
        if limits:
            Xml.SubElement(_add(variable, "valrng"), "range", limits)
    if asked is not None and own and asked.question.show_if:
        _add(variable, "universe", asked.question.show_if)
    choices = column.codes if column.name.endswith(".code") else column.options
    for option in choices:
        _category(variable, option.value, option.label, missing=column.name.endswith(".code"))
    if asked is not None and own and column.name == asked.name and column.options:
        for code in column.codes:
            _category(variable, code.value, code.label, missing=True)
    if asked is not None and own and asked.question.dimension:
        _add(
            variable, "concept", asked.question.article or asked.question.dimension, vocab=f"framework {_edition(book)}"
        )
    if asked is not None and asked.question.calculation and own:
        _add(_add(variable, "derivation"), "drvcmd", asked.question.calculation)
    is_text = column.type is not ColumnType.NUMBER or bool(choices and not column.name.startswith(("attained.",)))
    _add(variable, "varFormat", type="character" if is_text else "numeric")
    if column.spss:
        _add(variable, "notes", column.spss, type="name in the .sav file")


def _edition(book: Book) -> str:
    return book.instruments[0].edition


def _question(variable: Xml.Element, asked: Asked) -> None:
    if not KINDS[asked.question.kind].asked:
        return
    question = _add(variable, "qstn")
    _said(question, "preQTxt", asked.lead)
    _said(question, "qstnLit", asked.stem)


def _category(variable: Xml.Element, value: str, label: Bilingual, *, missing: bool) -> None:
    category = _add(variable, "catgry", **({"missing": "Y"} if missing else {}))
    _add(category, "catValu", value)
    _said(category, "labl", label)
