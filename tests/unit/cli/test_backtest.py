"""``prepos backtest``: what it hands on, and what it prints."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from rich.console import RenderableType

import prepos.pipeline
from prepos.cli import main
from prepos.cli.scores_page import ratio_text, scores_page
from prepos.cli.screen import console_on
from prepos.config import bundled
from prepos.core.run import COVERAGE, SCORES, SPEEDS, RunFiles
from prepos.forecast.peers import peer as peer_module
from prepos.pipeline import Trial

SAMPLE = str(bundled("data", "sample", "prepos.toml"))
MODELS = (("pooled", "ours", 1.0, 1.0, 1.0), ("tsb", "peer", 0.9, 0.85, 0.95))
ARENAS = [(cells, span) for cells in ("sold", "all", "smooth") for span in ("next", "sum")]


def small_run() -> RunFiles:
    """Return a run of two, the peer the worse in all but the unsure WRMSSE of the sum."""
    scores = pd.DataFrame(
        {
            "model": model,
            "source": source,
            "cells": cells,
            "span": span,
            "units": 100.0,
            "wrmsse": 0.7,
            "wql": 0.63 / ratio,
            "bias": -0.031,
            "fill": 0.47,
            "wrmsse_ratio": 1.02,
            "wrmsse_ratio_low": 1.01 if span == "next" else 0.99,
            "wrmsse_ratio_high": 1.03,
            "wql_ratio": ratio,
            "wql_ratio_low": low,
            "wql_ratio_high": high,
        }
        for cells, span in ARENAS
        for model, source, ratio, low, high in MODELS
    )
    coverage = pd.DataFrame(
        {
            "model": model,
            "source": source,
            "span": "next",
            "decile": decile,
            "below_50": 0.5,
            "below_90": 0.9 + 0.01 * decile,
            "below_95": 0.95,
            "below_99": 0.99,
        }
        for model, source, *_ in MODELS
        for decile in (1, 2)
    )
    speeds = pd.DataFrame(
        {
            "model": ["pooled", "tsb"],
            "source": ["ours", "peer"],
            "series": 1000.0,
            "fit_seconds": 1.0,
            "seconds": [0.5, 4.0],
            "series_per_second": [2000.0, 250.0],
            "times": [1.0, 8.0],
        }
    )
    kpis = {"judged": "pooled", "cutoffs": ["2025-02-03", "2025-02-10"], "scored_skus": 12}
    return RunFiles(
        frames={SCORES: scores, COVERAGE: coverage, SPEEDS: speeds},
        kpis=kpis,
        manifest={"run_id": "2025-02-17-1-backtest"},
    )


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[object, ...]]:
    """Return what the path is called with; it makes the small run."""
    calls: list[tuple[object, ...]] = []

    def run(*words: object) -> SimpleNamespace:
        calls.append(words)
        return SimpleNamespace(folder=tmp_path / "runs" / "x", notices=())

    monkeypatch.setattr(prepos.pipeline, "run_backtest", run)
    monkeypatch.setattr(prepos.pipeline, "load_run", lambda _: small_run())
    monkeypatch.chdir(tmp_path)
    return calls


def text_of(page: RenderableType) -> str:
    """Return a page without colours."""
    console = console_on(io.StringIO())
    with console.capture() as capture:
        console.print(page)
    return capture.get()


def test_flags_reach_the_path(seen: list[tuple[object, ...]]) -> None:
    """Names repeat; the folder and the settings are handed on."""
    words = ["--origins", "12", "--model", "naive", "--model", "counts", "--peer", "all"]
    more = ["--sample-skus", "40", "--set", "run.seed=7", "--out", "there", "-q"]
    assert main(["backtest", "-c", SAMPLE, *words, *more]) == 0
    ((config, trial, out, _),) = seen
    assert trial == Trial(origins=12, models=("naive", "counts"), peers=("all",), sample_skus=40)
    assert (config.run.seed, out) == (7, Path("there"))


def test_without_flags_the_defaults_are_tried(seen: list[tuple[object, ...]]) -> None:
    """Eight cutoffs, all SKUs."""
    assert main(["backtest", "-c", SAMPLE, "-q"]) == 0
    assert seen[0][1] == Trial()


def test_a_person_gets_tables_a_program_the_numbers(
    seen: list[tuple[object, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The page, the folder alone, or one object."""
    assert main(["backtest", "-c", SAMPLE]) == 0
    shown = capsys.readouterr().out
    assert "pooled against the rest, 12 SKUs, 2 cutoffs from 2025-02-03 to 2025-02-10" in shown
    assert main(["backtest", "-c", SAMPLE, "-q"]) == 0
    assert capsys.readouterr().out == "runs/x\n"
    assert main(["backtest", "-c", SAMPLE, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["run_id"] == "2025-02-17-1-backtest"
    assert told["judged"] == "pooled"
    assert len(told["scores"]) == 2 * len(ARENAS)
    assert told["scores"][1]["wql_ratio"] == 0.9
    assert [each["model"] for each in told["speeds"]] == ["pooled", "tsb"]


def test_a_missing_library_is_eight(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """It is told before any table is read, with what to install."""

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(peer_module, "import_module", missing)
    words = ["backtest", "-c", SAMPLE, "--peer", "all", "--out", str(tmp_path / "run")]
    assert main(words) == 8
    assert "pip install 'prepos[bench]'" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_an_unknown_peer_is_two(capsys: pytest.CaptureFixture[str]) -> None:
    """With the nearest that there is."""
    assert main(["backtest", "-c", SAMPLE, "--peer", "lightbgm", "--json"]) == 2
    assert "the nearest is 'lightgbm'" in json.loads(capsys.readouterr().out)["message"]


def test_the_page_tells_wins_and_losses_alike() -> None:
    """Ratios with their intervals; peers are marked; widths in points; speed in times."""
    shown = text_of(scores_page(small_run(), Path("runs/x")))
    assert shown.count("tsb (peer)") == 6  # two sets by two spans, the classes, the speeds
    assert shown.count("[0.900, 0.850-0.950]") == 4
    assert shown.count("[1.020, 1.010-1.030]") == 4  # of both models, the next period alone
    assert "-3.1%" in shown
    assert "smooth" in shown
    (speed,) = [line for line in shown.splitlines() if "tsb (peer)" in line and "250" in line]
    assert speed.split()[2:] == ["2.0", "4.00", "250", "8.00"]


def test_what_is_sure_is_coloured() -> None:
    """Green where the whole interval is below 1, red where it is above, else pale."""

    def style(low: float, high: float) -> object:
        row = {"wql_ratio": 1.0, "wql_ratio_low": low, "wql_ratio_high": high}
        return ratio_text(row, "wql").style

    assert [style(0.8, 0.9), style(0.9, 1.1), style(1.01, 1.2)] == ["green", "dim", "red"]
