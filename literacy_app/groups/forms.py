"""What a leader is asked for a new session."""

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField
from wtforms.validators import InputRequired

from literacy_app.webkit.forms import PageForm


class NewSessionForm(PageForm):
    """What the session is on, and where it takes place; `id` was made with the page, so a doubled tap opens one session."""

    id = HiddenField()
    subject = SelectField(_("学哪一课，或哪一条"), [InputRequired(_("请选一课或一条"))])
    pilot = SelectField(_("在哪个试点地区"), [InputRequired(_("请选试点地区"))])
