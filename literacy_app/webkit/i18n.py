"""Languages: texts in code are Chinese; the catalogues hold the others."""

import os
from pathlib import Path

from babel import Locale
from babel.messages import mofile, pofile
from flask import Flask, g, request

from literacy_app.foundation.languages import LANGUAGES
from literacy_app.webkit.extensions import babel
from literacy_app.webkit.preferences import Preferences, preferences_of

COOKIE = "prefs"

# How dates and numbers are written in each language; the catalogue is the language's own.
LOCALES = {"zh_Hans": "zh_Hans_CN", "en": "en_GB"}


def init_languages(app: Flask, translations: Path, target: Path) -> None:
    """Compile stale catalogues into `target`, then choose each page's language from its address or the reader's cookie."""
    compile_catalogues(translations, target)
    babel.init_app(
        app,
        default_locale=LANGUAGES[0],
        default_timezone="Asia/Shanghai",
        default_translation_directories=str(target.resolve()),
        locale_selector=lambda: LOCALES[preferences().language],
    )


def compile_catalogues(translations: Path, target: Path) -> None:
    """Make a .mo of each .po that is newer, whole or not at all; the folder of the sources may be read-only."""
    for source in translations.glob("*/LC_MESSAGES/messages.po"):
        made = target / source.relative_to(translations).with_suffix(".mo")
        if made.exists() and made.stat().st_mtime >= source.stat().st_mtime:
            continue
        made.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as file:
            catalogue = pofile.read_po(file, locale=source.parts[-3])
        draft = made.with_suffix(f".{os.getpid()}")
        with draft.open("wb") as file:
            mofile.write_mo(file, catalogue)
        draft.replace(made)


def direction(language: str) -> str:
    """Which way a language is written: `ltr` or `rtl`."""
    return str(Locale.parse(language).text_direction)


def preferences() -> Preferences:
    """The reader's preferences; `?lang=en` in an address (a QR code, say) wins over the cookie."""
    if "preferences" not in g:
        chosen = preferences_of(request.cookies.get(COOKIE))
        g.preferences = chosen.changed({"language": request.args.get("lang", "")})
    result: Preferences = g.preferences
    return result
