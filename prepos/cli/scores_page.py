"""Scores on one screen: what each model loses, how the judged one compares, width and speed."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from prepos.core.files_of_scores import LEVELS
from prepos.core.run import COVERAGE, SCORES, SPEEDS, RunFiles

KEY = ["model", "source"]
SPANS = {"next": "next period", "sum": "horizon's sum"}
SETS = {"sold": "cells that had sold before the cutoff", "all": "all region x SKU cells"}
BELOW, ABOVE = "green", "red"  # the judged model surely better, surely worse


def scores_page(files: RunFiles, folder: Path) -> RenderableType:
    """Return the tables: scores by set and span, scores by class, widths and speed."""
    scores, judged, cutoffs = files.frames[SCORES], files.kpis["judged"], files.kpis["cutoffs"]
    told = (
        f"\n{judged} against the rest, {files.kpis['scored_skus']:,} SKUs, "
        f"{len(cutoffs)} cutoffs from {cutoffs[0]} to {cutoffs[-1]}"
    )
    note = (
        f"In brackets: {judged}'s loss over the row's with its 95 % interval; below 1 {judged} is "
        "better,\nsurely so where the whole interval is (green); red is a sure loss. "
        "Bias: share forecast too much. Fill: share served locally from the same stock for all."
    )
    grids = [
        part
        for cells, words in SETS.items()
        for span in SPANS
        for part in _titled(
            f"{SPANS[span]}, {words}",
            ratio_grid(scores[(scores["cells"] == cells) & (scores["span"] == span)]),
        )
    ]
    return Group(
        Text(told, "bold"),
        Text(note, "dim"),
        *grids,
        *_titled("WQL of the horizon's sum by class of series", class_grid(scores)),
        *_titled(
            "widths (largest miss of a decile of the mean, points) and speed",
            speed_grid(files.frames[SPEEDS], files.frames[COVERAGE]),
        ),
        Text(f"The run: {folder}"),
    )


def _titled(title: str, grid: Table) -> tuple[RenderableType, ...]:
    """Return a grid under its title; nothing where it has no rows."""
    return (Text(f"\n{title}"), grid) if grid.row_count else ()


def ratio_grid(scores: pd.DataFrame) -> Table:
    """Return scores and ratios of one set and span."""
    grid = _grid("model", "WRMSSE", "", "WQL", "", "bias", "fill")
    for row in scores.to_dict("records"):
        grid.add_row(
            name_of(row["model"], row["source"]),
            f"{row['wrmsse']:.4f}",
            ratio_text(row, "wrmsse"),
            f"{row['wql']:.4f}",
            ratio_text(row, "wql"),
            f"{row['bias']:+.1%}",
            f"{row['fill']:.1%}",
        )
    return grid


def ratio_text(row: Mapping[Hashable, float], measure: str) -> Text:
    """Return a ratio with its interval, coloured where it is sure."""
    middle, low, high = (row[f"{measure}_ratio{end}"] for end in ("", "_low", "_high"))
    style = BELOW if high < 1 else ABOVE if low > 1 else "dim"
    return Text(f"[{middle:.3f}, {low:.3f}-{high:.3f}]", style)


def class_grid(scores: pd.DataFrame) -> Table:
    """Return the WQL of the sum by class of series, a column a class."""
    kept = scores[(scores["span"] == "sum") & ~scores["cells"].isin(SETS)]
    classes = list(dict.fromkeys(kept["cells"]))
    grid = _grid("model", *classes)
    for (model, source), part in kept.groupby(KEY, sort=False):
        of_class = part.set_index("cells")["wql"]
        grid.add_row(
            name_of(str(model), str(source)), *(f"{of_class[name]:.4f}" for name in classes)
        )
    return grid


def speed_grid(speeds: pd.DataFrame, coverage: pd.DataFrame) -> Table:
    """Return the largest miss of each model's coverage, and how fast it is."""
    levels = np.array(LEVELS) / 100.0
    misses = coverage[[*KEY, "span"]].assign(
        miss=np.abs(coverage[[f"below_{level}" for level in LEVELS]].to_numpy() - levels).max(
            axis=1
        )
    )
    largest = misses.groupby([*KEY, "span"])["miss"].max()
    grid = _grid("model", *SPANS.values(), "seconds", "series a second", "times ours")
    for row in speeds.to_dict("records"):
        found = [largest.get((row["model"], row["source"], span)) for span in SPANS]
        grid.add_row(
            name_of(row["model"], row["source"]),
            *("" if miss is None else f"{100 * miss:.1f}" for miss in found),
            f"{row['seconds']:.2f}",
            f"{row['series_per_second']:,.0f}",
            f"{row['times']:.2f}",
        )
    return grid


def name_of(model: str, source: str) -> Text:
    """Return a model's name; peers are marked."""
    return Text(model) if source == "ours" else Text(f"{model} (peer)")


def _grid(*headings: str) -> Table:
    """Return an empty grid: names to the left, numbers to the right."""
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, heading in enumerate(headings):
        grid.add_column(heading, justify="left" if number == 0 else "right", no_wrap=True)
    return grid
