"""What staff are asked: sign-in, a new password."""

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from literacy_app.webkit.forms import PageForm


class SignInForm(PageForm):
    """Login and password."""

    login = StringField(
        _("账号"),
        [InputRequired(_("请输入账号")), Length(max=60, message=_("账号太长了"))],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        _("密码"),
        [InputRequired(_("请输入密码")), Length(max=256, message=_("密码太长了"))],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class PasswordForm(PageForm):
    """One's old password and a new one."""

    old = PasswordField(
        _("现在的密码"),
        [InputRequired(_("请输入现在的密码")), Length(max=256, message=_("密码太长了"))],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        _("新密码"),
        [InputRequired(_("请输入新密码")), Length(max=256, message=_("密码太长了"))],
        render_kw={"autocomplete": "new-password"},
    )
