"""A backtest's findings as the tables of its run.

Here and not with the other tables' makers because a station does not know another's nouns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from prepos.core.run import COVERAGE, RUN_TABLES, SCORES, SCORES_BY_CUTOFF, SPEEDS
from prepos.forecast.backtest import Result
from prepos.forecast.coverage import COVERED
from prepos.forecast.standings import Score, Standing


def scores_frame(standings: Sequence[Standing]) -> pd.DataFrame:
    """Return ``scores.csv``: a row for each model, set of cells and span."""
    return _frame(SCORES, [{**_scores(each), **_ratios(each)} for each in standings])


def scores_by_cutoff_frame(scores: Sequence[tuple[date, Score]]) -> pd.DataFrame:
    """Return ``scores.parquet``: the same without ratios, a row more for each cutoff."""
    rows = [{"cutoff": np.datetime64(cutoff, "s"), **_scores(each)} for cutoff, each in scores]
    return _frame(SCORES_BY_CUTOFF, rows)


def coverage_frame(results: Sequence[Result]) -> pd.DataFrame:
    """Return ``coverage.csv``: a row for each model, span and decile of the mean."""
    rows = [
        {
            **_of(result.name, result.is_peer),
            "span": span,
            "decile": decile + 1,
            "cells": int(found.cells[decile]),
            "mean": float(found.mean[decile]),
            "units": float(found.units[decile]),
            **{
                f"below_{level * 100:.0f}": float(share)
                for level, share in zip(COVERED, found.share[decile], strict=True)
            },
        }
        for result in results
        for span, found in result.coverage.items()
        for decile in range(len(found.cells))
    ]
    return _frame(COVERAGE, rows)


def speeds_frame(results: Sequence[Result], judged: str) -> pd.DataFrame:
    """Return ``speeds.csv``: a row for each model."""
    (ours,) = (each for each in results if each.name == judged and not each.is_peer)
    rows = [
        {
            **_of(each.name, each.is_peer),
            "series": each.series,
            "fit_seconds": each.fit_seconds,
            "seconds": each.seconds,
            "series_per_second": each.series / each.seconds,
            "times": (each.seconds / each.series) / (ours.seconds / ours.series),
        }
        for each in results
    ]
    return _frame(SPEEDS, rows)


def _frame(file: str, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Return the rows with the contract's columns."""
    return pd.DataFrame(rows, columns=list(RUN_TABLES[file]))


def _of(name: str, is_peer: bool) -> dict[str, object]:
    """Return what names a model."""
    return {"model": name, "source": "peer" if is_peer else "ours"}


def _scores(score: Score) -> dict[str, object]:
    """Return a score's cells."""
    values = ("cells", "span", "units", "wrmsse", "wql", "bias", "fill")
    return {**_of(score.name, score.is_peer), **{name: getattr(score, name) for name in values}}


def _ratios(standing: Standing) -> dict[str, object]:
    """Return a standing's ratios and their intervals."""
    ends = ("", "_low", "_high")
    return {
        f"{measure}_ratio{end}": value
        for measure, values in (("wrmsse", standing.wrmsse_ratio), ("wql", standing.wql_ratio))
        for end, value in zip(ends, values, strict=True)
    }
