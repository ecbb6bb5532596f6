"""Paper: the form with its page codes, and cards that invite the people drawn."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import segno
from flask import Response, request, url_for
from flask_babel import force_locale, format_date
from flask_babel import gettext as _

from literacy_app.accounts.guard import current_staff, requires
from literacy_app.areas.models import PilotRow
from literacy_app.foundation import clock
from literacy_app.foundation.errors import Refused
from literacy_app.paper import service
from literacy_app.paper.rules import CORRECTORS, HEADS, LARGEST_NUMBER, MOST_COPIES, written_number
from literacy_app.paper.rules.sheet import Condition, Line, lines, page_code, pixels
from literacy_app.paper.views.blueprint import blueprint
from literacy_app.paper.views.keying import list_page
from literacy_app.surveys import service as surveys
from literacy_app.surveys.rules import Instrument, Wave
from literacy_app.surveys.views.reach import wave_seen
from literacy_app.webkit.extensions import reading, rest, transaction
from literacy_app.webkit.i18n import LOCALES, preferences

TEMPLATES = Path(__file__).parents[1] / "templates" / "paper"


@blueprint.get("/office/waves/<wave_id>/paper/form.pdf")
@requires(*CORRECTORS)
def form_pdf(wave_id: str) -> Any:
    """The printed form: one without a number, or copies that each have their own."""
    wave, pilot = wave_seen(wave_id, CORRECTORS)
    instrument = surveys.instrument_of(reading(), wave)
    language = request.args.get("language", "") or preferences().language
    copies, first = _count("copies", 0), _count("first", 1)
    if copies is None or first is None or language not in instrument.languages:
        return list_page(wave, pilot, str(_("份数和编号请填数字"))), 422
    if copies > MOST_COPIES or not 1 <= first <= LARGEST_NUMBER - copies:
        return list_page(wave, pilot, str(_("一次最多打印 %(most)s 份", most=MOST_COPIES))), 422
    rest()
    made = printed_form(wave, instrument, pilot, language, copies, first)
    return _kept(made, "application/pdf", f"{wave.id}-{language}.pdf")


def _count(name: str, default: int) -> int | None:
    text = request.args.get(name, "").strip()
    if not text:
        return default
    return int(text) if text.isdecimal() and len(text) <= 7 else None


def _kept(body: bytes, mimetype: str, name: str) -> Response:
    # The viewers of PDF in browsers do not run under our security policy.
    response = Response(body, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def printed_form(wave: Wave, instrument: Instrument, pilot: PilotRow, language: str, copies: int, first: int) -> bytes:
    """The form as PDF: `copies` of it numbered from `first`, or (0) one whose number is written by hand.

    Every page carries a code that names the page and how many there are, so it is laid out once before to count them.
    """
    # The typesetter is large and only what is printed needs it; see `foundation.pdf`.
    from literacy_app.foundation.pdf import make_pdf

    template = (TEMPLATES / "form.typ").read_text(encoding="utf-8")
    with force_locale(LOCALES[language]):
        data = _form_data(wave, instrument, pilot, language)
    numbers = [written_number(first + place) for place in range(copies)] or [""]
    laid_out = make_pdf(template, data | {"copies": [{"number": numbers[0], "codes": []}]})
    pages = max(int(found) for found in re.findall(rb"/Count (\d+)", laid_out))
    codes = [
        {"number": number, "codes": [_code(wave, instrument, number, page, pages) for page in range(1, pages + 1)]}
        for number in numbers
    ]
    return make_pdf(template, data | {"copies": codes})


def _code(wave: Wave, instrument: Instrument, number: str, page: int, pages: int) -> dict[str, Any]:
    said = page_code(wave.id, instrument.title, number, page, pages)
    matrix = segno.make(said, error="m", micro=False).matrix
    return {"text": said, "pixels": pixels(matrix)}


def _form_data(wave: Wave, instrument: Instrument, pilot: PilotRow, language: str) -> dict[str, Any]:
    words = instrument.words[language]
    return {
        "lang": language[:2],
        "title": words.title,
        "wave": wave.title.text(language),
        "place": pilot.name_zh if language == "zh_Hans" else pilot.name_en,
        "warning": _("演示数据：虚构的地区和合成的答卷") if pilot.synthetic else "",
        "header": _header(wave, language),
        "introduction": words.introduction,
        "rights_title": _("您的权利"),
        "rights": list(words.rights),
        "consent_title": _("征求您的同意（第 %(version)s 版）", version=words.consent.version),
        "consent": words.consent.text,
        "agree": words.consent.agree,
        "how_title": _("怎么填"),
        "how": [
            _("在选中的方框里打勾。只选一个，写明“可以选几个”的题除外。"),
            _("改了主意，就把原来的勾划掉，再勾别的。"),
            _("数字一格写一个。写明“才答”的题，不合条件就跳过去。"),
        ],
        "number_label": _("编号"),
        "day_label": _("调查日期"),
        "person_label": _("被抽中的人的编号（由调查员填）"),
        "date_words": [_("年"), _("月"), _("日")],
        "several": _("可以选几个"),
        "end": _("答完了，谢谢您。请看看有没有漏掉的题。"),
        "blocks": _blocks(lines(instrument, language)),
    }


def _header(wave: Wave, language: str) -> list[list[str]]:
    head = wave.header
    return [
        [str(_("表号")), head.form_number],
        [str(_("制定机关")), head.issuing_body.text(language)],
        [str(_("批准文号")), head.approval_number],
        [str(_("有效期至")), format_date(head.valid_until, "long")],
    ]


def _blocks(found: tuple[Line, ...]) -> list[dict[str, Any]]:
    """The form as the template sets it: sections, questions, notes, and the rows of a matrix gathered in one table."""
    blocks: list[dict[str, Any]] = []
    section = ""
    for line in found:
        if line.section != section:
            section = line.section
            blocks.append({"type": "section", "title": section})
        row = {"number": line.number, "stem": spans(line.words.stem)}
        if line.matrix and blocks[-1].get("matrix") == line.matrix:
            blocks[-1]["rows"].append(row)
            continue
        only = _only(line.condition) if line.condition else ""
        if line.some_options:
            only = " ".join(filter(None, (only, _("有的选项不是人人可选，请按调查员的提示。"))))
        block = {
            "type": "matrix" if line.matrix else "note" if line.number is None else "question",
            "kind": line.kind,
            "matrix": line.matrix,
            "lead": spans(line.words.lead),
            "hint": spans(line.words.hint),
            "only": only,
            "marks": [list(one) for one in line.marks],
            "apart": [list(one) for one in line.apart],
            "boxes": list(line.boxes),
            "lines": line.lines,
            "several": line.several,
        }
        blocks.append(block | ({"rows": [row]} if line.matrix else row))
    return blocks


def _only(condition: Condition) -> str:
    if condition.number is None:
        return str(_("这一题不是人人都答，请按调查员的提示。"))
    return str(_("只有第 %(number)s 题选了“%(option)s”才答。", number=condition.number, option=condition.option))


def spans(text: str) -> list[list[Any]]:
    """A text of a words file in pieces, each with whether it is bold."""
    return [[part, bool(place % 2)] for place, part in enumerate(text.split("**")) if part]


@blueprint.post("/office/waves/<wave_id>/invitations.pdf")
@requires(*HEADS)
def invitations(wave_id: str) -> Any:
    """New one-time addresses for the people drawn of whom no interview counts, as cards to cut out or as a list."""
    wave, pilot = wave_seen(wave_id, HEADS)
    psu = request.form.get("psu", "")[:40]
    try:
        with transaction() as session:
            token, cards = service.invitation_cards(session, wave, psu, current_staff().login, clock.now())
    except Refused as refused:
        words = {
            "no_link": _("这次调查还没有公开链接，做不了邀请卡"),
            "nobody": _("没有等着回答的人，不用做邀请卡"),
        }
        return list_page(wave, pilot, str(words.get(refused.reason, _("现在做不了邀请卡")))), 422
    language = preferences().language
    addressed = [
        (card, url_for("surveys.cover", token=f"{token}.{card.secret}", _external=True), _place(card, language))
        for card in cards
    ]
    if "csv" in (request.args.get("format"), request.form.get("format")):
        return _kept(_as_csv(addressed), "text/csv; charset=utf-8", f"{wave.id}-invitations.csv")
    rest()
    return _kept(_cards_pdf(wave, pilot, addressed, language), "application/pdf", f"{wave.id}-invitations.pdf")


def _place(card: service.Card, language: str) -> str:
    return card.name_zh if language == "zh_Hans" else card.name_en


def _as_csv(addressed: list[tuple[service.Card, str, str]]) -> bytes:
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow([_("编号"), _("地区"), _("地区代码"), "PSU", _("网址")])
    table.writerows([card.code, _safe(place), card.area_code, _safe(card.psu), link] for card, link, place in addressed)
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t" else cell


def _cards_pdf(wave: Wave, pilot: PilotRow, addressed: list[tuple[service.Card, str, str]], language: str) -> bytes:
    from literacy_app.foundation.pdf import make_pdf

    cards = []
    for card, link, place in addressed:
        matrix = segno.make(link, error="m", micro=False).matrix
        cards.append({"code": card.code, "place": place, "address": link, "pixels": pixels(matrix)})
    data = {
        "lang": language[:2],
        "title": wave.title.text(language),
        "body": wave.header.issuing_body.text(language),
        "header": "　".join(f"{name}：{said}" for name, said in _header(wave, language)),
        "warning": _("演示数据：虚构的地区和合成的答卷") if pilot.synthetic else "",
        "call": _("请您参加调查"),
        "how": [
            _("用手机扫码就能答"),
            _("一张卡只给抽中的那一位，只能答一次"),
            _("不方便用手机，调查员会上门"),
        ],
        "code_label": _("编号"),
        "valid": _("%(day)s 前有效", day=format_date(wave.last_day, "long")),
        "cards": cards,
    }
    return make_pdf((TEMPLATES / "cards.typ").read_text(encoding="utf-8"), data)
