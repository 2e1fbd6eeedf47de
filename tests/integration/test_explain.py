"""A cell of the embedded sample is explained, cut to a few of its SKUs so that it is quick."""

import gzip
import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from prepos import pipeline
from prepos.cli import main
from prepos.config import bundled, load_config
from prepos.core.run import FORECAST_TOTAL

SAMPLE = bundled("data", "sample")
SKUS = 12
REGION = "S00367"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sample with the SKUs that are ordered most."""
    folder = tmp_path_factory.mktemp("explained")
    for path in sorted(SAMPLE.iterdir()):
        if path.suffix in (".csv", ".toml"):
            (folder / path.name).write_bytes(path.read_bytes())
    orders = pd.read_csv(SAMPLE / "orders.csv.gz", dtype=str, keep_default_na=False)
    most = orders["sku"].value_counts().sort_index(kind="stable").nlargest(SKUS).index
    text = orders[orders["sku"].isin(most)].to_csv(index=False, lineterminator="\n")
    (folder / "orders.csv.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    for name in ("products", "stock", "receipts"):
        frame = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
        frame[frame["sku"].isin(most)].to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def run(workspace: Path) -> Path:
    """Return the folder of a forecast made from it."""
    config = load_config(workspace / "prepos.toml")
    return pipeline.make_forecast(config, today=date(2018, 1, 1)).folder


def explained(run: Path, sku: str, capsys: pytest.CaptureFixture[str]) -> dict:
    """Return what the command tells as JSON."""
    assert main(["explain", str(run), "--region", REGION, "--sku", sku, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_every_number_of_a_cell_is_told(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Parts and ways add up to the forecast; signals say what they read; nobody is named."""
    told = explained(run, "bananas", capsys)
    total = pipeline.load_run(run).frames[FORECAST_TOTAL]
    row = total[(total["region_id"] == REGION) & (total["sku"] == "bananas")].iloc[0]
    assert told["units"] == row["mean"]
    assert told["quantiles"]["q90"] == row["q90"]
    assert sum(told["signals"].values()) == pytest.approx(told["units"])
    added = sum(units for way in told["ways"] for units in way["adds"].values())
    assert added == pytest.approx(told["units"], rel=1e-5)
    words = told["words"]
    orders = pd.read_csv(SAMPLE / "orders.csv.gz", dtype=str, keep_default_na=False)
    here = orders[(orders["region_id"] == REGION) & (orders["sku"] == "bananas")]
    week = pd.to_datetime(here["ordered_at"]).between("2017-10-30", "2017-11-06", inclusive="left")
    assert words["own"]["latest"][-1] == here["quantity"][week].astype(int).sum()
    assert words["neighbours"]["largest"][0]["region"].startswith("S")
    assert words["due"]["bought"]["number"] is None or words["due"]["bought"]["number"] >= 10
    assert [times["events"] for times in words["factors"]["ahead"]][2] == ["Thanksgiving"]
    assert {trial["signal"] for trial in told["trials"]} >= {"due", "neighbours", "together"}
    assert told["notices"] == []
    named = set(orders["customer_id"]) - {""}
    assert not named & set(json.dumps(told).replace('"', " ").split())


def test_page_of_a_cell_is_shown(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same as words."""
    assert main(["explain", str(run), "--region", REGION, "--sku", "bananas"]) == 0
    page = " ".join(capsys.readouterr().out.split())
    assert f"of bananas are expected in {REGION} (Store 367) over 4 weeks from 2017-11-06" in page
    assert "Thanksgiving" in page


def test_changed_input_leaves_the_files_to_tell(
    run: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command does not fail: what the run holds is told, and which input is another."""
    before = explained(run, "bananas", capsys)
    products = workspace / "products.csv"
    text = products.read_text("utf-8")
    products.write_text(text + "newcomer" + "," * text.splitlines()[0].count(",") + "\n", "utf-8")
    try:
        after = explained(run, "bananas", capsys)
    finally:
        products.write_text(text, "utf-8")
    assert after["units"] == before["units"]
    assert after["signals"] == before["signals"]
    assert after["words"] is None
    (notice,) = after["notices"]
    assert "products.csv" in notice
