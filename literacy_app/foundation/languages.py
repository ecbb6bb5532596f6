"""The languages of the product, the first being the one that everything is written in."""

from dataclasses import dataclass

LANGUAGES = ("zh_Hans", "en")


@dataclass(frozen=True)
class Bilingual:
    """One text in every language of the product."""

    __pydantic_config__ = {"extra": "forbid"}

    zh_Hans: str
    en: str

    def text(self, language: str) -> str:
        """The text in `language`."""
        result: str = getattr(self, language)
        return result
