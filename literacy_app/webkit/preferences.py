"""How a reader wants pages to look: language, text size, theme, view, pictures, how many words. Kept in one cookie on the reader's phone."""

from dataclasses import asdict, dataclass, replace
from urllib.parse import parse_qsl, urlencode

from literacy_app.foundation.languages import LANGUAGES

THEMES = ("auto", "light", "dark")
VIEWS = ("standard", "elder")
PICTURES = ("on", "off")
WORDS = ("full", "plain")
SIZES = (1, 2, 3, 4)


@dataclass(frozen=True)
class Preferences:
    """What the reader chose; the defaults are what everybody sees first."""

    language: str = "zh_Hans"
    size: int = 1
    theme: str = "auto"
    view: str = "standard"
    pictures: str = "on"
    words: str = "full"

    def cookie(self) -> str:
        """The preferences as the value of a cookie."""
        return urlencode(asdict(self))

    def changed(self, wishes: dict[str, str]) -> "Preferences":
        """With every wish that can be granted; anything else is left as it was."""
        chosen = self
        if wishes.get("language") in LANGUAGES:
            chosen = replace(chosen, language=wishes["language"])
        if wishes.get("theme") in THEMES:
            chosen = replace(chosen, theme=wishes["theme"])
        if wishes.get("pictures") in PICTURES:
            chosen = replace(chosen, pictures=wishes["pictures"])
        if wishes.get("words") in WORDS:
            chosen = replace(chosen, words=wishes["words"])
        if wishes.get("size") in {str(size) for size in SIZES}:
            chosen = replace(chosen, size=int(wishes["size"]))
        if wishes.get("view") in VIEWS:
            # The elder view begins one step larger, as its users asked; they can still change the size.
            size = max(chosen.size, 2) if wishes["view"] == "elder" else chosen.size
            chosen = replace(chosen, view=wishes["view"], size=size)
        return chosen


def preferences_of(cookie: str | None) -> Preferences:
    """The preferences that a cookie holds; a broken cookie is the default."""
    return Preferences().changed(dict(parse_qsl(cookie or "")))
