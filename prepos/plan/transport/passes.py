"""Passes over all SKUs: asked for at prices, in whole cases where some are, and read again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.asked import answer_each, read_flows
from prepos.plan.transport.batch import Flows, answer, blocks_of
from prepos.plan.transport.cases import Cases, send_whole
from prepos.plan.transport.climb import Pass, Search, prove
from prepos.plan.transport.listing import join_flows, list_sent
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.sent import Sent, answer_sent, join_sent, sent_by

AT_ONCE = 4000  # SKUs that are rounded at once
SUMMED = 100_000  # SKUs whose answers are added up at once

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


def offer(
    problem: TransportProblem, search: Search, cases: Cases, prices: FloatArray, skus: IntArray
) -> Pass:
    """Return a pass that some SKUs (J,), rising, can be given; in whole cases if they matter."""
    asked = Pass(prices, np.zeros(0), np.zeros((0, len(prices))))
    if not cases.matter:
        return asked
    best = sent_by(problem, read_flows(problem, prices, search.value, skus))
    return replace(asked, sent=send_whole(problem, prices, best, cases))


def ask_some(
    problem: TransportProblem, search: Search, cases: Cases, prices: FloatArray, skus: IntArray
) -> Pass:
    """Return a pass over some SKUs (J,), rising, as one block; in whole cases if they matter."""
    asked = offer(problem, search, cases, prices, skus)
    cost, use = answer_pass(problem, search, asked, skus)
    return replace(asked, cost=cost.sum(keepdims=True), use=use.sum(axis=0, keepdims=True))


def answer_pass(
    problem: TransportProblem, search: Search, asked: Pass, skus: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return what SKUs (J,), rising, cost in a pass, prices left out, and take (J, S)."""
    return answer_passes(problem, search, [asked], np.zeros_like(skus), skus)


def answer_passes(
    problem: TransportProblem,
    search: Search,
    passes: Sequence[Pass],
    number: IntArray,
    skus: IntArray,
) -> tuple[FloatArray, FloatArray]:
    """Return what SKUs (J,), rising, cost, prices left out, and take (J, S), each in its pass."""
    cost, use = np.zeros(len(skus)), np.zeros((len(skus), len(problem.limit)))
    plain, in_cases = sort_out(passes, number)
    prices = np.stack([each.prices for each in passes])
    cost[plain], use[plain] = answer_each(problem, prices, search.value, skus[plain], number[plain])
    for each, sent, mine in in_cases:
        cost[mine], use[mine] = answer_sent(problem, each.prices, skus[mine], sent.of(skus[mine]))
    return cost, use


def read_passes(
    problem: TransportProblem,
    search: Search,
    passes: Sequence[Pass],
    number: IntArray,
    skus: IntArray,
) -> Flows:
    """Return the flows of SKUs (J,), rising, each in its pass (J,)."""
    plain, in_cases = sort_out(passes, number)
    prices = np.stack([each.prices for each in passes])
    parts = [read_flows(problem, prices, search.value, skus[plain], number[plain])]
    for each, sent, mine in in_cases:
        parts.append(list_sent(problem, each.prices, skus[mine], sent.of(skus[mine])))
    return join_flows(parts)


def sort_out(
    passes: Sequence[Pass], number: IntArray
) -> tuple[IntArray, list[tuple[Pass, Sent, IntArray]]]:
    """Return the positions (of J) in passes at prices, and those in each pass of whole cases."""
    in_cases = [
        (each, each.sent, mine)
        for position, each in enumerate(passes)
        if each.sent is not None and len(mine := np.flatnonzero(number == position))
    ]
    plain = np.ones(len(number), dtype=np.bool_)
    for _, _, mine in in_cases:
        plain[mine] = False
    return np.flatnonzero(plain), in_cases


def sum_passes(
    problem: TransportProblem, search: Search, passes: Sequence[Pass], number: IntArray
) -> tuple[float, FloatArray]:
    """Return what all SKUs cost and take (S,), each in its pass (K,)."""
    cost, use = 0.0, np.zeros(len(problem.limit))
    for start in range(0, len(problem), SUMMED):
        skus = np.arange(start, min(start + SUMMED, len(problem)))
        spent, taken = answer_passes(problem, search, passes, number[skus], skus)
        cost, use = cost + float(spent.sum()), use + taken.sum(axis=0)
    return cost, use
