"""What events do to demand, learnt from the periods that they touched.

A period's units are compared with those of the ordinary periods around it. The logarithm of an
event's effect is a sum of what its kind does, what its kind does to the category, what the event
does, what it does to the category, and what its kind does to the SKU where it is a SKU's; each part
is shrunk to nothing by as much as the scatter of ordinary periods and the likeness of the parts
call for (empirical Bayes). So an event that is new takes the effect of its kind, a SKU that is new
that of its category, and a kind that is new has none. Events that share a period share the
difference that they make.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.linalg import cg

from prepos.core.demand import History
from prepos.core.types import FloatArray, IntArray
from prepos.signals.calendar import KINDS, Occurrences, Series
from prepos.signals.event_history import Observed, Ordinary, observe

LEAST, MOST = 0.1, 10.0  # a factor is never beyond them
SPREADS = (0.5, 0.2, 0.5, 0.3, 0.3)  # prior standard deviation of each part of the logarithm
LEAST_SPREAD = 0.02
FIXED = 1e12  # penalty that keeps a part at nothing
LIMIT = 4.0  # of the logarithm of a whole period's effect
PARTS = len(SPREADS)
NO_SKU = PARTS  # level of the part of what is not one SKU: it does nothing
STEPS = 10  # of the fit; each is a Gauss-Newton step and a new look at the spreads


@dataclass(frozen=True, slots=True, eq=False)
class EventFactors:
    """What all events together do to M pairs of series and column; value (M,) is above 0."""

    series: IntArray
    column: IntArray
    value: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """Which parts (M, 5) the effect of each of M terms is the sum of, and the row it acts on."""

    row: IntArray
    part: IntArray
    share: FloatArray

    def logs(self, values: FloatArray, rows: int) -> tuple[FloatArray, FloatArray]:
        """Return the logarithm (rows,) of all terms' factors, and its slope by each term's."""
        effect = np.exp(np.clip(values[self.part].sum(axis=1), -LIMIT, LIMIT))
        factor = 1.0 + (effect - 1.0) * self.share
        logs = np.asarray(np.bincount(self.row, np.log(factor), minlength=rows), dtype=np.float64)
        return logs, effect * self.share / factor


def event_factors(
    occurrences: Occurrences,
    series: Series,
    history: History,
    *,
    ordinary: Ordinary,
    until: int,
) -> EventFactors:
    """Return the factor of every series and period that an event touches.

    Parameters
    ----------
    occurrences : Occurrences
    series : Series
    history : History
        Of which the cells are used.
    ordinary : Ordinary
    until : int
        Only the columns before it are learnt from.

    References
    ----------
    Breslow and Clayton (1993), JASA 88(421), 9-25: a Poisson regression with random effects by
    penalised quasi-likelihood; the variances by the step of expectation and maximisation.
    """
    observed = observe(occurrences, series, history, ordinary=ordinary, until=until)
    learnt = _terms(occurrences, series, observed.series, observed.column, wider=True)
    names, part = np.unique(learnt.part, return_inverse=True)
    values = fit_effects(
        observed, Terms(learnt.row, part.reshape(-1, PARTS), learnt.share), _level(names, series)
    )
    columns = _columns(occurrences)
    own = occurrences.series > 0
    pairs = np.unique(occurrences.series[own] * columns + occurrences.column[own])
    number, column = np.divmod(pairs, columns)
    terms = _terms(occurrences, series, number, column, wider=False)
    names, values = np.append(names, np.iinfo(np.int64).max), np.append(values, 0.0)
    place = np.searchsorted(names, terms.part)
    place = np.where(names[place] == terms.part, place, len(names) - 1)
    logs, _ = Terms(terms.row, place, terms.share).logs(values, len(pairs))
    return EventFactors(number, column, np.clip(np.exp(logs), LEAST, MOST))


def fit_effects(observed: Observed, terms: Terms, level: IntArray) -> FloatArray:
    """Return the value (P,) of each part of the logarithm of the effects.

    Parameters
    ----------
    observed : Observed
    terms : Terms
        Parts numbered 0 to P - 1.
    level : (P,) int
        Which of the five each part is; their values are spread alike.
    """
    rows, parts = len(observed.units), len(level)
    values = np.zeros(parts)
    first = np.array(SPREADS)
    variance = first**2
    entry, part = np.repeat(np.arange(len(terms.row)), PARTS), terms.part.ravel()
    for _ in range(STEPS):
        logs, slope = terms.logs(values, rows)
        mean = observed.expected * np.exp(np.clip(logs, -LIMIT, LIMIT))
        weight = mean / (observed.scatter + observed.spread * mean)
        design = sparse.csr_array((slope[entry], (terms.row[entry], part)), shape=(rows, parts))
        penalty = np.append(1.0 / variance, FIXED)[level]
        gradient = design.T @ (weight * (observed.units / mean - 1.0)) - penalty * values
        curvature = sparse.csr_array(design.T @ sparse.diags_array(weight) @ design)
        curvature = sparse.csr_array(curvature + sparse.diags_array(penalty))
        diagonal = curvature.diagonal()
        step, _ = cg(
            curvature, gradient, rtol=1e-9, maxiter=500, M=sparse.diags_array(1.0 / diagonal)
        )
        values = values + np.clip(step, -1.0, 1.0)
        squares = np.bincount(level, values**2 + 1.0 / diagonal, minlength=PARTS)[:PARTS]
        count = np.bincount(level, minlength=PARTS)[:PARTS]
        variance = (first**2 + squares) / (1.0 + count)
        variance = np.maximum(variance, LEAST_SPREAD**2)
    return values


def _terms(
    occurrences: Occurrences, series: Series, number: IntArray, column: IntArray, *, wider: bool
) -> Terms:
    """Return the events in each pair of series and column; the wider series' too if asked for."""
    columns = _columns(occurrences)
    key = occurrences.series * columns + occurrences.column
    rows, found, holders = [], [], []
    for holder in series.covers(number) if wider else number[None]:
        wanted = holder * columns + column
        begin = np.searchsorted(key, wanted, side="left")
        count = np.where(holder >= 0, np.searchsorted(key, wanted, side="right") - begin, 0)
        row = np.repeat(np.arange(len(number)), count)
        rows.append(row)
        found.append(np.arange(len(row)) - (np.cumsum(count) - count - begin)[row])
        holders.append(holder[row])
    row, place = np.concatenate(rows), np.concatenate(found)
    event = occurrences.event[place]
    kind, groups = occurrences.kind[event], series.categories + 1
    _, group, sku = series.decode(np.concatenate(holders))
    skus = len(series.category) + 1
    group = np.where(group < 0, series.categories, group)
    starts = _part_starts(series)
    part = np.stack(
        [
            kind,
            starts[1] + kind * groups + group,
            starts[3] + 2 * event,
            starts[3] + 2 * (event * groups + group) + 1,  # beside the event's own, without end
            starts[2] + kind * skus + np.where(sku < 0, skus - 1, sku),
        ],
        axis=1,
    )
    return Terms(row, part, occurrences.share[place])


def _part_starts(series: Series) -> tuple[int, int, int, int]:
    """Return the first number of the parts of kinds, kind and category, kind and SKU, and events.

    The last SKU of a kind stands for what is not one SKU.
    """
    of_sku = len(KINDS) * (series.categories + 2)
    return 0, len(KINDS), of_sku, of_sku + len(KINDS) * (len(series.category) + 1)


def _level(names: IntArray, series: Series) -> IntArray:
    """Return which of the five parts each number is, ``NO_SKU`` for that of no SKU."""
    _, second, third, fourth = _part_starts(series)
    skus = len(series.category) + 1
    of_sku = np.where((names - third) % skus == skus - 1, NO_SKU, 4)
    known = [names < second, names < third, names < fourth]
    return np.select(known, [0, 1, of_sku], 2 + (names - fourth) % 2)


def _columns(occurrences: Occurrences) -> int:
    """Return a number of columns that holds every occurrence's."""
    return int(occurrences.column.max()) + 1
