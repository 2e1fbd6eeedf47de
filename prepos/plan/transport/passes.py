"""Passes over all SKUs: asked for at prices, in whole cases where some are, and read again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.batch import Flows, answer, answer_each, blocks_of, read_flows
from prepos.plan.transport.cases import Cases, send_whole
from prepos.plan.transport.climb import Pass, Search, prove
from prepos.plan.transport.listing import join_flows, list_sent
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.sent import answer_sent, join_sent, sent_by

AT_ONCE = 4000  # SKUs that are rounded at once

Ask = Callable[[FloatArray], Pass]  # a pass at prices (S,)


def ask(problem: TransportProblem, search: Search, prices: FloatArray) -> Pass:
    """Return a pass over all SKUs at other prices; a better bound is kept."""
    cost, use = answer(problem, prices, search.value.copy())
    bound = prove(problem, prices, cost)
    if bound > search.bound:
        search.bound, search.prices, search.use = bound, prices, use.sum(axis=0)
    return Pass(prices, cost - (use * prices).sum(axis=1), use)


def ask_whole(problem: TransportProblem, search: Search, cases: Cases, prices: FloatArray) -> Pass:
    """Return a pass over all SKUs in whole cases."""
    edges = blocks_of(len(problem))
    block = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
    cost, use = np.zeros(len(edges) - 1), np.zeros((len(edges) - 1, len(prices)))
    parts = []
    for start in range(0, len(problem), AT_ONCE):
        skus = np.arange(start, min(start + AT_ONCE, len(problem)))
        best = sent_by(problem, read_flows(problem, prices, search.value, skus))
        parts.append(send_whole(problem, prices, best, cases))
        spent, taken = answer_sent(problem, prices, skus, parts[-1].of(skus))
        np.add.at(cost, block[skus], spent)
        np.add.at(use, block[skus], taken)
    return Pass(prices, cost, use, join_sent(parts))


def unasked(prices: FloatArray) -> Pass:
    """Return a pass of which nothing is known yet: SKUs answer in it one by one."""
    return Pass(prices, np.zeros(0), np.zeros((0, len(prices))))


def ask_some(
    problem: TransportProblem, search: Search, cases: Cases, prices: FloatArray, skus: IntArray
) -> Pass:
    """Return a pass over some SKUs (J,), rising, as one block; in whole cases where they matter."""
    asked = unasked(prices)
    if cases.matter:
        best = sent_by(problem, read_flows(problem, prices, search.value, skus))
        asked = replace(asked, sent=send_whole(problem, prices, best, cases))
    cost, use = answer_pass(problem, search, asked, skus)
    return replace(asked, cost=cost.sum(keepdims=True), use=use.sum(axis=0, keepdims=True))


def answer_pass(
    problem: TransportProblem, search: Search, asked: Pass, skus: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return what SKUs (J,), rising, cost in a pass, prices left out, and take (J, S)."""
    if asked.sent is None:
        return answer_each(problem, asked.prices, search.value, skus)
    return answer_sent(problem, asked.prices, skus, asked.sent.of(skus))


def read_pass(problem: TransportProblem, search: Search, asked: Pass, skus: IntArray) -> Flows:
    """Return the flows of SKUs (J,), rising, in a pass."""
    if asked.sent is None:
        return read_flows(problem, asked.prices, search.value, skus)
    return list_sent(problem, asked.prices, skus, asked.sent.of(skus))


def answers_of(
    problem: TransportProblem,
    search: Search,
    passes: Sequence[Pass],
    number: IntArray,
    skus: IntArray,
) -> tuple[FloatArray, FloatArray]:
    """Return what SKUs (J,), rising, cost and take (J, S) by the passes (K,) that all are given."""
    cost, use = np.zeros(len(skus)), np.zeros((len(skus), len(problem.limit)))
    for position, mine in by_pass(skus, number):
        at = np.searchsorted(skus, mine)
        cost[at], use[at] = answer_pass(problem, search, passes[position], mine)
    return cost, use


def chosen_answers(
    problem: TransportProblem,
    search: Search,
    passes: Sequence[Pass],
    number: IntArray,
    skus: IntArray | None = None,
) -> tuple[float, FloatArray]:
    """Return what SKUs, all by default, cost and take (S,) by the passes (K,) they are given."""
    asked = np.arange(len(problem)) if skus is None else skus
    cost, use = 0.0, np.zeros(len(problem.limit))
    for position, mine in by_pass(asked, number):
        spent, taken = answer_pass(problem, search, passes[position], mine)
        cost, use = cost + float(spent.sum()), use + taken.sum(axis=0)
    return cost, use


def chosen_flows(
    problem: TransportProblem, search: Search, passes: Sequence[Pass], number: IntArray
) -> Flows:
    """Return the flows of all SKUs by the passes (K,) they are given."""
    parts = [
        read_pass(problem, search, passes[position], mine)
        for position, mine in by_pass(np.arange(len(problem)), number)
    ]
    return join_flows(parts)


def by_pass(skus: IntArray, number: IntArray) -> list[tuple[int, IntArray]]:
    """Return each pass that some of the SKUs (J,) are given, and those, rising."""
    order = np.argsort(number[skus], kind="stable")
    given, first = np.unique(number[skus][order], return_index=True)
    edges = [*first.tolist(), len(skus)]
    parts = [np.sort(skus[order[start:end]]) for start, end in pairwise(edges)]
    return list(zip(given.tolist(), parts, strict=True))
