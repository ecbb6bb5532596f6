"""The items that a request asks about: points, answers with their key, and the groups to look for DIF between."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from literacy_app.estimation.loader.request import WantedItem
from literacy_app.estimation.loader.table import Table
from literacy_app.estimation.rules.design import Floats
from literacy_app.estimation.rules.dif import Grouping
from literacy_app.estimation.rules.items import Choices

if TYPE_CHECKING:
    from literacy_app.estimation.loader import Loaded

# Looked for DIF between unless the request names other columns. Of two labels the first in order is the focal group:
# F before M, rural before urban.
GROUPS = ("sex", "urban_rural")
TRUTHS = {True: ("T", "TRUE", "true", "True", "1"), False: ("F", "FALSE", "false", "False", "0")}


@dataclass(frozen=True, eq=False)
class ItemTable:
    """What is known of n people about k items, in the order in which they were asked for."""

    places: tuple[int, ...]  # where each item stands in the request
    names: tuple[str, ...]
    points: Floats  # (n, k), NaN for no answer
    full: Floats  # (k,)
    choices: dict[str, Choices]  # by item; only where the file has its answers
    groups: dict[str, Grouping]  # by column


def read_items(loaded: "Loaded") -> ItemTable:
    """The items of a request. Raises InputError by row and column for points that the item cannot give."""
    table, request = loaded.table, loaded.request
    wanted = tuple(request.items.values())
    given = request.groups if request.groups is not None else [name for name in GROUPS if name in table]
    asked_before = {
        name.removeprefix("dif_")
        for place in request.items
        for name in loaded.written["estimates"][place]
        if name.startswith("dif_") and name.removeprefix("dif_") in table
    }
    choices = {one.item: _choices(table, one, request.key.get(one.item)) for one in wanted}
    return ItemTable(
        tuple(request.items),
        tuple(one.item for one in wanted),
        np.stack([_points(table, one) for one in wanted], axis=1),
        np.array([float(one.points) for one in wanted]),
        {name: taken for name, taken in choices.items() if taken is not None},
        {name: _grouping(table, name) for name in [*given, *sorted(asked_before - set(given))]},
    )


def _points(table: Table, wanted: WantedItem) -> Floats:
    values = table.finite(wanted.item)
    if wanted.points == 1:
        table.refuse(~np.isin(values, (0, 1)) & ~np.isnan(values), wanted.item, "is not 0 or 1, as an item needs")
    outside = (values < 0) | (values > wanted.points)
    table.refuse(outside, wanted.item, f"is not between 0 and the item's {wanted.points} points")
    return values


def _choices(table: Table, wanted: WantedItem, key: Any) -> Choices | None:
    column = wanted.answers or ("a" + wanted.item[1:] if wanted.item.startswith("i") else "")
    if column not in table:
        return None
    places, options = table.texts(column)
    picked = places[:, None] == np.arange(len(options))
    said = [key] if key is not None else [one.get("option") for one in wanted.options if one.get("is_key") is True]
    right = {option for value in said for option in options if option in _texts(value)}
    if not right:  # nobody said: the key is what earned full points whenever it was taken
        full = table.finite(wanted.item) == wanted.points
        right = {option for option, took in zip(options, picked.T, strict=True) if full[took].all()}
    return Choices(tuple(options), picked, frozenset(right))


def _texts(value: Any) -> tuple[str, ...]:
    """How a file may write an option. JSON's true is a file's T."""
    return TRUTHS[value] if isinstance(value, bool) else (str(value),)


def _grouping(table: Table, column: str) -> Grouping:
    """The two groups of a column; nobody where it has not two."""
    places, labels = table.texts(column)
    two = len(labels) == 2
    return Grouping((places == 0) & two, (places == 1) & two)
