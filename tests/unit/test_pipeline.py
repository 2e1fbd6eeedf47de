"""The path from files to a run's folder: three regions, three nodes, two SKUs."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from prepos import pipeline
from prepos.config import Config, load_config
from prepos.core.faults import Fault
from prepos.core.run import (
    FITTED,
    FORECAST,
    FORECAST_TOTAL,
    KPIS,
    MANIFEST,
    REJECTS,
    SIGNALS,
    TRANSFERS,
)
from prepos.core.verdict import Check, Verdict
from prepos.errors import ConfigError, InputError, RunError, SolverError, WriteError
from prepos.pipeline import planning

CUTOFF = date(2025, 3, 3)
TODAY = date(2025, 3, 10)
TABLES = {
    "products": "sku,unit_volume_m3,shortage_cost,case_pack\n007,0.1,30,1\nNA,0.2,20,2\n",
    "nodes": "node_id,kind,latitude,longitude,storage_m3\n"
    "DC,origin,40,8,\nSP1,forward,51,9,40\nSP2,forward,49,7,40\n",
    "regions": "region_id,latitude,longitude\nr1,51,9\nr2,49,7\nr3,50.9,9.1\n",
    "stock": "node_id,sku,on_hand\nDC,007,60\nDC,NA,60\nSP1,NA,2\n",
    "lanes": "origin,destination,lead_time_days,cost_per_unit\nDC,SP1,2,0.5\nDC,SP2,3,0.5\n",
}
CONFIG = """
[data]
orders = "orders.csv"
products = "products.csv"
nodes = "nodes.csv"
regions = "regions.csv"
stock = "stock.csv"
lanes = "lanes.csv"

[time]
horizon = 2

[forecast]
model = "plain"
"""


def order_lines() -> list[str]:
    """Return orders of ten weeks: each region orders each SKU on Mondays, more in r1."""
    return [
        f"o{week}-{region},{CUTOFF - timedelta(days=7 * week)},{sku},{units},{region}"
        for week in range(1, 11)
        for region, amounts in (("r1", (4, 3)), ("r2", (2, 2)), ("r3", (1, 1 + week % 2)))
        for sku, units in zip(("007", "NA"), amounts, strict=True)
    ]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a folder with a configuration, its model and its tables."""
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text)
    header = "order_id,ordered_at,sku,quantity,region_id"
    (tmp_path / "orders.csv").write_text("\n".join([header, *order_lines()]) + "\n")
    (tmp_path / "prepos.toml").write_text(CONFIG)
    (tmp_path / "models" / "plain").mkdir(parents=True)
    (tmp_path / "models" / "plain" / "spec.toml").write_text('kind = "moving_average"\n')
    return tmp_path


@pytest.fixture
def config(workspace: Path) -> Config:
    """Return the workspace's configuration, cutoff given."""
    return load_config(workspace / "prepos.toml", sets=[f"time.cutoff={CUTOFF}"])


def replace_in(path: Path, old: str, new: str) -> None:
    """Change a file's text; fails where the old text is not in it."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file's bytes, the manifest without its timings and inputs."""
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    manifest = json.loads(files[MANIFEST])
    kept = {k: v for k, v in manifest.items() if k not in ("timings", "inputs")}
    return files | {MANIFEST: json.dumps(kept).encode()}


def test_a_plan_is_written_verified_and_found_again(config: Config) -> None:
    """The run lies under runs/, holds every file its manifest names, and was judged."""
    run = pipeline.make_plan(config, today=TODAY)
    assert run.folder == config.folder / "runs" / run.run_id
    assert run.run_id.startswith("2025-03-03-")
    files = pipeline.load_run(run.folder)
    assert set(files.manifest["files"]) == {path.name for path in run.folder.iterdir()} - {MANIFEST}
    assert run.verdict is not None
    assert run.verdict.passed
    moved = files.frames[TRANSFERS]
    assert len(moved) > 0
    assert set(moved["plan_id"]) == {run.run_id}
    assert files.kpis["plan"]["total_cost"] < files.kpis["nothing"]["total_cost"]
    assert {source.table for source in run.sources} == {*TABLES, "orders"}


def test_the_manifest_tells_what_the_run_was_made_from(config: Config) -> None:
    """Inputs, configuration, versions, stages and memory stand in it."""
    manifest = pipeline.load_run(pipeline.make_plan(config, today=TODAY).folder).manifest
    assert manifest["kind"] == "plan"
    assert manifest["config_folder"] == "../.."
    assert manifest["config"]["time"]["cutoff"] == "2025-03-03"
    assert {source["table"]: source["rows"] for source in manifest["inputs"]}["orders"] == 60
    stages = list(manifest["timings"]["stages_s"])
    assert stages[0] == "reading the tables"
    assert stages[-1] == "verifying the run"


def test_the_same_input_gives_the_same_bytes(config: Config, tmp_path: Path) -> None:
    """Shuffled rows in another folder: the same run, byte for byte."""
    first = pipeline.make_plan(config, today=TODAY)
    before = contents(first.folder)
    for table in (*TABLES, "orders"):
        path = tmp_path / f"{table}.csv"
        header, *rows = path.read_text().splitlines()
        path.write_text("\n".join([header, *reversed(rows)]) + "\n")
    second = pipeline.make_plan(config, today=TODAY)
    assert second.folder == first.folder
    assert contents(second.folder) == before


def test_without_a_cutoff_it_is_the_day_after_the_last_order(workspace: Path) -> None:
    """The last order was placed a week before the third of March."""
    run = pipeline.make_forecast(load_config(workspace / "prepos.toml"), today=TODAY)
    assert run.run_id.startswith("2025-02-25-")


def test_a_forecast_does_not_replace_a_plan(config: Config) -> None:
    """It has a folder of its own, with the forecast's files alone."""
    run = pipeline.make_forecast(config, today=TODAY)
    assert run.run_id.endswith("-forecast")
    names = {path.name for path in run.folder.iterdir()}
    assert names == {FORECAST, FORECAST_TOTAL, SIGNALS, REJECTS, FITTED, MANIFEST}


def test_a_sound_input_is_checked_with_an_empty_list(config: Config, tmp_path: Path) -> None:
    """rejects.csv holds its header, in the folder asked for."""
    run = pipeline.check_inputs(config, tmp_path / "checked", today=TODAY)
    assert run.folder == tmp_path / "checked"
    assert (run.folder / REJECTS).read_text() == "file,line,column,value,code,message\n"


def test_faults_of_every_table_are_told_at_once(config: Config, workspace: Path) -> None:
    """A bad quantity and an order of nowhere, found by two stations, are in one list."""
    replace_in(workspace / "stock.csv", "SP1,NA,2", "SP1,NA,-2")
    replace_in(workspace / "orders.csv", "o1-r1,2025-02-24,007,4,r1", "o1-r1,2025-02-24,007,4,r9")
    with pytest.raises(InputError, match="the input is refused: 2 faults in 2 files") as caught:
        pipeline.check_inputs(config, today=TODAY)
    assert [(f.file, f.line, f.value) for f in caught.value.faults] == [
        ("orders.csv", 2, "r9"),
        ("stock.csv", 4, "-2"),
    ]
    (folder,) = (config.folder / "runs").iterdir()
    assert str(folder / REJECTS) in str(caught.value)
    assert (folder / REJECTS).read_text().count("\n") == 3
    assert pipeline.load_run(folder).manifest["kind"] == "check"


def test_faults_of_the_map_are_written_too(config: Config, workspace: Path) -> None:
    """What only the map can find is refused in the same way."""
    replace_in(workspace / "lanes.csv", "DC,SP2,3,0.5", "DC,SP9,3,0.5")
    with pytest.raises(InputError) as caught:
        pipeline.make_plan(config, today=TODAY)
    assert caught.value.exit_code == 3
    assert [(f.file, f.line) for f in caught.value.faults] == [("lanes.csv", 3)]


def test_a_refused_input_leaves_the_plan_that_stands(
    config: Config, workspace: Path, tmp_path: Path
) -> None:
    """Where --out holds a plan, the refusal is written elsewhere."""
    pipeline.make_plan(config, tmp_path / "plan", today=TODAY)
    before = contents(tmp_path / "plan")
    replace_in(workspace / "stock.csv", "SP1,NA,2", "SP1,NA,x")
    with pytest.raises(InputError, match=r"all of them are in .*runs"):
        pipeline.make_plan(config, tmp_path / "plan", today=TODAY)
    assert contents(tmp_path / "plan") == before


def test_a_place_that_cannot_be_written_is_told_before_the_work(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is read where the run could not be written."""
    monkeypatch.setattr(
        "prepos.pipeline.opening.open_inputs", lambda *_, **__: pytest.fail("it was read")
    )
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match="cannot write"):
        pipeline.make_plan(config, tmp_path / "file" / "run", today=TODAY)


def test_a_plan_that_fails_its_verification_is_not_handed_over(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 5, with what failed; no folder is left."""
    fault = Fault(KPIS, 0, "plan.total_cost", "1", "PP-VERIFY-COST", "it is 1, expected 2")
    check = Check(name="cost", compared=1, broken=1, worst=1.0, faults=(fault,))
    monkeypatch.setattr(
        "prepos.pipeline.judging.verify_plan",
        lambda *_: Verdict(run_id="r", checks=(check,)),
    )
    with pytest.raises(
        SolverError, match=r"is not handed over: cost\nkpis.json: it is 1, expected 2"
    ):
        pipeline.make_plan(config, today=TODAY)
    assert list((config.folder / "runs").iterdir()) == []


def test_a_run_is_verified_from_its_files_and_inputs(config: Config) -> None:
    """Everything is recomputed and passes."""
    run = pipeline.make_plan(config, today=TODAY)
    verdict = pipeline.verify_run(run.folder)
    assert verdict.passed
    assert verdict.run_id == run.run_id


Break = Callable[[Path, Path], None]
BROKEN: tuple[tuple[Break, str, str], ...] = (
    (
        lambda _, run: replace_in(run / TRANSFERS, ",DC,", ",SP,"),
        "files are not as written",
        "transfers.csv was altered",
    ),
    (
        lambda folder, _: replace_in(folder / "stock.csv", "DC,007,60", "DC,007,61"),
        "inputs changed since: stock.csv",
        "stock changed since the run: sha256 is",
    ),
    (
        lambda folder, _: (folder / "stock.csv").unlink(),
        "the inputs cannot be read again",
        "stock.csv",
    ),
)


@pytest.mark.parametrize(("damage", "message", "fault"), BROKEN)
def test_a_run_that_is_not_what_it_was_is_refused(
    config: Config, damage: Break, message: str, fault: str
) -> None:
    """A file of the run or an input that changed or is gone is named."""
    run = pipeline.make_plan(config, today=TODAY)
    damage(config.folder, run.folder)
    with pytest.raises(RunError, match=message) as caught:
        pipeline.verify_run(run.folder)
    assert fault in str(caught.value.faults[0])


def test_a_forecast_cannot_be_verified_as_a_plan(config: Config) -> None:
    """The files that a plan has are named."""
    run = pipeline.make_forecast(config, today=TODAY)
    with pytest.raises(RunError, match=r"holds no plan: transfers\.csv, redirects\.csv"):
        pipeline.verify_run(run.folder)


def test_the_model_is_written_beside_the_plan(config: Config, tmp_path: Path) -> None:
    """The plan is as without it, the model holds what may be sent."""
    plain = contents(pipeline.make_plan(config, today=TODAY).folder)
    run = pipeline.make_plan(config, today=TODAY, model=tmp_path / "model.lp")
    assert contents(run.folder) == plain
    text = (tmp_path / "model.lp").read_text()
    assert "send_" in text
    assert text.rstrip().endswith("End")


def test_a_model_of_another_ending_is_refused_before_the_work(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is read, nothing written."""
    monkeypatch.setattr(
        "prepos.pipeline.opening.open_inputs", lambda *_, **__: pytest.fail("it was read")
    )
    with pytest.raises(ConfigError, match=r"expected a file that ends in \.lp or \.mps"):
        pipeline.make_plan(config, today=TODAY, model=tmp_path / "model.sol")
    assert not config.runs.exists()


def test_a_plan_that_is_there_is_taken(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where asked for, and only where the same inputs and settings made it."""
    first = pipeline.make_plan(config, today=TODAY)
    decided: list[str] = []

    def decide(*_: object, plan_id: str, **__: object) -> None:
        decided.append(plan_id)
        raise SolverError("planned anew")

    monkeypatch.setattr(planning, "decide", decide)
    again = pipeline.make_plan(config, today=TODAY, reuse=True)
    assert (again.run_id, again.folder, decided) == (first.run_id, first.folder, [])
    with pytest.raises(SolverError, match="planned anew"):
        pipeline.make_plan(config, today=TODAY)
    replace_in(first.folder / TRANSFERS, ",DC,", ",SP,")
    with pytest.raises(SolverError, match="planned anew"):
        pipeline.make_plan(config, today=TODAY, reuse=True)
