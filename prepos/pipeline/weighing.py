"""What a fit's weights make of one cell: each way in which a signal speaks, and what it adds.

Stands on the columns that the model itself reads, cut to the cell, so the parts add up to the
forecast that the run holds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from prepos.core.fitted import Fitted
from prepos.core.types import FloatArray
from prepos.forecast.contributions import contributions
from prepos.signals.evidence import Evidence
from prepos.signals.registry import Column, read_columns

PLAIN = {
    "pool": ("the quick level", "the slow level"),
    "together": ("within orders", "between orders"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in which a signal speaks of the cell.

    Attributes
    ----------
    signal, way : str
    says : float
        Units over the horizon.
    weight : float
        That the fit gave it, the same for all cells.
    adds : name to float
        Units that it adds to each signal's part: what is shrunk is the word of several.
    """

    signal: str
    way: str
    says: float
    weight: float
    adds: dict[str, float]


def weigh_ways(evidence: Evidence, fitted: Fitted, region: int, sku: int) -> tuple[Way, ...]:
    """Return the ways that weigh anything in a cell, as the model reads them.

    None where the signals have other columns now than at the fit.
    """
    columns = [
        _cut(column, region, sku)
        for column in read_columns(dict.fromkeys(fitted.columns), evidence)
    ]
    if [column.signal for column in columns] != list(fitted.columns):
        return ()
    horizon = evidence.horizon
    told = zip(columns, fitted.weights, name_ways(evidence, columns), strict=True)
    return tuple(
        Way(
            signal=column.signal,
            way=way,
            says=float(column.mean.sum(dtype=float)) * horizon / len(column.mean),
            weight=float(weight),
            adds=_added(columns, fitted.weights, number, horizon),
        )
        for number, (column, weight, way) in enumerate(told)
        if weight > 0
    )


def name_ways(evidence: Evidence, columns: list[Column]) -> list[str]:
    """Return what is particular in each column beside the others of its signal."""
    half_lives = evidence.record.options.half_life_weeks
    plain = PLAIN | {"own": tuple(f"half-life of {weeks:g} weeks" for weeks in half_lives)}
    seen: Counter[str] = Counter()
    names = []
    for column in columns:
        number = seen[column.signal]
        seen[column.signal] += 1
        known = plain.get(column.signal, ())
        if column.parts:
            names.append(f"own units beside what is usual, shrunk ({number + 1 - len(known)})")
        else:
            names.append(known[number] if number < len(known) else "")
    return names


def _added(
    columns: list[Column], weights: FloatArray, number: int, horizon: int
) -> dict[str, float]:
    """Return the units that one column of a cell adds to each signal's part."""
    alone = np.zeros(len(weights))
    alone[number] = weights[number]
    parts = contributions(columns, alone, horizon)
    return {name: float(part[0, 0]) for name, part in parts.items() if part[0, 0] > 0}


def _cut(column: Column, region: int, sku: int) -> Column:
    """Return the column of one cell alone."""
    place = (slice(region, region + 1), slice(sku, sku + 1))
    return Column(
        column.signal,
        column.mean[:, *place],
        {name: share[place] for name, share in column.parts.items()},
    )
