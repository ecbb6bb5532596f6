"""The columns of the tables, the same for every format: what they are called, hold and mean."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from literacy_app.exports.rules import Column, ColumnType, Option, TextUse, Value
from literacy_app.exports.rules.cells import code_in
from literacy_app.exports.rules.sav_file import LONGEST_TEXT
from literacy_app.exports.rules.union import Asked, Book
from literacy_app.foundation.languages import Bilingual
from literacy_app.framework.rules import Dimension, SecondClass
from literacy_app.questions.rules import Code, Question
from literacy_app.scoring.rules import TOTAL

SCALES = (TOTAL, *Dimension, *SecondClass)
# What stands for a code in SPSS, declared as missing. Options are counted from 0 or 1, places have codes of nine digits
# and days are multiples of 86,400, so nothing of these is ever negative and small; numbers lie within 10^9.
CODE_NUMBERS = {Code.DONT_KNOW: -8.0, Code.REFUSED: -9.0}
FAR_CODE_NUMBERS = {Code.DONT_KNOW: -8_888_888_888.0, Code.REFUSED: -9_999_999_999.0}
BOTH_TRUE = {"true": 1.0, "false": 0.0}
TICKS = (
    Option("0", 0.0, Bilingual("没有选", "Not chosen")),
    Option("1", 1.0, Bilingual("选了", "Chosen")),
)
ATTAINED = (Option("0", 0.0, Bilingual("没有达到", "No")), Option("1", 1.0, Bilingual("达到", "Yes")))
CODE_WORD = Bilingual("（不知道或不愿回答）", " (don't know or rather not say)")

# Names that SPSS keeps for itself.
RESERVED = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}

Values = Callable[[Any, Question | None], tuple[Value, ...]]


@dataclass(frozen=True)
class Block:
    """The columns of one question. `table` and `sav` turn an answer into the cells of those that tables or .sav files have."""

    asked: Asked
    columns: tuple[Column, ...]
    table: Values
    sav: Values


@dataclass(frozen=True)
class Layout:
    """All columns of a wave, by where their cells come from, in this order."""

    arrival: tuple[Column, ...]
    terms: tuple[Column, ...]
    blocks: tuple[Block, ...]
    points: tuple[Column, ...]
    scores: tuple[tuple[Column, ...], ...]
    design: tuple[Column, ...] = ()
    paradata: tuple[Column, ...] = ()
    scored: tuple[int, ...] = field(default=())

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in order."""
        asked = tuple(column for block in self.blocks for column in block.columns)
        scores = tuple(column for scale in self.scores for column in scale)
        return (*self.arrival, *self.terms, *asked, *self.points, *scores, *self.design, *self.paradata)


def layout(book: Book, *, full: bool, use: Mapping[str, TextUse] | None = None) -> Layout:
    """The columns of a wave's data. `use` is what the texts need in a .sav file; nothing but widths depends on it."""
    scored = tuple(index for index, asked in enumerate(book.asked) if asked.question.dimension)
    longest = use.get(PARADATA, TextUse(1, True)).longest if use else 1
    names = _Names()
    made = Layout(
        arrival=tuple(names.given(column) for column in ARRIVAL),
        terms=tuple(names.given(column) for column in TERMS),
        blocks=tuple(_block(asked, names, (use or {}).get(asked.name)) for asked in book.asked),
        points=tuple(names.given(_points(book.asked[index])) for index in scored),
        scores=tuple(tuple(names.given(column) for column in scale) for scale in _scores()),
        scored=scored,
    )
    if not full:
        return made
    paradata = replace(_PARADATA, width=max(1, min(longest, LONGEST_TEXT)))
    return replace(made, design=tuple(names.given(column) for column in DESIGN), paradata=(names.given(paradata),))


def _fact(name: str, chinese: str, english: str, width: int = 20, *, plain: bool = False) -> Column:
    return Column(name, "", ColumnType.TEXT, Bilingual(chinese, english), width=width, plain=plain)


def _moment(name: str, chinese: str, english: str) -> Column:
    return Column(name, "", ColumnType.MOMENT, Bilingual(chinese, english), nominal=False, plain=True)


ARRIVAL = (
    _fact("meta.id", "答卷编号", "Submission", 36, plain=True),
    _fact("meta.receipt", "回执码", "Receipt code", 9, plain=True),
    _fact("meta.replaces", "更正的是哪份答卷", "The submission that this one corrects", 36, plain=True),
    _moment("meta.started_at", "开始作答（北京时间）", "Began (Beijing time)"),
    _moment("meta.finished_at", "答完（北京时间）", "Finished (Beijing time)"),
    _moment("meta.received_at", "服务器收到（北京时间）", "Received by the server (Beijing time)"),
)
TERMS = (
    _fact("meta.wave", "调查轮次", "Wave", 60),
    _fact("meta.instrument", "问卷", "Instrument", 40),
    Column("meta.version", "", ColumnType.NUMBER, Bilingual("问卷版本", "Version of the instrument")),
    _fact("meta.mode", "填答方式", "Mode"),
    _fact("meta.language", "填答语言", "Language"),
    _fact(
        "meta.stream", "来源：probability 抽样，self_selected 自愿参加", "Stream: probability sample or self-selected"
    ),
    _fact("meta.status", "状态：accepted 计入，其他不计入", "Status: only accepted ones count"),
    _fact("meta.reason", "待人工查看的原因", "Why it waited for a person", 40),
    _fact("meta.flags", "提示", "Flags", 60),
    _fact("meta.consent_version", "同意书版本", "Version of the consent text", 80),
)
DESIGN = (
    _fact("design.respondent", "被抽中的人（编号）", "Person drawn (id)", 36, plain=True),
    _fact("design.stratum", "层", "Stratum", 160),
    _fact("design.psu", "初级抽样单元", "Primary sampling unit", 160),
    _fact("design.area", "居住地区划代码", "Area code", 48),
    Column(
        "weight.base",
        "",
        ColumnType.NUMBER,
        Bilingual("基础权数（入样概率的倒数）", "Base weight, 1 / probability"),
        decimals=4,
        nominal=False,
    ),
    Column(
        "weight.response",
        "",
        ColumnType.NUMBER,
        Bilingual(
            "无应答调整后的权数（只有计入的抽样答卷才有）", "Weight adjusted for nonresponse, counted interviews only"
        ),
        decimals=4,
        nominal=False,
    ),
    Column(
        "weight.final",
        "",
        ColumnType.NUMBER,
        Bilingual(
            "最近一次定版的权数（对齐人口数、封顶之后；没有定版就空着）",
            "Weight in the latest version that was kept, after calibration and trimming; empty without one",
        ),
        decimals=4,
        nominal=False,
    ),
)
PARADATA = "meta.paradata"
_PARADATA = _fact(PARADATA, "填答过程数据（JSON）", "Paradata (JSON)")

_SCALE_WORDS = {
    TOTAL: Bilingual("总分", "Total"),
    Dimension.CONCEPTS: Bilingual("理念", "Concepts"),
    Dimension.KNOWLEDGE: Bilingual("知识", "Knowledge"),
    Dimension.SKILLS: Bilingual("行为和技能", "Skills"),
    SecondClass.BASIC_COGNITION: Bilingual("基本认知", "Basic cognition"),
    SecondClass.BASIC_ATTITUDE: Bilingual("基本态度", "Basic attitude"),
    SecondClass.SCIENTIFIC_KNOWLEDGE: Bilingual("科学知识", "Scientific knowledge"),
    SecondClass.BEHAVIOURAL_KNOWLEDGE: Bilingual("行为知识", "Behavioural knowledge"),
    SecondClass.COGNITIVE_SKILLS: Bilingual("认知技能", "Cognitive skills"),
    SecondClass.OPERATIONAL_SKILLS: Bilingual("操作技能", "Operational skills"),
}


def _scores() -> tuple[tuple[Column, ...], ...]:
    """Points and whether the mark is reached, scale by scale; for the total also the points that there are."""
    scales = []
    for scale in SCALES:
        words = _SCALE_WORDS[scale]
        label = Bilingual(f"{words.zh_Hans}：得分", f"{words.en}: points")
        reached = Bilingual(f"{words.zh_Hans}：是否达到及格线", f"{words.en}: reaches the pass mark")
        columns = [
            Column(f"score.{scale}", "", ColumnType.NUMBER, label, nominal=False),
            Column(f"attained.{scale}", "", ColumnType.NUMBER, reached, options=ATTAINED),
        ]
        if scale == TOTAL:
            most = Bilingual("总分：满分", "Total: points that there are")
            columns.insert(1, Column(f"max.{scale}", "", ColumnType.NUMBER, most, nominal=False))
        scales.append(tuple(columns))
    return tuple(scales)


def score_cells(score: Mapping[str, Any] | None, columns: Sequence[Column]) -> tuple[Value, ...]:
    """The cells of one scale, from its score as the sheet has it."""
    if score is None:
        return (None,) * len(columns)
    points, reached = score["points"], int(score["attained"])
    return (points, score["max_points"], reached) if len(columns) == 3 else (points, reached)


def _points(asked: Asked) -> Column:
    label = Bilingual(f"得分：{asked.stem.zh_Hans}", f"Points: {asked.stem.en}")
    return Column(f"points.{asked.name}", "", ColumnType.NUMBER, label, nominal=False, asked=asked.name)


def _block(asked: Asked, names: "_Names", use: TextUse | None) -> Block:
    kind = asked.question.kind
    label = _beside(asked.lead, asked.stem) if asked.lead.zh_Hans else asked.stem
    plain = Column(asked.name, "", ColumnType.NUMBER, label, asked=asked.name)
    if kind == "multiple":
        columns, table, sav = _multiple(asked, plain)
    elif kind == "number":
        number = replace(plain, codes=_codes(asked, FAR_CODE_NUMBERS), decimals=asked.decimals, nominal=False)
        columns, table, sav = [number, _code_column(asked, label)], _with_code, _number_in_sav
    elif kind == "date":
        day = replace(plain, type=ColumnType.DAY, codes=_codes(asked, CODE_NUMBERS), nominal=False)
        columns, table, sav = [day, _code_column(asked, label)], _with_code, _day_in_sav
    elif kind == "text":
        columns, table, sav = _text(asked, plain, use)
    elif kind == "calculated":
        columns, table, sav = _calculated(plain, use)
    else:
        columns, table, sav = _choice(asked, plain)
    return Block(asked, tuple(names.given(column) for column in columns), table, sav)


Made = tuple[list[Column], Values, Values]


def _beside(first: Bilingual, second: Bilingual) -> Bilingual:
    return Bilingual(f"{first.zh_Hans}｜{second.zh_Hans}", f"{first.en} | {second.en}")


def _codes(asked: Asked, numbers: Mapping[Code, float]) -> tuple[Option, ...]:
    return tuple(Option(code.value, numbers[code], asked.codes[code]) for code in Code)


def _code_column(asked: Asked, label: Bilingual, *, in_sav: bool = False) -> Column:
    words = Bilingual(label.zh_Hans + CODE_WORD.zh_Hans, label.en + CODE_WORD.en)
    name = f"{asked.name}.code"
    codes = _codes(asked, CODE_NUMBERS)
    return Column(name, name if in_sav else "-", ColumnType.NUMBER, words, codes=codes, asked=asked.name)


def _numbers(asked: Asked) -> dict[str, float]:
    """The number of each option in SPSS: 1 and 0 for right and wrong, a place's own code, else the place in the list."""
    if asked.question.kind == "true_false":
        return BOTH_TRUE
    if asked.question.options_from and all(option.isdecimal() for option in asked.options):
        return {option: float(option) for option in asked.options}
    return {option: float(place) for place, option in enumerate(asked.numbered, start=1)}


def _choice(asked: Asked, plain: Column) -> Made:
    numbers = _numbers(asked)
    options = tuple(Option(option, numbers[option], asked.labels[option]) for option in asked.options)
    in_sav = numbers | {code.value: number for code, number in CODE_NUMBERS.items()}

    def table(answer: Any, question: Question | None) -> tuple[Value, ...]:
        return (code_in(answer) or answer,)

    def sav(answer: Any, question: Question | None) -> tuple[Value, ...]:
        return (in_sav.get(code_in(answer) or answer),)

    return [replace(plain, options=options, codes=_codes(asked, CODE_NUMBERS))], table, sav


def _multiple(asked: Asked, plain: Column) -> Made:
    """A column for every option, and one for the code that may stand in place of all."""
    codes = _codes(asked, CODE_NUMBERS)
    ticks = [
        replace(
            plain,
            name=f"{asked.name}.{option}",
            label=_beside(asked.labels[option], plain.label),
            options=TICKS,
            codes=codes,
        )
        for option in asked.options
    ]

    def ticked(answer: Any, question: Question | None) -> tuple[Value, ...]:
        # Where a version does not offer an option, nobody could leave it unticked: nothing stands there.
        offered = question.options if question else ()
        return tuple((int(option in answer) if option in offered else None) for option in asked.options)

    def table(answer: Any, question: Question | None) -> tuple[Value, ...]:
        code = code_in(answer)
        if answer is None or code:
            return (*(None for _ in asked.options), code)
        return (*ticked(answer, question), None)

    def sav(answer: Any, question: Question | None) -> tuple[Value, ...]:
        if answer is None:
            return tuple(None for _ in asked.options)
        code = code_in(answer)
        return tuple(CODE_NUMBERS[Code(code)] for _ in asked.options) if code else ticked(answer, question)

    return [*ticks, _code_column(asked, plain.label)], table, sav


def _with_code(answer: Any, question: Question | None) -> tuple[Value, ...]:
    code = code_in(answer)
    return (None, code) if code else (answer, None)


def _number_in_sav(answer: Any, question: Question | None) -> tuple[Value, ...]:
    code = code_in(answer)
    return (FAR_CODE_NUMBERS[Code(code)] if code else answer,)


def _day_in_sav(answer: Any, question: Question | None) -> tuple[Value, ...]:
    code = code_in(answer)
    if code:
        return (CODE_NUMBERS[Code(code)],)
    return (None if answer is None else date.fromisoformat(answer),)


def _text(asked: Asked, plain: Column, use: TextUse | None) -> Made:
    """The text, and its code apart: a person may well write "refused".

    A .sav file holds at most 32,767 bytes in a column, so where a text may be longer a second column goes on with it,
    whether any is or not.
    """
    held = LONGEST_TEXT - 3  # a column may end before a character of four bytes
    parts = -(-asked.longest * 4 // held)
    longest = use.longest if use else 1
    widths = [max(1, min(LONGEST_TEXT, longest - held * part)) for part in range(parts)]
    text = replace(plain, type=ColumnType.TEXT, width=widths[0])
    more = [
        replace(text, name=f"{asked.name}.{part}", width=width, tables=False)
        for part, width in enumerate(widths[1:], start=2)
    ]

    def sav(answer: Any, question: Question | None) -> tuple[Value, ...]:
        code = code_in(answer)
        texts = [None] * parts if code or answer is None else _cut(answer, parts)
        return (*texts, CODE_NUMBERS[Code(code)] if code else None)

    return [text, *more, _code_column(asked, plain.label, in_sav=True)], _with_code, sav


def _cut(text: str, parts: int) -> list[str]:
    """The text in pieces that fit, none with half a character."""
    data, pieces = text.encode(), []
    for _ in range(parts):
        piece = data[:LONGEST_TEXT].decode(errors="ignore")
        pieces.append(piece)
        data = data[len(piece.encode()) :]
    return pieces


def _calculated(plain: Column, use: TextUse | None) -> Made:
    """A number or a text, as the expression gives it; in a .sav file a text as soon as one of them is."""
    worded = bool(use and use.worded)
    width = max(1, min(LONGEST_TEXT, use.longest)) if use else 1
    column = replace(plain, type=ColumnType.TEXT if worded else ColumnType.NUMBER, width=width, nominal=worded)

    def table(answer: Any, question: Question | None) -> tuple[Value, ...]:
        return (answer,)

    def sav(answer: Any, question: Question | None) -> tuple[Value, ...]:
        return (None if answer is None else str(answer) if worded else answer,)

    return [replace(column, decimals=0 if worded else 2)], table, sav


class _Names:
    """Gives every column a name that no other has, in tables as in SPSS, where capitals and hyphens make no difference."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.taken_in_spss: set[str] = set()

    def given(self, column: Column) -> Column:
        name = _free(column.name, self.taken)
        spss = "" if column.spss == "-" else _free(_spss_name(name), self.taken_in_spss)
        return replace(column, name=name, spss=spss)


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 2
    while name.lower() in taken:
        name, number = f"{wanted}.{number}", number + 1
    taken.add(name.lower())
    return name


def _spss_name(name: str) -> str:
    plain = re.sub(r"[^a-z0-9._]", "_", name)
    plain = plain if plain[:1].isalpha() else f"v{plain}"
    return (f"{plain}_" if plain in RESERVED else plain)[:60].rstrip(".")
