"""Which region each place of the orders belongs to, and what belongs to none."""

from __future__ import annotations

from dataclasses import dataclass

from prepos.core.faults import Findings
from prepos.core.types import IntArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Placement:
    """Places of the order lines, put on the map.

    Attributes
    ----------
    region_of_place : (P,) int
        Position of the region by row of ``Inputs.places``, -1 where it falls nowhere.
    lines : int
        Order lines looked at.
    lines_nowhere, units_nowhere : int, float
        Order lines, and the units they ask for, that no region holds.
    disagreements : int
        Order lines whose region_id, point and postal code do not name one region.
    findings : Findings
        Notices only: places that fall nowhere, disagreements, nodes and regions left out.
    """

    region_of_place: IntArray
    lines: int
    lines_nowhere: int
    units_nowhere: float
    disagreements: int
    findings: Findings
