"""What a model has learnt: weights, which signals stayed, and how wide counts scatter.

Numbers alone, so that a run can hand them to the next and a person can read them. Assumes that
widths depend on the mean and on how many units an order of the SKU holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.errors import DemandError

SCHEMA = "prepos/fitted@1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalTrial:
    """What trying a signal on a later window of the training history told.

    Attributes
    ----------
    signal : str
    stays : bool
    gain : float or None
        Fall of the loss as a share of it; None where the signal could not be tried.
    sure : float or None
        Share of the bootstrap's draws in which the signal won.
    reason : str
    """

    signal: str
    stays: bool
    gain: float | None
    sure: float | None
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class DispersionCurve:
    """Dispersion ``a`` at any mean, constant beyond the outermost classes."""

    log_mean: FloatArray  # rising
    log_dispersion: FloatArray

    def at(self, mean: FloatArray) -> FloatArray:
        """Return the dispersion at each mean, shape as given."""
        logs = np.log(np.maximum(mean, 1e-12))
        return np.asarray(np.exp(np.interp(logs, self.log_mean, self.log_dispersion)))


@dataclass(frozen=True, slots=True, eq=False)
class Widths:
    """How wide counts scatter: one curve for each class of SKUs by order size.

    Attributes
    ----------
    edges : (C - 1,) float
        Order size from which the next class begins, rising.
    curves : (C,) DispersionCurve
    """

    edges: FloatArray
    curves: tuple[DispersionCurve, ...]

    def at(self, mean: FloatArray, order_size: FloatArray | None) -> FloatArray:
        """Return the dispersion at means (..., K) of SKUs with these order sizes (K,)."""
        if order_size is None or len(self.curves) == 1:
            return self.curves[0].at(mean)
        kind = self.classes(order_size)
        dispersion = np.empty(mean.shape)
        for number, curve in enumerate(self.curves):
            skus = np.flatnonzero(kind == number)
            dispersion[..., skus] = curve.at(mean[..., skus])
        return dispersion

    def at_cells(self, mean: FloatArray, order_size: FloatArray) -> FloatArray:
        """Return the dispersion (N,) at means (N,) of SKUs with order sizes (N,)."""
        kind = self.classes(order_size)
        dispersion = np.empty(len(mean))
        for number, curve in enumerate(self.curves):
            cells = np.flatnonzero(kind == number)
            dispersion[cells] = curve.at(mean[cells])
        return dispersion

    def classes(self, order_size: FloatArray) -> IntArray:
        """Return the class (K,) of SKUs by order size."""
        return np.asarray(np.searchsorted(self.edges, order_size, side="right"), dtype=np.int64)

    def mapping(self) -> dict[str, Any]:
        """Return the widths as JSON can hold them."""
        return {
            "order_size_edges": self.edges.tolist(),
            "curves": [
                {"log_mean": c.log_mean.tolist(), "log_dispersion": c.log_dispersion.tolist()}
                for c in self.curves
            ],
        }


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What chances that were told turned out to be, by class of the mean.

    Attributes
    ----------
    least : (C,) float
        Least mean of each class, rising; of smaller means the chances are taken as told.
    told : (G,) float
        Chances told, rising from 0 to 1.
    came : (C, G) float
        How often no more came, rising from 0 to 1.
    """

    least: FloatArray
    told: FloatArray
    came: FloatArray

    def classes(self, mean: FloatArray) -> IntArray:
        """Return the class (N,) of each mean; -1 below the first."""
        return np.asarray(np.searchsorted(self.least, mean, side="right") - 1, dtype=np.int64)

    def came_at(self, mean: FloatArray, chances: FloatArray) -> FloatArray:
        """Return (N,) what the chances told of cells with these means turned out to be."""
        kind = self.classes(mean)
        found = chances.astype(np.float64)
        for number in range(len(self.least)):
            chosen = np.flatnonzero(kind == number)
            found[chosen] = np.interp(chances[chosen], self.told, self.came[number])
        return found

    def told_for(self, kind: int, chances: FloatArray) -> FloatArray:
        """Return the chances to ask a class for, so that these come."""
        return np.asarray(np.interp(chances, self.came[kind], self.told))

    def mapping(self) -> dict[str, Any]:
        """Return the calibration as JSON can hold it."""
        return {
            "least": self.least.tolist(),
            "told": self.told.tolist(),
            "came": self.came.tolist(),
        }


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Fitted:
    """What one fit learnt, as of a cutoff.

    Attributes
    ----------
    model : str
    cutoff : date
    columns : (F,) names
        The signal of each column, in the order in which the model reads them.
    weights : (F,) float
        0 where the signal was left out.
    by_period, of_sum : Widths
        Of single periods, and of the sum over the horizon.
    trials : tuple of SignalTrial
    orders_by_period, orders_of_sum : Widths or None
        Of the number of orders, where units are better told as orders times sizes.
    calibration_by_period, calibration_of_sum : Calibration or None
        What the chances of these widths turned out to be.
    lessons : name to numbers
        What the signals learnt once for all origins.
    """

    model: str
    cutoff: date
    columns: tuple[str, ...]
    weights: FloatArray
    by_period: Widths
    of_sum: Widths
    trials: tuple[SignalTrial, ...] = ()
    orders_by_period: Widths | None = None
    orders_of_sum: Widths | None = None
    calibration_by_period: Calibration | None = None
    calibration_of_sum: Calibration | None = None
    lessons: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def mapping(self) -> dict[str, Any]:
        """Return the fit as JSON can hold it."""
        return {
            "schema": SCHEMA,
            "model": self.model,
            "cutoff": self.cutoff.isoformat(),
            "columns": [
                {"signal": signal, "weight": float(weight)}
                for signal, weight in zip(self.columns, self.weights, strict=True)
            ],
            "widths": {
                name: None if widths is None else widths.mapping()
                for name, widths in (
                    ("period", self.by_period),
                    ("horizon", self.of_sum),
                    ("orders_by_period", self.orders_by_period),
                    ("orders_of_horizon", self.orders_of_sum),
                )
            },
            "calibration": {
                name: None if found is None else found.mapping()
                for name, found in (
                    ("period", self.calibration_by_period),
                    ("horizon", self.calibration_of_sum),
                )
            },
            "lessons": {name: list(told) for name, told in self.lessons.items()},
            "trials": [asdict(trial) for trial in self.trials],
        }


def read_fitted(content: Mapping[str, Any]) -> Fitted:
    """Return the fit that a mapping holds; raises DemandError where it is not one."""
    if content.get("schema") != SCHEMA:
        raise DemandError(f"fitted schema is {content.get('schema')!r}, expected {SCHEMA!r}")
    try:
        return Fitted(
            model=content["model"],
            cutoff=date.fromisoformat(content["cutoff"]),
            columns=tuple(column["signal"] for column in content["columns"]),
            weights=np.array([column["weight"] for column in content["columns"]], np.float64),
            by_period=_read_widths(content["widths"]["period"]),
            of_sum=_read_widths(content["widths"]["horizon"]),
            trials=tuple(SignalTrial(**trial) for trial in content["trials"]),
            orders_by_period=_read_optional(content["widths"]["orders_by_period"]),
            orders_of_sum=_read_optional(content["widths"]["orders_of_horizon"]),
            calibration_by_period=_read_calibration(content["calibration"]["period"]),
            calibration_of_sum=_read_calibration(content["calibration"]["horizon"]),
            lessons={
                name: tuple(float(number) for number in told)
                for name, told in content["lessons"].items()
            },
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DemandError(f"fitted content is not whole: {error!r}") from error


def _read_calibration(content: Mapping[str, Any] | None) -> Calibration | None:
    """Return the calibration that a mapping holds, if there is one."""
    if content is None:
        return None
    least, told, came = (np.array(content[name], np.float64) for name in ("least", "told", "came"))
    return Calibration(least, told, came.reshape(len(least), len(told)))


def _read_optional(content: Mapping[str, Any] | None) -> Widths | None:
    """Return the widths that a mapping holds, if there is one."""
    return None if content is None else _read_widths(content)


def _read_widths(content: Mapping[str, Any]) -> Widths:
    """Return the widths that a mapping holds."""
    curves: Sequence[Mapping[str, Any]] = content["curves"]
    return Widths(
        np.array(content["order_size_edges"], np.float64),
        tuple(
            DispersionCurve(
                np.array(curve["log_mean"], np.float64),
                np.array(curve["log_dispersion"], np.float64),
            )
            for curve in curves
        ),
    )
