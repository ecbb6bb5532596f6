"""Sign-in, one's own account, and the list of people."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from literacy_app.accounts import queries, service
from literacy_app.accounts.forms import PasswordForm, SignInForm
from literacy_app.accounts.guard import cookie_name, current_staff, requires
from literacy_app.accounts.rules import RESULTS, PasswordFault, Role, Staff
from literacy_app.foundation import clock
from literacy_app.foundation.errors import Refused
from literacy_app.webkit.extensions import reading, transaction
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
    login, network, now = form.login.data or "", request.remote_addr or "", clock.now()
    wait = service.wait_before_sign_in(reading(), login, network, now)
    if wait:
        seconds = int(wait.total_seconds()) + 1
        return render_template("accounts/sign_in.html", form=form, wait=seconds), 429, {"Retry-After": str(seconds)}
    with transaction() as writing:
        opened = service.sign_in(writing, login, form.password.data or "", network, request.user_agent.string, now)
    if opened is None:
        return render_template("accounts/sign_in.html", form=form, failed=True), 422
    session.clear()
    response = redirect(local_path(form.next.data) if form.next.data else first_page(opened.staff), 303)
    response.set_cookie(
        cookie_name(), opened.secret, httponly=True, samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"]
    )
    return response


def first_page(staff: Staff) -> str:
    """Where somebody begins who has just signed in."""
    return url_for("reports.overview") if staff.roles & RESULTS else url_for("accounts.account")


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
            with transaction() as writing:
                service.change_password(writing, current_staff(), form.old.data or "", form.new.data or "", clock.now())
            return redirect(url_for("accounts.account", changed=1), 303)
        except Refused as refused:
            field = form.old if refused.reason == "old_password" else form.new
            field.errors = [password_words(refused.reason)]
    if form.errors:
        status = 422
    sign_ins = queries.open_sign_ins(reading(), current_staff().id)
    return render_template(
        "accounts/account.html", form=form, sign_ins=sign_ins, changed="changed" in request.args
    ), status


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
    with transaction() as writing:
        service.disable(writing, row.login, clock.now())
    return redirect(url_for("accounts.people"), 303)


def _manages(grants: Any) -> bool:
    staff = current_staff()
    return all(staff.may(frozenset({Role.ADMINISTRATOR}), grant.area_code) for grant in grants)
