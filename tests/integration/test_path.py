"""The whole path on the embedded sample, cut to a few of its SKUs so that it is quick."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from prepos import pipeline
from prepos.cli import main
from prepos.config import Config, bundled, load_config
from prepos.core.kpis import kpis_schema
from prepos.core.run import ALLOCATION, CATCHMENTS, KPIS, MANIFEST, TARGETS, TRANSFERS
from tests.integration.cutting_sample import cut_sample, read, write

SKUS = 4
TODAY = date(2018, 1, 1)


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace with the SKUs that are ordered most."""
    return cut_sample(tmp_path_factory.mktemp("cut"), SKUS)


@pytest.fixture(scope="module")
def run(cut: Path) -> pipeline.Run:
    """Return the plan made from it."""
    return pipeline.make_plan(settle(cut), today=TODAY)


def test_kpis_fit_their_schema(run: pipeline.Run) -> None:
    """And the schema can refuse: a measure that is missing, one that it does not know, a text."""
    kpis = pipeline.load_run(run.folder).kpis
    schema = json.loads(bundled("data", "schemas", "kpis.json").read_text())
    checked = Draft202012Validator(schema)
    assert [error.message for error in checked.iter_errors(kpis)] == []
    without = {name: value for name, value in kpis.items() if name != "gap"}
    others = (without, {**kpis, "more": 1}, {**kpis, "bound": "low"}, {**kpis, "stress": [{}]})
    assert [kpis for kpis in others if checked.is_valid(kpis)] == []


def settle(folder: Path) -> Config:
    """Return the workspace's configuration."""
    return load_config(folder / "prepos.toml", sets=["plan.gap=0.01"])


def test_the_path_gives_a_plan_that_pays_and_passes(run: pipeline.Run) -> None:
    """Stock moves, it is cheaper than doing nothing, and no check of the verification fails."""
    files = pipeline.load_run(run.folder)
    assert len(files.frames[TRANSFERS]) > 0
    assert files.kpis["plan"]["total_cost"] < files.kpis["nothing"]["total_cost"]
    assert files.kpis["bound"] <= files.kpis["objective"]
    assert files.kpis["gap"] < 0.05
    assert run.verdict is not None
    assert [check.name for check in run.verdict.checks if not check.passed] == []


def test_the_second_opinion_agrees_from_disk(run: pipeline.Run) -> None:
    """Everything recomputed from the files and the inputs passes."""
    verdict = pipeline.verify_run(run.folder)
    assert [str(fault) for fault in verdict.faults] == []


def test_stock_is_conserved(run: pipeline.Run) -> None:
    """Over all nodes, opening and receipts less use and what is on the way is what closes."""
    frame = pipeline.load_run(run.folder).frames[TARGETS]
    flows = frame["opening"] + frame["receipts"] + frame["transfers_in"]
    flows -= frame["transfers_out"] + frame["expected_use"]
    np.testing.assert_allclose(flows, frame["closing"], atol=1e-6)
    assert frame["closing"].min() >= -1e-6


def test_a_category_is_filled_from_the_command_line(
    cut: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A share of one category is asked for: it is kept or told, verified, and seen at its nodes."""
    words = ["plan", "-c", str(cut / "prepos.toml"), "--out", str(tmp_path / "run"), "--json"]
    words += ["--set", "plan.gap=0.01", "--set", "plan.category_min_fill.GROCERY=0.95"]
    assert main([*words, "--set", "plan.category_min_fill.GROCER=0.5"]) == 2
    told = json.loads(capsys.readouterr().out)["message"]
    assert "no product has the category 'GROCER', expected one of" in told
    assert told.endswith("nearest is GROCERY")
    assert main(words) == 0
    kpis = json.loads(capsys.readouterr().out)["kpis"]
    Draft202012Validator(kpis_schema()).validate(kpis)
    assert {slack["limit"] for slack in kpis["slacks"]} <= {"min_fill"}
    files = pipeline.load_run(tmp_path / "run")
    products, asked = read(cut / "products.csv"), files.frames[CATCHMENTS]
    groceries = set(products["sku"][products["category"] == "GROCERY"])
    asked = asked[(asked["periods"] == 1) & asked["sku"].isin(groceries)]
    wanted = asked.groupby("catchment_id")["mean"].sum()
    aside = files.frames[ALLOCATION]
    aside = aside[(aside["plan"] == "plan") & aside["sku"].isin(groceries)]
    served = aside.groupby("catchment_id")["expected_use"].sum()
    lacks = {slack["place"]: slack["quantity"] for slack in kpis["slacks"]}
    for catchment, units in wanted.items():
        got = served.get(catchment, 0.0) + lacks.get(f"{catchment} GROCERY", 0.0)
        assert got >= 0.95 * units * (1 - 1e-6)
    rows = [row for row in files.certificate["rows"] if row["limit"] == "min_fill"]
    assert {row["place"] for row in rows} == {f"{z} GROCERY" for z in wanted.index}
    assert main(["verify", str(tmp_path / "run"), "--json"]) == 0
    node = rows[0]["place"].removesuffix(" GROCERY")
    capsys.readouterr()
    assert main(["explain", str(tmp_path / "run"), "--node", node, "--json"]) == 0
    assert f"{node} GROCERY" in capsys.readouterr().out


def test_shuffled_rows_give_the_same_bytes(run: pipeline.Run, cut: Path, tmp_path: Path) -> None:
    """Every table with its rows in another order: the same run, every file equal to the byte."""
    random = np.random.default_rng(7)
    for path in sorted(cut.iterdir()):
        if path.suffix in (".csv", ".gz"):
            frame = read(path)
            write(tmp_path / path.name, frame.iloc[random.permutation(len(frame))])
    (tmp_path / "prepos.toml").write_bytes((cut / "prepos.toml").read_bytes())
    again = pipeline.make_plan(settle(tmp_path), today=TODAY)
    assert again.run_id == run.run_id
    assert told(again.folder) == told(run.folder)


def told(folder: Path) -> dict[str, str]:
    """Return the sums of a run's files, and its manifest without timings and inputs' sums."""
    manifest = json.loads((folder / MANIFEST).read_text())
    kept = {k: v for k, v in manifest.items() if k not in ("timings", "inputs")}
    assert KPIS in kept["files"]
    return {name: json.dumps(value) for name, value in (kept | kept.pop("files")).items()}
