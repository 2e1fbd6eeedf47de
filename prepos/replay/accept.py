"""A dispatch is carried out only if it can be: what cannot is the policy's fault, and is named."""

from __future__ import annotations

from datetime import date

import numpy as np

from prepos.core.network import WEEKDAYS
from prepos.core.policy import Dispatch
from prepos.core.replayed import Course
from prepos.core.types import AnyArray, FloatArray
from prepos.errors import ConfigError

EPOCH_WEEKDAY = WEEKDAYS.index("thu")  # of 1970-01-01


def check_dispatch(dispatch: Dispatch, course: Course, cutoff: date) -> None:
    """Refuse what cannot be carried out from the cutoff on.

    Raises
    ------
    ConfigError
        If a line names no lane or SKU there is, ships before the cutoff, or on a weekday on which
        its lane does not leave; if the values are not a number for each node and SKU.
    """
    lanes, skus = course.network.lanes, len(course.products)
    _check_range("lane", dispatch.lane, 0, len(lanes) - 1)
    _check_range("sku", dispatch.sku, 0, skus - 1)
    ships_on = dispatch.ships_on.astype("datetime64[D]")
    _check_range("ships_on", ships_on, np.datetime64(cutoff, "D"), np.datetime64("9999-12-31"))
    _check_weekdays(dispatch, course)
    if dispatch.values is not None:
        _check_values(dispatch.values, (len(course.network.nodes), skus))


def _check_range(name: str, found: AnyArray, least: object, most: object) -> None:
    """Raise on the first value that is out of range."""
    for line in np.flatnonzero((found < least) | (found > most))[:1].tolist():
        raise ConfigError(f"dispatch: {name} is {found[line]}, expected {least} to {most}")


def _check_weekdays(dispatch: Dispatch, course: Course) -> None:
    """Raise on the first line whose lane does not leave on its day."""
    day = dispatch.ships_on.astype("datetime64[D]").astype(np.int64)
    weekday = (day + EPOCH_WEEKDAY) % len(WEEKDAYS)
    leaves = np.array(
        [[word in lane.ship_weekdays for word in WEEKDAYS] for lane in course.network.lanes],
        dtype=np.bool_,
    ).reshape(-1, len(WEEKDAYS))
    for line in np.flatnonzero(~leaves[dispatch.lane, weekday])[:1].tolist():
        lane = course.network.lanes[int(dispatch.lane[line])]
        raise ConfigError(
            f"dispatch: lane {lane.lane_id} ships on {dispatch.ships_on[line]}, "
            f"a {WEEKDAYS[weekday[line]]}, expected {', '.join(lane.ship_weekdays)}"
        )


def _check_values(values: FloatArray, shape: tuple[int, int]) -> None:
    """Raise where the values are not a number for each node and SKU."""
    if values.shape != shape:
        raise ConfigError(f"dispatch: values have shape {values.shape}, expected {shape}")
    for odd in values[~np.isfinite(values)][:1].tolist():
        raise ConfigError(f"dispatch: values are {odd} in one place, expected a finite number")
