"""Who is learning on this phone: no page of its own, only the cookie that other pages ask."""

from uuid import UUID

from flask import Response, g, request, session
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from literacy_app.areas.models import PilotRow
from literacy_app.areas.queries import pilot_here, townships
from literacy_app.foundation import clock
from literacy_app.foundation.errors import NotFound
from literacy_app.foundation.secrets import digest_of
from literacy_app.learners import queries, service
from literacy_app.webkit.extensions import reading

COOKIE = "learner"
AREA_COOKIE = "area"
MARK_COOKIE = "who"
NEWCOMER = "newcomer"
YEAR = 365 * 24 * 3600


def pilot_of_residents() -> PilotRow:
    """The pilot whose residents learn here. Raises NotFound before any pilot was loaded."""
    pilot = pilot_here(reading())
    if pilot is None:
        raise NotFound("pilot")
    return pilot


def learner_here() -> UUID | None:
    """The learner whom the cookie names, or None before the first answer."""
    return _known_in(reading())


def expect_newcomer() -> str:
    """The secret that this phone will have if somebody new begins here.

    It comes with the page, in the signed session: when the reply to a first answer is lost, and the cookie with it, the repeat
    is known as the same learner. Nothing else opens that door; see `forget_cookies`.
    """
    return str(session.setdefault(NEWCOMER, service.new_secret()))


def learner_welcomed(writing: Session) -> UUID:
    """The learner whom the cookie names; a new one, to be remembered with the response, when there is none."""
    known = _known_in(writing)
    if known is not None:
        return known
    secret = expect_newcomer()
    learner_id = service.welcome(writing, pilot_of_residents().id, secret, clock.now())
    keep_cookie(secret, learner_id)
    return learner_id


def _known_in(database: Session) -> UUID | None:
    secret = request.cookies.get(COOKIE)
    return queries.learner_by_secret(database, pilot_of_residents().id, secret) if secret else None


def area_here() -> str:
    """The township that a printed address (`?area=`) brought this phone to, or "" when it is not known."""
    asked = request.args.get("area") or request.cookies.get(AREA_COOKIE, "")
    pilot = pilot_of_residents()
    places = townships(reading(), pilot.id, clock.reporting_date(clock.now())) if asked else ()
    known = next((place.code for place in places if place.code == asked), "")
    if known and request.args.get("area"):
        g.area_to_keep = known
    return known


def keep_cookie(secret: str, learner_id: UUID) -> None:
    """Let the response carry this secret as the phone's own, and the learner's mark."""
    g.learner_to_keep = secret, learner_id


def forget_cookies(response: BaseResponse) -> BaseResponse:
    """Take this phone's learner off it, so that no page from before can bring them back."""
    session.pop(NEWCOMER, None)
    for name in (COOKIE, MARK_COOKIE):
        response.delete_cookie(name)
    return response


def remember_learner(response: Response) -> Response:
    """Give a new learner the cookie, and keep the township of a printed address; hung on the application by the root."""
    if kept := g.get("learner_to_keep"):
        secret, learner_id = kept
        response.set_cookie(COOKIE, secret, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
        # A mark that scripts may read, so that answers waiting on a shared phone are sent only as whose they are. It is the
        # learner's, not the secret's: who comes back with a resume code finds what still waits.
        mark = digest_of(str(learner_id))[:8]
        response.set_cookie(MARK_COOKIE, mark, max_age=YEAR, samesite="Lax", secure=request.is_secure)
    if area := g.get("area_to_keep"):
        response.set_cookie(AREA_COOKIE, area, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    return response
