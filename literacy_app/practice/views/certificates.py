"""That a dimension is kept: a page and a PDF with a code that anybody can check, and no name."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _

from literacy_app.areas.views import pilot_name
from literacy_app.foundation import clock
from literacy_app.foundation.codes import ALPHABET
from literacy_app.foundation.errors import NotFound, Refused
from literacy_app.framework.rules import Dimension
from literacy_app.learners.views import learner_here, pilot_of_residents
from literacy_app.lessons.service import curriculum_in_force
from literacy_app.practice import queries, service
from literacy_app.practice.models import Certificate
from literacy_app.webkit.extensions import reading, transaction
from literacy_app.webkit.security import public

blueprint = Blueprint("certificates", __name__, url_prefix="/certificates")


@blueprint.get("/")
@public
def check() -> Any:
    """Check a code: what it stands for, or that there is no such certificate."""
    typed = "".join(one for one in request.args.get("code", "").upper() if one in ALPHABET)
    found = queries.certificate_by_code(reading(), pilot_of_residents().id, typed) if typed else None
    return render_template("practice/check_certificate.html", typed=request.args.get("code", ""), found=found)


@blueprint.post("/<any(concepts, knowledge, skills):dimension>")
@public
def make(dimension: str) -> Any:
    """Make my certificate of a dimension that I have kept."""
    learner = learner_here()
    if learner is None:
        return redirect(url_for("me.overview"), 303)
    try:
        with transaction() as session:
            found = curriculum_in_force(reading())
            pilot = pilot_of_residents().id
            service.certify(session, pilot, learner, found, Dimension(dimension), clock.now())
    except Refused:
        return redirect(url_for("me.overview"), 303)
    return redirect(url_for("certificates.show", dimension=dimension), 303)


@blueprint.get("/<any(concepts, knowledge, skills):dimension>")
@public
def show(dimension: str) -> Any:
    """My certificate as a page."""
    return render_template("practice/certificate.html", found=_mine(dimension), dimension=dimension)


@blueprint.get("/<any(concepts, knowledge, skills):dimension>.pdf")
@public
def document(dimension: str) -> Response:
    """My certificate as a PDF to print."""
    # Typst takes eighty megabytes and is needed only where a PDF is made.
    from literacy_app.foundation.pdf import make_pdf

    found = _mine(dimension)
    words = {"concepts": _("理念"), "knowledge": _("知识"), "skills": _("行为和技能")}
    data = {
        "title": _("学习证书"),
        "place": pilot_name(pilot_of_residents()),
        "text": _("学会并记住了《中国公民生态环境与健康素养》的这一部分："),
        "dimension": words[dimension],
        "date": format_date(found.issued_at, "long"),
        "code": found.code,
        "check": url_for("certificates.check", code=found.code, _external=True),
        "note": _("任何人都可以用这个编号核对。证书不写姓名。"),
    }
    headers = {"Content-Disposition": f"attachment; filename=certificate-{dimension}.pdf", "Cache-Control": "no-store"}
    return Response(make_pdf(TEMPLATE, data), mimetype="application/pdf", headers=headers)


def _mine(dimension: str) -> Certificate:
    learner = learner_here()
    certificates = queries.certificates_of(reading(), pilot_of_residents().id, learner) if learner else {}
    if dimension not in certificates:
        raise NotFound("certificate")
    return certificates[dimension]


TEMPLATE = """
#set page(paper: "a4", flipped: true, margin: 2.2cm, fill: rgb("#fbf7ec"))
#set text(size: 20pt, fill: rgb("#22312b"))
#rect(width: 100%, height: 100%, radius: 14pt, stroke: 3pt + rgb("#0b5a3c"), inset: 1.4cm)[
  #align(center + horizon)[
    #text(size: 18pt, fill: rgb("#0b5a3c"))[#data.place]
    #v(0.3cm)
    #text(size: 46pt, weight: "bold", fill: rgb("#0b5a3c"))[#data.title]
    #v(0.6cm)
    #data.text
    #v(0.2cm)
    #text(size: 34pt, weight: "bold")[#data.dimension]
    #v(0.9cm)
    #data.date
    #v(0.2cm)
    #text(size: 15pt)[#data.code \\ #data.check \\ #data.note]
  ]
]
"""
