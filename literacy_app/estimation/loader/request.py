"""The request: a JSON file in the layout of the reference set, where a file that holds numbers asks for them again."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError

from literacy_app.estimation.rules import LonelyPsu, Statistic
from literacy_app.estimation.rules.items import ItemLimits
from literacy_app.estimation.rules.planning import HIGHEST_CONFIDENCE, LOWEST_CONFIDENCE
from literacy_app.foundation.errors import InputError, Problem

ASSOCIATION = "association"
# What others call our statistics.
SAID = {"change": "difference", "contrast": "difference", "rao_scott": ASSOCIATION, "svychisq": ASSOCIATION}

COUNT = "Freq"  # the population count in a row of `cells` or `margins`, as R's table calls it

# Numbers further from 0 than this, and weights nearer to it than one by this, make others that cannot be held.
LARGEST = 1e150
DEEPEST = 50  # lists and objects within each other: ours are within six


def texts(value: Any) -> Any:
    """A domain compares text: 1 and "1" are the same. None is everybody. Raises ValueError for what a file cannot hold."""
    if not isinstance(value, dict):
        return {} if value is None else value
    for column, label in value.items():
        if isinstance(label, bool) or not isinstance(label, str | int | float):
            raise ValueError(f"{column!r} must be text or a number, as it stands in the file")
    return {column: str(label) for column, label in value.items()}


def _names(value: Any) -> Any:
    """R writes a single name without brackets, and none as null."""
    return [] if value is None else [value] if isinstance(value, str) else value


def _name(data: str) -> str:
    if "\0" in data:
        raise ValueError("has a NUL character, which no file's name has")
    return data


def _bounded(number: float) -> float:
    if not -LARGEST <= number <= LARGEST:
        raise ValueError(f"must be between -{LARGEST:g} and {LARGEST:g}")
    return number


def _limited(limits: ItemLimits) -> ItemLimits:
    if not all(0 <= limit <= 1 for limit in (limits.nearly_all, limits.min_item_total)):
        raise ValueError("must be between 0 and 1")
    return limits


def _target(value: Any) -> Any:
    return value.get("target") if isinstance(value, dict) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Domain = Annotated[dict[str, str], BeforeValidator(texts)]
Share = Annotated[float, Field(gt=0, lt=1)]
Bounded = Annotated[float, AfterValidator(_bounded)]
Scale = Annotated[Bounded, Field(ge=0)]
Level = Annotated[float, Field(ge=LOWEST_CONFIDENCE, le=HIGHEST_CONFIDENCE)]


@dataclass(frozen=True)
class Columns:
    """Which columns say how the sample was drawn: R's `svydesign`, or `svrepdesign` where there are replicate weights.

    With `prefix`, the replicate weights are the columns named by it and a number, whatever `replicate_weights` says.
    Where `replicate_weights` names a kind (JK1, JKn, BRR, bootstrap) and no columns, they are made from strata and PSUs;
    bootstrap takes `replicates` and `seed`.
    """

    ids: Names = ()
    strata: Names = ()
    weights: str | None = None
    fpc: Names = ()
    nest: bool = False
    lonely_psu: LonelyPsu = LonelyPsu.FAIL
    adjust_domain_lonely: bool = False
    replicate_weights: Any = None
    prefix: str | None = None
    replicates: Annotated[int, Field(ge=2, le=10_000)] = 500
    seed: Annotated[int, Field(ge=0)] = 1
    scale: Scale | None = None
    rscales: Scale | tuple[Scale, ...] | None = None
    mse: bool = False


@dataclass(frozen=True)
class Wanted:
    """One estimate asked for. A `ratio` has a `denominator`; an association is tested with the column `by`.

    A `difference` is that of `where` less that of `minus`; or, of the rows `where`, that of the second label of `by` less
    that of the first ("wave", where a file has such a column and the request says nothing).
    """

    statistic: Statistic | Literal["association"]
    variable: str
    by: str | None = None
    where: Domain = field(default_factory=dict)
    minus: Domain = field(default_factory=dict)
    denominator: str | None = None
    target: Annotated[Share | None, BeforeValidator(_target)] = None


@dataclass(frozen=True)
class WantedItem:
    """One item whose statistics are asked for: the column of its points, 0 to `points`, and perhaps that of the answers.

    `answers` is, unless it says otherwise, a01 for i01 where the file has such a column. `options` is what a reference
    file wrote down: only its `option` and `is_key` are read.
    """

    item: str
    points: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    answers: str | None = None
    options: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Request:
    """What is asked: of which file, of what design, at which level, after which calibration.

    `estimates` and `items` are by their place in the request's list. `groups` are the columns to look for DIF between.
    """

    data: Annotated[str, AfterValidator(_name)]
    design: Columns
    estimates: dict[int, Wanted]
    items: dict[int, WantedItem]
    key: dict[str, Any] = field(default_factory=dict)  # the right option of an item
    groups: Names | None = None
    limits: Annotated[ItemLimits, AfterValidator(_limited)] = field(default_factory=ItemLimits)
    level: Level = 0.95
    margins: tuple[tuple[dict[str, Any], ...], ...] = ()  # rows of {column: label, ..., "Freq": count}
    totals: dict[str, Bounded] = field(default_factory=dict)  # of linear calibration


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object at `path`. Raises InputError by line, and by place for what could not be written again."""
    try:
        written = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise InputError([Problem(str(path), "", f"cannot be read ({error.strerror})")]) from error
    except UnicodeDecodeError as error:
        raise InputError([Problem(path.name, f"byte {error.start}", "is not UTF-8")]) from error
    except json.JSONDecodeError as error:
        raise InputError([Problem(path.name, f"line {error.lineno}", f"is not JSON: {error.msg}")]) from error
    except ValueError as error:  # Python's own limit
        raise InputError([Problem(path.name, "", "is not JSON: has a number of too many digits")]) from error
    except RecursionError as error:
        raise InputError([Problem(path.name, "", "is nested too deeply")]) from error
    if not isinstance(written, dict):
        raise InputError([Problem(path.name, "", "must be one JSON object")])
    for place, leaf in _leaves(path.name, written):
        if isinstance(leaf, int | float) and not _held(leaf):
            raise InputError([Problem(path.name, place, "is too large, or not a number")])
        if isinstance(leaf, str) and (half := re.search("[\ud800-\udfff]", leaf)):
            raise InputError([Problem(path.name, place, f"has {half[0]!r}, half of a character")])
    return written


def _leaves(file: str, written: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every text and number with its place, and the names in objects with that of the object. Raises InputError."""
    here: list[tuple[tuple[str, ...], Any]] = [((), written)]
    while here:
        place, value = here.pop()
        if len(place) > DEEPEST:
            raise InputError([Problem(file, "", "is nested too deeply")])
        if isinstance(value, dict):
            for name, inner in value.items():
                yield ".".join(place), name
                here.append(((*place, name), inner))
        elif isinstance(value, list):
            here += [((*place, str(number)), inner) for number, inner in enumerate(value)]
        else:
            yield ".".join(place), value


def _held(number: float) -> bool:
    """Whether a number, perhaps a whole one of hundreds of digits, is one in double precision."""
    try:
        return isfinite(number)
    except OverflowError:
        return False


def data_path(path: Path, data: str) -> Path:
    """The file that a request at `path` calls `data`: beside it, or in the folder `data` beside its folder."""
    base = path.resolve().parent
    return (base.parent if data.startswith("data/") else base) / data


def shaped(file: str, written: dict[str, Any]) -> Request:
    """The request that `written` makes, with what the reference set leaves unsaid. Raises InputError by place."""
    asked = written.get("estimates")
    if not isinstance(asked, list) or not asked or not all(isinstance(one, dict) for one in asked):
        raise InputError([Problem(file, "estimates", "must be a list of objects, at least one")])
    unknown = [
        Problem(file, f"estimates.{number}.statistic", f"statistic not offered yet: {one.get('statistic')!r}")
        for number, one in enumerate(asked)
        if _statistic(one) not in (*Statistic, ASSOCIATION) and not _is_item(one)
    ]
    if unknown:
        raise InputError(unknown)
    whole = {
        **written,
        "estimates": {
            number: {**one, "statistic": _statistic(one), "variable": one.get("variable") or _variable_in_id(one)}
            for number, one in enumerate(asked)
            if not _is_item(one)
        },
        "items": {number: one for number, one in enumerate(asked) if _is_item(one)},
        "margins": _margins(written),
    }
    try:
        request = TypeAdapter(Request).validate_python(whole)
    except ValidationError as error:
        # Of a number or a list of them, pydantic names the kind too, with brackets.
        steps = [
            [step for step in item["loc"] if not re.match(r"(function-after|tuple)\[", str(step))]
            for item in error.errors()
        ]
        places = [(".".join(map(str, place)), item["msg"]) for place, item in zip(steps, error.errors(), strict=True)]
        places = [(re.sub(r"^items\b", "estimates", place), message) for place, message in places]  # where it stands
        raise InputError([Problem(file, place, message) for place, message in places]) from error
    _refuse_items(file, request)
    return request


def _statistic(one: dict[str, Any]) -> Any:
    """What is asked for, by our name."""
    asked = one.get("statistic")
    return SAID.get(asked, asked) if isinstance(asked, str) else asked


def _is_item(one: dict[str, Any]) -> bool:
    return "item" in one and "statistic" not in one


def _refuse_items(file: str, request: Request) -> None:
    names = [one.item for one in request.items.values()]
    if len(names) == 1:
        raise InputError([Problem(file, "estimates", "item statistics need at least two items")])
    twice = [number for number, one in request.items.items() if names.count(one.item) > 1]
    if twice:
        raise InputError([Problem(file, f"estimates.{twice[-1]}.item", "is asked for twice")])


def _variable_in_id(one: dict[str, Any]) -> Any:
    """The reference set writes a mean as {"id": "mean:score", "statistic": "mean"}."""
    before, colon, after = str(one.get("id", "")).partition(":")
    return after if colon and before == one.get("statistic") else None


def _margins(written: dict[str, Any]) -> Any:
    """`cells` is one table of counts; `margins` is several, or {column: {label: count}}."""
    margins = written.get("margins") or ([written["cells"]] if written.get("cells") else [])
    if isinstance(margins, dict) and all(isinstance(counts, dict) for counts in margins.values()):
        return [[{column: label, COUNT: n} for label, n in counts.items()] for column, counts in margins.items()]
    return margins
