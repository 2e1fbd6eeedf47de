"""Other answers given, one SKU or two at a time, while all together then costs less.

What is beyond a limit is paid for at a multiple of the row's price. First the single changes that
lower what is paid, the best one each time; where none does, two at once of those that lose least,
so that one makes the room that the other takes. The multiple rises until the limits hold.

References
----------
Aarts and Lenstra (1997), Local Search in Combinatorial Optimization, Wiley, chapter 1: best
improvement over neighbourhoods of growing size.
"""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.mix import KEPT

PAIRED = 300  # changes of one SKU that are tried two at a time
STEPS = 400  # at most, at each multiple
FACTORS = (2.0, 8.0, 64.0, 1024.0)  # of the row prices, that what is beyond a limit is paid at
NEARER = 1e-9  # relative: what lowers the sum by less is no change


def exchange(
    cost: FloatArray,
    use: FloatArray,
    given: IntArray,
    room: FloatArray,
    prices: FloatArray,
    ceiling: FloatArray,
) -> IntArray:
    """Return each SKU's answer (J,), from those given on, so that the limits hold if they can.

    Parameters
    ----------
    cost, use : (N, J) float, (N, J, S) float
        Of N answers of each SKU.
    room : (S,) float
        What all of them may take together.
    prices, ceiling : (S,) float
        Currency per unit of a row: about what one is worth, and the most that one can cost.
    """
    found, over = given.copy(), -room.copy()
    cost, use = np.ascontiguousarray(cost), np.ascontiguousarray(use)
    _add_up(use, found, over)
    beyond = KEPT * (1.0 + np.abs(room))
    for factor in FACTORS:
        _descend(cost, use, found, over, prices, np.minimum(factor * prices, ceiling))
        if not (over > beyond).any():
            break
    return found


@serial_kernel
def _add_up(use: FloatArray, given: IntArray, over: FloatArray) -> None:
    """Add what the answers given take."""
    for sku in range(len(given)):
        for row in range(len(over)):
            over[row] += use[given[sku], sku, row]


@serial_kernel
def _descend(
    cost: FloatArray,
    use: FloatArray,
    given: IntArray,
    over: FloatArray,
    prices: FloatArray,
    weight: FloatArray,
) -> None:
    """Change answers while that lowers cost and what is paid for ``over`` (S,); both are kept up.

    ``over`` is what is taken beyond the room; below 0 where some is left.
    """
    answers, skus = cost.shape
    close, rise = 0.0, np.empty(answers * skus)
    for sku in range(skus):
        close = max(close, NEARER * abs(cost[given[sku], sku]))
        _rises(cost, use, given[sku], sku, prices, rise)
    for _ in range(STEPS):
        paid = _paid(over, weight)
        best, least = -1, -close
        for sku in range(skus):
            now = given[sku]
            for answer in range(answers):
                if answer == now:
                    continue
                lost = cost[answer, sku] - cost[now, sku] - paid
                for row in range(len(over)):
                    if lost >= least:
                        break  # what else is paid only adds to it
                    after = over[row] + use[answer, sku, row] - use[now, sku, row]
                    lost += weight[row] * max(after, 0.0)
                if lost < least:
                    best, least = answer * skus + sku, lost
        if best >= 0:
            _change(use, given, over, best)
            _rises(cost, use, given[best % skus], best % skus, prices, rise)
            continue
        near = np.argsort(rise)[:PAIRED]
        pair = _best_pair(cost, use, given, over, weight, near, close)
        if pair[0] < 0:
            return
        for change in pair:
            _change(use, given, over, change)
            _rises(cost, use, given[change % skus], change % skus, prices, rise)


@serial_kernel
def _paid(over: FloatArray, weight: FloatArray) -> float:
    """Return what is paid for what is beyond the limits."""
    total = 0.0
    for row in range(len(over)):
        total += weight[row] * max(over[row], 0.0)
    return float(total)


@serial_kernel
def _rises(
    cost: FloatArray, use: FloatArray, now: int, sku: int, prices: FloatArray, rise: FloatArray
) -> None:
    """Set what each other answer of a SKU costs more when what it takes is paid at the prices."""
    for answer in range(len(cost)):
        rise[answer * cost.shape[1] + sku] = np.inf
        if answer != now:
            rise[answer * cost.shape[1] + sku] = _reduced(cost, use, now, answer, sku, prices)


@serial_kernel
def _reduced(
    cost: FloatArray, use: FloatArray, now: int, then: int, sku: int, prices: FloatArray
) -> float:
    """Return what another answer costs more when what it takes is paid at the prices."""
    total = cost[then, sku] - cost[now, sku]
    for row in range(len(prices)):
        total += prices[row] * (use[then, sku, row] - use[now, sku, row])
    return float(total)


@serial_kernel
def _best_pair(
    cost: FloatArray,
    use: FloatArray,
    given: IntArray,
    over: FloatArray,
    weight: FloatArray,
    near: IntArray,
    close: float,
) -> tuple[int, int]:
    """Return the two of some changes that together lower what is paid most; -1 where none do."""
    skus, rows = len(given), len(over)
    step, rise = np.empty((len(near), rows)), np.empty(len(near))
    for number in range(len(near)):
        then, sku = divmod(near[number], skus)
        rise[number] = cost[then, sku] - cost[given[sku], sku]
        for row in range(rows):
            step[number, row] = use[then, sku, row] - use[given[sku], sku, row]
    one, other, least = -1, -1, -close
    after, paid = np.empty(rows), _paid(over, weight)
    for first in range(len(near)):
        for row in range(rows):
            after[row] = over[row] + step[first, row]
        for second in range(first):
            if near[first] % skus == near[second] % skus:
                continue
            lost = rise[first] + rise[second] - paid
            for row in range(rows):
                if lost >= least:
                    break
                lost += weight[row] * max(after[row] + step[second, row], 0.0)
            if lost < least:
                one, other, least = near[first], near[second], lost
    return one, other


@serial_kernel
def _change(use: FloatArray, given: IntArray, over: FloatArray, change: int) -> None:
    """Give a SKU another answer; the change tells which, and whose."""
    then, sku = divmod(change, len(given))
    for row in range(len(over)):
        over[row] += use[then, sku, row] - use[given[sku], sku, row]
    given[sku] = then
