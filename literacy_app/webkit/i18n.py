"""Languages: texts in code are Chinese; the catalogues hold the others."""

from pathlib import Path

from babel.messages import mofile, pofile
from flask import Flask, g, request

from literacy_app.foundation.languages import LANGUAGES
from literacy_app.webkit.extensions import babel
from literacy_app.webkit.preferences import Preferences, preferences_of

COOKIE = "prefs"

# How dates and numbers are written in each language; the catalogue is the language's own.
LOCALES = {"zh_Hans": "zh_Hans_CN", "en": "en_GB"}


def init_languages(app: Flask, translations: Path) -> None:
    """Compile stale catalogues, then choose the language of each page from its address or the reader's cookie."""
    compile_catalogues(translations)
    babel.init_app(
        app,
        default_locale=LANGUAGES[0],
        default_timezone="Asia/Shanghai",
        default_translation_directories=str(translations),
        locale_selector=lambda: LOCALES[preferences().language],
    )


def compile_catalogues(translations: Path) -> None:
    """Make the .mo beside each .po that is newer than it."""
    for source in translations.glob("*/LC_MESSAGES/messages.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = pofile.read_po(file, locale=source.parts[-3])
        with target.open("wb") as file:
            mofile.write_mo(file, catalogue)


def preferences() -> Preferences:
    """The reader's preferences; `?lang=en` in an address (a QR code, say) wins over the cookie."""
    if "preferences" not in g:
        chosen = preferences_of(request.cookies.get(COOKIE))
        g.preferences = chosen.changed({"language": request.args.get("lang", "")})
    result: Preferences = g.preferences
    return result
