"""Sign-in, one's own account, and the list of people."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from literacy_app.accounts import queries, service
from literacy_app.accounts.forms import PasswordForm, SignInForm
from literacy_app.accounts.guard import cookie_name, current_staff, requires
from literacy_app.accounts.rules import RESULTS, PasswordFault, Role, Staff, network_of, password_fault
from literacy_app.areas.queries import pilots_within
from literacy_app.foundation import clock
from literacy_app.foundation.errors import Refused
from literacy_app.webkit.extensions import reading, rest, transaction
from literacy_app.webkit.pages import local_path
from literacy_app.webkit.security import public, shows_again

blueprint = Blueprint("accounts", __name__, template_folder="templates")


@blueprint.route("/account/sign-in", methods=["GET", "POST"])
@public
@shows_again
def sign_in() -> Any:
    """Ask for login and password; a failed try waits longer each time and is never locked out."""
    form = SignInForm(next=request.args.get("next", ""))
    if not form.is_submitted():
        return render_template("accounts/sign_in.html", form=form)
    if not form.validate():
        return render_template("accounts/sign_in.html", form=form), 422
    found = _compare(form.login.data or "", form.password.data or "")
    if isinstance(found, timedelta):
        seconds = _seconds(found)
        return render_template("accounts/sign_in.html", form=form, wait=seconds), 429, {"Retry-After": str(seconds)}
    with transaction() as writing:
        opened = service.sign_in(writing, *found, request.user_agent.string, clock.now())
    if opened is None:
        return render_template("accounts/sign_in.html", form=form, failed=True), 422
    session.clear()
    response = redirect(local_path(form.next.data) if form.next.data else first_page(opened.staff), 303)
    response.set_cookie(
        cookie_name(), opened.secret, httponly=True, samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"]
    )
    return response


def first_page(staff: Staff) -> str:
    """Where somebody begins who has just signed in: the office, unless no whole pilot lies within their areas."""
    sees_results = pilots_within(reading(), staff.scopes(RESULTS))
    return url_for("reports.overview") if sees_results else url_for("accounts.account")


def _compare(login: str, password: str) -> tuple[service.Try, service.Proof | None] | timedelta:
    """Count a try in one short transaction, then compare the password holding none. Or how long to wait before the next try."""
    try:
        with service.turn():
            with transaction() as writing:
                made = service.begin_try(writing, login, network_of(request.remote_addr or ""), clock.now())
            if isinstance(made, timedelta):
                return made
            stored = service.stored_password(reading(), login)
            rest()
            return made, service.prove(stored, password)
    except Refused as refused:
        raise ServiceUnavailable(retry_after=1) from refused


def _seconds(wait: timedelta) -> int:
    return int(wait.total_seconds()) + 1


@blueprint.post("/account/sign-out")
@requires(*Role)
def sign_out() -> Any:
    """End this sign-in."""
    staff = current_staff()
    with transaction() as writing:
        service.sign_out(writing, staff.id, clock.now(), only=staff.session_id)
    session.clear()
    response = redirect(url_for("home.front_door"), 303)
    response.delete_cookie(cookie_name())
    return response


@blueprint.post("/account/sign-out-others")
@requires(*Role)
def sign_out_others() -> Any:
    """End one's sign-ins on other devices."""
    staff = current_staff()
    with transaction() as writing:
        service.sign_out(writing, staff.id, clock.now(), but=staff.session_id)
    return redirect(url_for("accounts.account"), 303)


@blueprint.route("/account/", methods=["GET", "POST"])
@requires(*Role)
@shows_again
def account() -> Any:
    """One's own roles, sign-ins and password."""
    form, status = PasswordForm(), 200
    if form.validate_on_submit():
        try:
            _change_password(form)
            return redirect(url_for("accounts.account", changed=1), 303)
        except Refused as refused:
            field = form.old if refused.reason == "old_password" else form.new
            field.errors = [password_words(refused.reason)]
        except TooManyRequests as error:
            form.old.errors = [_("请等 %(seconds)s 秒再试", seconds=error.retry_after)]
    if form.errors:
        status = 422
    sign_ins = queries.open_sign_ins(reading(), current_staff().id)
    return render_template(
        "accounts/account.html", form=form, sign_ins=sign_ins, changed="changed" in request.args
    ), status


def _change_password(form: PasswordForm) -> None:
    staff = current_staff()
    if fault := password_fault(form.new.data or "", staff.login):
        raise Refused(fault)
    found = _compare(staff.login, form.old.data or "")
    if isinstance(found, timedelta):
        raise TooManyRequests(retry_after=_seconds(found))
    made, proof = found
    if proof is None:
        raise Refused("old_password")
    hashed = service.new_hash(form.new.data or "", staff.login)
    with transaction() as writing:
        service.change_password(writing, staff, made, proof, hashed, clock.now())


def password_words(reason: str) -> str:
    """Why a password was not taken, for the person who typed it."""
    words: dict[str, str] = {
        "old_password": _("现在的密码不对"),
        PasswordFault.SHORT: _("至少要 12 个字符，可以用一句话"),
        PasswordFault.LONG: _("最多 128 个字符"),
        PasswordFault.COMMON: _("太容易猜到了，请换一个"),
        PasswordFault.NAME: _("里面不要有自己的账号"),
    }
    return words[reason]


@blueprint.get("/admin/")
@requires(Role.ADMINISTRATOR)
def people() -> str:
    """Everybody on the staff within one's areas."""
    seen = [row for row in queries.all_staff(reading()) if _manages(row.grants)]
    return render_template("accounts/people.html", people=seen)


@blueprint.post("/admin/people/<uuid:staff_id>/disable")
@requires(Role.ADMINISTRATOR)
def disable(staff_id: UUID) -> Any:
    """End a person's access."""
    row = queries.staff_by_id(reading(), staff_id)
    if row is None or not _manages(row.grants):
        return redirect(url_for("accounts.people"), 303)
    try:
        with transaction() as writing:
            service.disable(writing, row.login, clock.now(), current_staff())
    except Refused:
        abort(403)
    return redirect(url_for("accounts.people"), 303)


def _manages(grants: Any) -> bool:
    staff = current_staff()
    return all(staff.may(frozenset({Role.ADMINISTRATOR}), grant.area_code) for grant in grants)
