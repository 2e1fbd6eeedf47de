"""A decision: whose units go where for whom, and the prices that prove how good it is."""

from __future__ import annotations

from dataclasses import dataclass

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.batch import Flows


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Decision:
    """What was decided, and the proof.

    Attributes
    ----------
    flows : Flows
        Positions are those of the ``Transport`` that was decided on.
    vehicles : (D,) int
        By departure.
    over : (S,) float
        By how much each shared row is not kept.
    prices : (S,) float
    value : (M,) float
        Of the shared rows, and of one more unit of each source.
    certified : float
        Currency: what these prices prove that no plan costs less than.
    bound : float
        What is known that no plan costs less than: ``certified``, or more by a solver's word.
    """

    flows: Flows
    vehicles: IntArray
    over: FloatArray
    prices: FloatArray
    value: FloatArray
    certified: float
    bound: float
