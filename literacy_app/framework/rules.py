"""What literacy is made of, by the national framework."""

from dataclasses import dataclass, field
from enum import StrEnum


class Dimension(StrEnum):
    """The three first-level categories."""

    CONCEPTS = "concepts"
    KNOWLEDGE = "knowledge"
    SKILLS = "skills"


class SecondClass(StrEnum):
    """The six second-level categories."""

    BASIC_COGNITION = "basic_cognition"
    BASIC_ATTITUDE = "basic_attitude"
    SCIENTIFIC_KNOWLEDGE = "scientific_knowledge"
    BEHAVIOURAL_KNOWLEDGE = "behavioural_knowledge"
    COGNITIVE_SKILLS = "cognitive_skills"
    OPERATIONAL_SKILLS = "operational_skills"

    @property
    def dimension(self) -> Dimension:
        """The first-level category that this class belongs to."""
        return _CLASS_OF[self]


_CLASS_OF = {
    SecondClass.BASIC_COGNITION: Dimension.CONCEPTS,
    SecondClass.BASIC_ATTITUDE: Dimension.CONCEPTS,
    SecondClass.SCIENTIFIC_KNOWLEDGE: Dimension.KNOWLEDGE,
    SecondClass.BEHAVIOURAL_KNOWLEDGE: Dimension.KNOWLEDGE,
    SecondClass.COGNITIVE_SKILLS: Dimension.SKILLS,
    SecondClass.OPERATIONAL_SKILLS: Dimension.SKILLS,
}


class Topic(StrEnum):
    """Environmental problems that lessons and items are about."""

    GENERAL = "general"
    AIR = "air"
    WATER = "water"
    SOIL = "soil"
    OCEAN = "ocean"
    BIODIVERSITY = "biodiversity"
    CLIMATE = "climate"
    RADIATION = "radiation"
    NOISE = "noise"
    CHEMICALS = "chemicals"
    WASTE = "waste"


@dataclass(frozen=True)
class Article:
    """One article of an edition: its number, dimension and main topic."""

    __pydantic_config__ = {"extra": "forbid"}

    id: str
    number: int
    dimension: Dimension
    topic: Topic


@dataclass(frozen=True)
class ArticleWords:
    """An article in one language, in our own words."""

    __pydantic_config__ = {"extra": "forbid"}

    title: str
    covers: str


@dataclass(frozen=True)
class Succession:
    """How an edition lives on: its article ids, each with the ids in the later `edition` (none: it was dropped)."""

    __pydantic_config__ = {"extra": "forbid"}

    edition: str
    articles: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Edition:
    """The articles of one edition with their words by language. `verified`: checked against the announcement.

    `became` is for an edition that a later one has replaced.
    """

    __pydantic_config__ = {"extra": "forbid"}

    edition: str
    source: str
    verified: bool
    articles: tuple[Article, ...]
    became: Succession | None = None
    words: dict[str, dict[str, ArticleWords]] = field(default_factory=dict)

    def article(self, article_id: str) -> Article:
        """The article with this id; raises KeyError."""
        return {article.id: article for article in self.articles}[article_id]

    def of(self, dimension: Dimension) -> tuple[Article, ...]:
        """The articles of one dimension, in order."""
        return tuple(article for article in self.articles if article.dimension is dimension)

    def successors(self, article_id: str) -> tuple[str, ...]:
        """The article ids of the later edition that carry this one on; empty for the current edition."""
        return self.became.articles.get(article_id, ()) if self.became else ()

    def predecessors(self, later_id: str) -> tuple[str, ...]:
        """The own article ids that the later edition's article carries on; empty if it was new there."""
        return tuple(article.id for article in self.articles if later_id in self.successors(article.id))


NO_EDITION = Edition(edition="", source="", verified=False, articles=())
