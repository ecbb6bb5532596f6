"""Printed matter: a typst template and plain data made into a PDF or an SVG, with our own Chinese font in it.

Import it where it is used: the typesetter is a large library that only a poster or a certificate needs.
"""

import base64
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

import pylopdf_fonts_zh_cn
import typst

FONT = "Noto Sans SC"
# What every template begins with: `data` is what was handed in, and nothing in it is ever run as a template.
PRELUDE = f"""\
#let data = json(bytes(sys.inputs.data))
#set document(date: none)
#set text(font: "{FONT}", lang: "zh", region: "cn")
"""
PICTURE = re.compile(r'<image\b([^>]*?)\s(?:xlink:)?href="data:image/svg\+xml;base64,([^"]*)"([^>]*?)/>')


def make_pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """The PDF that a typst template makes of `data`, tagged for readers. Raises typst.TypstError for a faulty template."""
    return _make("pdf", template, data)


def make_svg(template: str, data: Mapping[str, Any]) -> str:
    """The same page as one SVG: letters as shapes, drawings inlined, so that any program and any browser shows it alike."""
    return PICTURE.sub(_inlined, _make("svg", template, data).decode())


def _make(form: Literal["pdf", "svg"], template: str, data: Mapping[str, Any]) -> bytes:
    made = typst.compile(
        (PRELUDE + template).encode(),
        format=form,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    if not isinstance(made, bytes):
        raise ValueError("the template must make exactly one page")
    return made


@cache
def _fonts() -> typst.Fonts:
    # Only ours: a page must look the same on every machine, whatever fonts it has.
    folder = pylopdf_fonts_zh_cn.sans_path().parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])


def _inlined(found: re.Match[str]) -> str:
    """A drawing that typst packed into an <image> of bytes, which print shops and strict browsers refuse, as plain shapes."""
    drawing = base64.b64decode(found[2]).decode()
    place, attributes = "", found[1] + found[3]
    if moved := re.search(r'\stransform="[^"]*"', attributes):
        place, attributes = moved[0], attributes.replace(moved[0], "")
    return f"<g{place}>" + drawing[drawing.index("<svg") :].replace("<svg", f"<svg {attributes.strip()}", 1) + "</g>"
