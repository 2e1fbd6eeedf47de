"""Passes over all SKUs of a foreseen course, each remembered with what it looks like."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from prepos.core.types import FloatArray
from prepos.plan.foresight.answer import serve_blocks
from prepos.plan.foresight.problem import Foreseen
from prepos.plan.foresight.telling import PARTS
from prepos.plan.transport.batch import blocks_of
from prepos.plan.transport.climb import Pass, Search, prove


class Teller:
    """Answers at prices, and what each of them looks like, in the order of asking."""

    def __init__(self, foreseen: Foreseen, search: Search, tick: Callable[[], None]) -> None:
        self._foreseen = foreseen
        self._search = search
        self._tick = tick
        self._told: list[FloatArray] = []

    def answer(self, prices: FloatArray, value: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return cost (B,), prices included, and use (B, S) by block of SKUs.

        ``value`` (M,) of the sources is where the search starts, and is set anew.
        """
        of = self._foreseen
        edges = blocks_of(len(of))
        cost, use = np.zeros(len(edges) - 1), np.zeros((len(edges) - 1, len(prices)))
        told = np.zeros((len(cost), PARTS, of.periods))
        known = np.append(prices, 0.0)  # position -1, no row, costs nothing
        serve_blocks(
            of.periods,
            of.supply,
            of.wants,
            of.arcs,
            of.slots,
            of.tariff,
            known[of.arcs.rows[:, :3]].sum(axis=1),
            known[of.arcs.rows[:, 3]],
            known[of.slots.storage_row],
            edges,
            value,
            cost,
            use,
            told,
        )
        self._told.append(told)
        return cost, use

    def ask(self, prices: FloatArray) -> Pass:
        """Return a pass at other prices; a better bound is kept."""
        search = self._search
        cost, use = self.answer(prices, search.value)
        bound = prove(self._foreseen, prices, cost)
        if bound > search.bound:
            search.bound, search.prices, search.use = bound, prices, use.sum(axis=0)
        self._tick()
        return Pass(prices, cost - (use * prices).sum(axis=1), use)

    def mix(self, share: FloatArray) -> FloatArray:
        """Return the parts (PARTS, P) of all passes, each block's in shares, pass by pass."""
        told = np.array(self._told)
        parts = np.einsum("ab,abcp->cp", share.reshape(told.shape[:2]), told)
        return np.asarray(parts, dtype=np.float64)
