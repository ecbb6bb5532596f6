"""The base of every form on a page: it knows when only its token is too old."""

from flask_wtf import FlaskForm


class PageForm(FlaskForm):
    """A form with a token. Alone it is enough for a button; subclasses add fields."""

    @property
    def stale(self) -> bool:
        """Whether the page lay open for too long; what was typed is still in the form."""
        return bool(self.csrf_token.errors)

    @property
    def field_errors(self) -> dict[str, list[str]]:
        """What is wrong with the fields, by name, without the token."""
        return {name: list(errors) for name, errors in self.errors.items() if name and name != "csrf_token"}
