"""Reads the framework: `content/framework/<edition>.yml` and its words."""

from dataclasses import dataclass, replace
from pathlib import Path

from literacy_app.foundation.errors import InputError, Problem
from literacy_app.foundation.files import Document, read_yaml, shape
from literacy_app.foundation.languages import LANGUAGES
from literacy_app.framework.rules import ArticleWords, Edition


@dataclass(frozen=True)
class _Words:
    __pydantic_config__ = {"extra": "forbid"}

    articles: dict[str, ArticleWords]


def read_edition(content: Path, edition: str = "2020") -> Edition:
    """The articles of one edition in every language. Raises InputError with all that is wrong."""
    document = read_yaml(content / "framework" / f"{edition}.yml", content)
    result = shape(document, Edition)
    ids = [article.id for article in result.articles]
    problems = [document.problem(("articles", i), f"{id!r} stands twice") for i, id in enumerate(ids) if id in ids[:i]]
    problems += _check_succession(document, result, content)
    words = {}
    for language in LANGUAGES:
        spoken = read_yaml(content / "framework" / f"{edition}.words.{language}.yml", content)
        words[language] = shape(spoken, _Words).articles
        problems += [
            spoken.problem(("articles",), f"article {id!r} has no words") for id in ids if id not in words[language]
        ]
        problems += [
            spoken.problem(("articles", id), "there is no such article") for id in words[language] if id not in ids
        ]
    if problems:
        raise InputError(problems)
    return replace(result, words=words)


def _check_succession(document: Document, edition: Edition, content: Path) -> list[Problem]:
    """The map names every own article once and only articles that the later edition has."""
    if edition.became is None:
        return []
    later = edition.became.edition
    if later <= edition.edition:
        return [document.problem(("became", "edition"), f"must be later than {edition.edition!r}")]
    place = ("became", "articles")
    own = [article.id for article in edition.articles]
    theirs = {article.id for article in read_edition(content, later).articles}
    mapped = edition.became.articles
    problems = [document.problem(place, f"article {id!r} is not mapped") for id in own if id not in mapped]
    problems += [document.problem((*place, id), f"there is no article {id!r}") for id in mapped if id not in own]
    problems += [
        document.problem((*place, id), f"edition {later} has no article {target!r}")
        for id, targets in mapped.items()
        for target in targets
        if target not in theirs
    ]
    return problems
