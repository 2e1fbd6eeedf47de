"""Lessons: what the signals said at earlier origins, and what then came.

An origin's columns stand on what lay before it; its units lie before the cutoff. Weights are fitted
on every period that followed apart: a row for each cell, origin and step that sold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from prepos.core.kernels import Float32Array, serial_vector_kernel
from prepos.core.places import places_from
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.forecast.stack import fit_weights, stack_mean
from prepos.forecast.training import Training

LEAST_UNITS = 0.5  # units are whole: less is none
ROWS = 80_000  # sold cells that weights are fitted on; more are thinned evenly
SURPRISE = 20.0  # times what the levels show: more is a freak that must not bend the weights
PRIOR_UNITS = 5.0  # units said to have come just as the pool alone foresaw
LEVELS = ("own", "pool", "given")  # signals that are in units themselves


@dataclass(frozen=True, eq=False)
class Lessons:
    """Columns and units at O origins, oldest first.

    Attributes
    ----------
    signals : (F,) names
        The signal of each column.
    columns : O lists of F arrays (1 or H, R, K) float32
    training : Training
    """

    signals: tuple[str, ...]
    columns: Sequence[Sequence[Float32Array]]
    training: Training

    @cached_property
    def units(self) -> Float32Array:
        """(O, steps, R, K) units that came after each origin."""
        return self.training.units

    @cached_property
    def sums(self) -> Float32Array:
        """(O, R, K) units that came in all the steps after each origin."""
        return self.training.sums

    @cached_property
    def totals(self) -> FloatArray:
        """(O, F) each column's units in the steps, over all cells."""
        return np.array([[self._total(column) for column in c] for c in self.columns]).reshape(
            len(self.columns), len(self.signals)
        )

    @cached_property
    def sold(self) -> list[tuple[IntArray, IntArray]]:
        """O times the steps and flat cells that sold, thinned evenly alike at all origins."""
        cells = self.sums[0].size if len(self.sums) else 1
        sold = [places_from(units.ravel(), LEAST_UNITS) for units in self.units]
        keep = max(1, -(-sum(map(len, sold)) // ROWS))
        return [divmod(place[o % keep :: keep], cells) for o, place in enumerate(sold)]

    @cached_property
    def rows(self) -> list[FloatArray]:
        """O times (N, F): the columns at the cells that sold."""
        return [
            np.column_stack([_take(column, *sold) for column in columns]).astype(np.float64)
            for columns, sold in zip(self.columns, self.sold, strict=True)
        ]

    def _total(self, column: Float32Array) -> float:
        """Return a column's units in the steps, summed over all cells that the listed stand for."""
        steps, weight = self.training.steps, self.training.weight
        if len(column) == 1:
            return steps * _add_up(column[0], weight)
        return _add_up(column[:steps].reshape(-1, column.shape[-1]), weight)

    def _summed(self, column: Float32Array) -> Float32Array:
        """Return a column's units (R, K) in the steps."""
        steps = self.training.steps
        if len(column) == 1:
            return np.asarray(column[0] * np.float32(steps))
        return np.asarray(column[:steps].sum(axis=0))

    def weigh(
        self, origins: IntArray, chosen: BoolArray, start: FloatArray | None = None
    ) -> FloatArray:
        """Return the weight (F,) of each column, learnt at some origins; 0 where not chosen."""
        signals = np.array(self.signals)
        prior = np.array([chosen[f] and name == "pool" for f, name in enumerate(signals)], float)
        if not prior.any():
            prior[np.flatnonzero(chosen)[0]] = 1.0
        rows, units, totals = [prior[None]], [np.array([PRIOR_UNITS])], PRIOR_UNITS * prior
        is_level = np.isin(signals, LEVELS) & chosen
        for origin in origins:
            came = _take(self.units[origin], *self.sold[origin]).astype(np.float64)
            thinning = self.sums[origin].sum(dtype=np.float64) / max(came.sum(), 1.0)
            foreseen = 1.0 + self.rows[origin][:, is_level].max(axis=1, initial=0.0)
            rows.append(self.rows[origin])
            units.append(np.minimum(came, SURPRISE * foreseen) * thinning)
            totals = totals + self.totals[origin]
        weights = np.zeros(len(signals))
        weights[chosen] = fit_weights(
            np.vstack(rows)[:, chosen],
            np.concatenate(units),
            totals[chosen],
            None if start is None else start[chosen],
        )
        return weights

    def foretell(self, chosen: BoolArray, learnt: FloatArray) -> Float32Array:
        """Return (O, steps, R, K) what could have been said at each origin.

        Its weights are learnt at the origins whose units had all come by then; where there is none,
        the weights (F,) ``learnt`` at all origins serve.
        """
        said = np.zeros(self.training.shape, dtype=np.float32)
        backs = np.array(self.training.backs)
        for origin, back in enumerate(self.training.backs):
            before = np.flatnonzero(backs >= back + self.training.steps)
            weights = self.weigh(before, chosen, learnt) if len(before) else learnt
            said[origin] = self.means(origin, weights)
        return said

    def means(self, origin: int, weights: FloatArray) -> Float32Array:
        """Return (1 or steps, R, K) what the weights would have said at an origin."""
        return np.asarray(stack_mean(self.columns[origin], weights, self.training.steps))

    def mean_sum(self, origin: int, weights: FloatArray) -> Float32Array:
        """Return (R, K) what the weights would have said of all steps after an origin."""
        return self._summed(self.means(origin, weights))


@serial_vector_kernel
def _add_up(values: Float32Array, weight: FloatArray) -> float:
    """Return the weighted sum of all values (M, K), in float64."""
    total = 0.0
    for row in range(values.shape[0]):
        for place in range(values.shape[1]):
            total += values[row, place] * weight[place]
    return total


def _take(values: Float32Array, step: IntArray, cell: IntArray) -> Float32Array:
    """Return the values (1 or steps, R, K) of steps and flat cells."""
    flat = values.reshape(len(values), -1)
    return np.asarray(flat[0][cell] if len(flat) == 1 else flat[step, cell])
