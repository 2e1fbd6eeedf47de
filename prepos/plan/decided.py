"""A decision that could be handed over: its vehicles packed, and the way to see it through."""

from __future__ import annotations

from dataclasses import dataclass

from prepos.plan.decision import Decision
from prepos.plan.frame import Frame
from prepos.plan.loads import Packing, vehicles_used
from prepos.plan.outcome import Outcome, make_outcome
from prepos.plan.problem import Problem
from prepos.plan.transport.build import Transport

SAME = 1e-9  # relative: costs that differ by less are the same


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Decided:
    """A decision whose vehicles are packed, how it was found, and the bound of the problem."""

    decision: Decision
    packing: Packing
    method: str
    bound: float


def see_through(
    problem: Problem, frame: Frame, transport: Transport, decided: Decided, nothing: Outcome
) -> Outcome:
    """Return the outcome of a packed decision."""
    return make_outcome(
        problem,
        frame,
        transport,
        decided.decision.flows,
        vehicles=vehicles_used(decided.packing, len(problem.departures)),
        closing_without=nothing.targets.closing,
    )
