"""Sentences of doubt: what a plan holds back, why it moves little, what harder times make of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from prepos.plan.options import LEAST_SAVING

NEAR = 0.9  # share of demand served by the nearest node as it is: stock then lies near
ALIKE = 0.03  # share of demand that is other than one mix for all: regions then buy alike


def held_line(kpis: Mapping[str, Any]) -> Text:
    """Return what the guard held back and what it would have been worth; empty where nothing."""
    held = kpis["held_back"]
    if not held:
        return Text()
    text = Text("Held back: ", style="bold yellow")
    moves = f"{counted(held['lines'], 'transfer')} of {counted(held['units'], 'unit')}"
    return text.append(
        f"{moves}, expected to save {held['saving']:,.2f} {kpis['currency']} together: "
        f"{held['share']:.2%} of what doing nothing costs, and moves are handed over from "
        f"{LEAST_SAVING:.0%} on (--set plan.guard=false hands them over).",
        style="default",
    )


def why_little(kpis: Mapping[str, Any], moved: int) -> Text:
    """Return why little or nothing is to be gained by moving; empty where moves are handed over."""
    if moved and not kpis["held_back"]:
        return Text()
    return Text("Why: ", style="bold").append(f"{'; '.join(reasons(kpis))}.", style="default")


def reasons(kpis: Mapping[str, Any]) -> list[str]:
    """Return what holds of doing nothing, and of how alike regions buy."""
    still, unlike = kpis["nothing"], kpis["forecast"]["unlike_share"]
    near, served = f"{still['local_share']:.0%}", f"{still['fill_rate']:.0%}"
    if still["local_share"] >= NEAR:
        told = [f"stock lies near already, {near} of demand is served by the nearest node as it is"]
    else:
        told = [
            f"as it is, {served} of demand is served from stock and {near} by the nearest node",
            "moving costs about what it would save",
        ]
    if unlike < ALIKE:
        told.append(
            f"regions buy alike, {unlike:.1%} of their demand is other than one mix for all"
        )
    return told


def stress_line(kpis: Mapping[str, Any], moved: int) -> Text:
    """Return what the moves save where things come otherwise; empty where nothing moves."""
    if not moved:
        return Text()
    told = [
        f"{stressed(case)} {case['saving']:+,.0f} {kpis['currency']} ({case['share']:+.1%})"
        for case in kpis["stress"]
    ]
    text = Text("Under stress the same moves save: ", style="bold")
    return text.append(f"{', '.join(told)}.", style="default")


def stressed(case: Mapping[str, float]) -> str:
    """Return what is otherwise."""
    demand, lead_time = case["demand"], case["lead_time"]
    return f"demand x {demand:g}" if demand != 1 else f"lead times x {lead_time:g}"


def counted(number: float, noun: str) -> str:
    """Return "1 unit", "2,000 units"."""
    return f"{number:,.0f} {noun}{'' if number == 1 else 's'}"
