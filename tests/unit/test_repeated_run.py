"""``plan --like``: a run made again from its manifest, to the byte, or a word of what is other."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from prepos import pipeline
from prepos.cli import main
from prepos.config import load_config
from prepos.core.run import MANIFEST
from prepos.errors import ConfigError, RunError
from tests.unit.test_pipeline import CONFIG, CUTOFF, TABLES, TODAY, order_lines, replace_in

SPEC = 'kind = "pooled"\nhalf_life_weeks = [2.0, 6.0]\norigins = 4\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a folder whose cutoff is the day after the last order."""
    folder = tmp_path / "office"
    (folder / "models" / "plain").mkdir(parents=True)
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text)
    header = "order_id,ordered_at,sku,quantity,region_id"
    (folder / "orders.csv").write_text("\n".join([header, *order_lines()]) + "\n")
    (folder / "prepos.toml").write_text(CONFIG + "[plan]\nstability_cost = 0.01\n")
    (folder / "models" / "plain" / "spec.toml").write_text(SPEC)
    return folder


def plan(folder: Path, *sets: str, published: Path | None = None) -> pipeline.Run:
    """Plan the workspace."""
    config = load_config(folder / "prepos.toml", sets=sets)
    return pipeline.make_plan(config, today=TODAY, published=published)


def alike(one: Path, other: Path) -> bool:
    """Return whether two runs have the same files to the byte, and manifests but for timings."""
    told = []
    for folder in (one, other):
        manifest = json.loads((folder / MANIFEST).read_text())
        told.append({k: v for k, v in manifest.items() if k != "timings"})
        assert set(manifest["files"]) == {p.name for p in folder.iterdir()} - {MANIFEST}
    same = all((one / n).read_bytes() == (other / n).read_bytes() for n in told[0]["files"])
    return same and told[0] == told[1]


@pytest.mark.parametrize("cutoff", ["none", str(CUTOFF)])
def test_a_run_is_repeated_to_the_byte(workspace: Path, cutoff: str) -> None:
    """Beside itself, under the same id, from another configuration than there is now."""
    run = plan(workspace, f"time.cutoff={cutoff}", "plan.near=1", "run.seed=7")
    (workspace / "prepos.toml").unlink()
    again = pipeline.repeat_plan(run.folder, today=TODAY)
    assert again.run.run_id == again.like == run.run_id
    assert again.run.folder == run.folder.with_name(f"{run.run_id}-again")
    assert (again.changes, again.differs) == ((), ())
    assert alike(run.folder, again.run.folder)


def test_a_run_that_stood_on_others_is_repeated_too(workspace: Path) -> None:
    """On a published plan, and on the run of its forecast; gone, they are named."""
    config = load_config(workspace / "prepos.toml", sets=[f"time.cutoff={CUTOFF}"])
    first = pipeline.replan(config, today=TODAY)
    later = CUTOFF + timedelta(days=7)
    config = load_config(workspace / "prepos.toml", sets=[f"time.cutoff={later}"])
    second = pipeline.replan(config, today=TODAY)
    manifest = pipeline.load_run(second.folder).manifest
    assert manifest["asked"]["published"] == first.run_id
    assert manifest["asked"]["update"].endswith("-forecast")
    again = pipeline.repeat_plan(second.folder, today=TODAY)
    assert again.differs == ()
    assert alike(second.folder, again.run.folder)
    shutil.rmtree(first.folder)
    with pytest.raises(RunError, match=f"stood on run {first.run_id}, expected it in"):
        pipeline.repeat_plan(second.folder, today=TODAY)


def test_all_that_is_other_is_named(workspace: Path) -> None:
    """Two inputs, the model, a version: refused together; with --set they are told alone."""
    run = plan(workspace, f"time.cutoff={CUTOFF}")
    replace_in(workspace / "stock.csv", "DC,007,60", "DC,007,61")
    replace_in(workspace / "lanes.csv", "DC,SP1,2,0.5", "DC,SP1,2,0.6")
    (workspace / "models" / "plain" / "spec.toml").write_text(SPEC.replace("4", "3"))
    manifest = json.loads((run.folder / MANIFEST).read_text())
    manifest["versions"]["numpy"] = "0.9"
    (run.folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(RunError) as caught:
        pipeline.repeat_plan(run.folder, today=TODAY)
    named = ("stock changed", "lanes changed", "model origins is 3, expected 4", "of numpy is")
    assert [word for word in named if word not in str(caught.value)] == []
    assert {fault.code for fault in caught.value.faults} == {"PP-RUN-INPUT"}
    again = pipeline.repeat_plan(run.folder, sets=["plan.near=1"], today=TODAY)
    assert len(again.changes) == 4
    assert again.run.run_id != run.run_id
    settings = pipeline.load_run(again.run.folder).manifest["config"]
    assert settings["plan"]["near"] == 1
    assert settings["time"]["cutoff"] == str(CUTOFF)


def test_a_forecast_is_no_plan_to_repeat(workspace: Path) -> None:
    """It says what it is."""
    run = pipeline.make_forecast(load_config(workspace / "prepos.toml"), today=TODAY)
    with pytest.raises(ConfigError, match="is a run of kind forecast, expected one of `prepos"):
        pipeline.repeat_plan(run.folder, today=TODAY)


def test_the_command_says_whether_it_came_out_the_same(
    workspace: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """On the page and as JSON; beside --set and --out no other flag is taken."""
    run = plan(workspace, f"time.cutoff={CUTOFF}")
    words = ["plan", "--like", str(run.folder), "--out", str(tmp_path / "again")]
    assert main(words) == 0
    assert f"every file as in run {run.run_id}" in capsys.readouterr().out
    assert main([*words, "--json", "--set", "plan.near=1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["like"] == run.run_id
    assert "transfers.csv" in told["differs"]
    assert main([*words, "--case", "peak", "--compare"]) == 2
    assert "--like is given with --case, --compare" in capsys.readouterr().err
