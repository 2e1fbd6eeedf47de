"""Which signals the forecast is made of: what trying each of them told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import RenderableType
    from rich.text import Text

ALWAYS = "always: the others are tried beside it"


def signal_rows(fitted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return signal, stays, gain, sure and reason of each signal; empty where none was tried."""
    trials: list[dict[str, Any]] = list(fitted.get("trials", ()))
    tried = {trial["signal"] for trial in trials}
    basic = dict.fromkeys(column["signal"] for column in fitted.get("columns", ()))
    if not trials:
        return []
    nothing = {"stays": True, "gain": None, "sure": None, "reason": ALWAYS}
    return [{"signal": name, **nothing} for name in basic if name not in tried] + trials


def signals_facts(fitted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the JSON tells of the fit: its cutoff, and each signal's trial."""
    return {"fitted_at": fitted["cutoff"], "signals": signal_rows(fitted)} if fitted else {}


def signals_table(fitted: Mapping[str, Any]) -> RenderableType | None:
    """Return a row for each signal, those that stay first; None where none was tried."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    rows = signal_rows(fitted)
    if not rows:
        return None
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, caption_justify="left")
    for heading in ("signal", "stays", "gain", "sure", "why"):
        table.add_column(heading, justify="right" if heading in ("gain", "sure") else "left")
    for row in sorted(rows, key=lambda row: not row["stays"]):
        table.add_row(
            Text(row["signal"]),
            "yes" if row["stays"] else "no",
            "" if row["gain"] is None else f"{row['gain']:+.2%}",
            "" if row["sure"] is None else f"{row['sure']:.0%}",
            Text(row["reason"]),
            style="" if row["stays"] else "dim",
        )
    if carried := carried_on(fitted):
        table.caption = carried
    return table


def signals_line(fitted: Mapping[str, Any]) -> Text:
    """Return in a line which signals stayed and which were left out; empty where none was tried."""
    from rich.text import Text

    rows = signal_rows(fitted)
    if not rows:
        return Text()
    stayed = ", ".join(row["signal"] for row in rows if row["stays"])
    out = ", ".join(row["signal"] for row in rows if not row["stays"]) or "none"
    return Text(f"Signals that stayed: {stayed}; left out: {out}.")


def carried_on(fitted: Mapping[str, Any]) -> str:
    """Return that an earlier fit is carried on, if it is."""
    now = (fitted.get("state") or {}).get("cutoff", fitted["cutoff"])
    if now == fitted["cutoff"]:
        return ""
    return f"fitted at {fitted['cutoff']} and carried on to {now}"
