"""What must hold between the cells of one row, as data.

In the SQL, ``{column}`` is the column's value as its rule reads it and ``{column_cell}`` its text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prepos.core.columns import QUANTILES


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule:
    """SQL that is true where a row is wrong, the column to name, and the words to say."""

    column: str
    bad: str
    code: str
    words: str  # may name cells in braces


_NULL_ISLAND = RowRule(
    column="latitude",
    bad="{latitude} = 0 AND {longitude} = 0",
    code="PP-PLACE-NULL-ISLAND",
    words="latitude and longitude are both 0, expected where it is; leave the row out if unknown",
)

_NAMES = tuple(f"q{share:02d}" for share in QUANTILES)
_CROSSED = tuple(
    RowRule(
        column=name,
        bad=f"{{{name}}} < greatest({', '.join(f'{{{lower}}}' for lower in _NAMES[:nth])})",
        code="PP-VALUE-QUANTILES",
        words=f"{name} is {{{name}}}, expected no less than a lower quantile of its row",
    )
    for nth, name in enumerate(_NAMES)
    if nth
)

ROW_RULES: Mapping[str, tuple[RowRule, ...]] = {
    "orders": (
        RowRule(
            column="region_id",
            bad="{region_id_cell} IS NULL AND {postal_code_cell} IS NULL "
            "AND {latitude_cell} IS NULL AND {longitude_cell} IS NULL",
            code="PP-PLACE-NONE",
            words="place is empty, expected region_id, or latitude and longitude, or postal_code",
        ),
        RowRule(
            column="latitude",
            bad="({latitude_cell} IS NULL) <> ({longitude_cell} IS NULL)",
            code="PP-PLACE-HALF",
            words="latitude is {latitude!r} and longitude is {longitude!r}, expected both or none",
        ),
    ),
    "nodes": (_NULL_ISLAND,),
    "regions": (_NULL_ISLAND,),
    "places": (_NULL_ISLAND,),
    "lanes": (
        RowRule(
            column="destination",
            bad="{origin} = {destination}",
            code="PP-KEY-SELF",
            words="destination is its origin, expected another node",
        ),
    ),
    "receipts": (
        RowRule(
            column="hub_node_id",
            bad="{hub_node_id} = {node_id}",
            code="PP-KEY-SELF",
            words="hub_node_id is its node_id, expected another node, or both hub columns empty",
        ),
        RowRule(
            column="at_hub_on",
            bad="({hub_node_id_cell} IS NULL) <> ({at_hub_on_cell} IS NULL)",
            code="PP-VALUE-MISSING",
            words="hub_node_id is {hub_node_id!r} and at_hub_on is {at_hub_on!r}, "
            "expected both or none",
        ),
        RowRule(
            column="at_hub_on",
            bad="{at_hub_on} > {arrives_on}",
            code="PP-TIME-SPAN",
            words="at_hub_on is {at_hub_on!r}, expected {arrives_on} or earlier",
        ),
    ),
    "neighbours": (
        RowRule(
            column="neighbour_id",
            bad="{region_id} = {neighbour_id}",
            code="PP-KEY-SELF",
            words="neighbour_id is the region itself, expected another region",
        ),
    ),
    "stockouts": (
        RowRule(
            column="node_id",
            bad="{node_id_cell} IS NULL AND {region_id_cell} IS NULL",
            code="PP-VALUE-MISSING",
            words="node_id and region_id are empty, expected one of them",
        ),
        RowRule(
            column="to",
            bad="{to} < {from}",
            code="PP-TIME-SPAN",
            words="to is {to!r}, expected {from} or later",
        ),
    ),
    "forecasts": _CROSSED,
    "overrides": (
        RowRule(
            column="quantity",
            bad="{quantity_cell} IS NULL AND {rule} <> 'forbid'",
            code="PP-VALUE-MISSING",
            words="quantity is empty, expected units, as the rule is {rule}",
        ),
    ),
}
