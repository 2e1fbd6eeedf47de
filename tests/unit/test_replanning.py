"""The nightly job: what it does anew, what it leaves, what it publishes, how it ends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

import prepos
from prepos import pipeline
from prepos.cli import main
from prepos.config import Config, load_config
from prepos.core.progress import Event
from prepos.core.run import BACKCAST, FITTED, FORECAST, KPIS, MANIFEST, TRANSFERS
from prepos.errors import (
    InputError,
    LockError,
    RunError,
    SolverError,
    UnchangedError,
    WriteError,
)
from prepos.pipeline import anew, planning
from prepos.pipeline.editing import publish_edited
from prepos.publish.current import read_current
from prepos.publish.lock import hold_lock
from tests.unit.test_pipeline import CONFIG, CUTOFF, TABLES, TODAY, order_lines, replace_in

SPEC = 'kind = "pooled"\nhalf_life_weeks = [2.0, 6.0]\norigins = 4\n'
Office = Callable[..., Config]


class Listener:
    """Hears what a job tells."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.words: list[str] = []

    def step(self, name: str, total: int | None = None) -> None:
        self.stages.append(name)

    def tell(self, event: Event) -> None:
        if not event.stage:
            self.words.append(event.message)

    def said(self, part: str) -> bool:
        return any(part in word for word in self.words)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace in which a first job has published its plan."""
    folder = tmp_path_factory.mktemp("planned")
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text)
    header = "order_id,ordered_at,sku,quantity,region_id"
    (folder / "orders.csv").write_text("\n".join([header, *order_lines()]) + "\n")
    (folder / "prepos.toml").write_text(CONFIG + "[plan]\ngap = 0\nstability_cost = 0.01\n")
    (folder / "models" / "plain").mkdir(parents=True)
    (folder / "models" / "plain" / "spec.toml").write_text(SPEC)
    prepos.replan(at(folder), today=TODAY)
    return folder


@pytest.fixture
def office(planned: Path, tmp_path: Path) -> Path:
    """Return a copy of it."""
    folder = tmp_path / "office"
    shutil.copytree(planned, folder, symlinks=True)
    return folder


def at(folder: Path, *sets: str, weeks: int = 0) -> Config:
    """Return the workspace's configuration, so many weeks after the first plan."""
    cutoff = CUTOFF + timedelta(days=7 * weeks)
    return load_config(folder / "prepos.toml", sets=[f"time.cutoff={cutoff}", *sets])


def runs_of(folder: Path) -> dict[str, float]:
    """Return the folders of runs and when each was written."""
    return {p.name: p.stat().st_mtime_ns for p in (folder / "runs").iterdir() if p.is_dir()}


def short_of_stock(folder: Path) -> None:
    """Change what lies at the origin, so that another plan is best."""
    replace_in(folder / "stock.csv", "DC,007,60", "DC,007,6")


def test_the_first_job_publishes_a_plan_on_its_own_forecast(planned: Path) -> None:
    """The plan stands on the run of the forecast, whose past tells the catchments' widths."""
    run_id = read_current(planned / "runs")
    assert run_id is not None
    files = pipeline.load_run(planned / "runs" / run_id)
    assert len(files.frames[TRANSFERS]) > 0
    (forecast,) = (planned / "runs").glob("*-forecast")
    assert files.manifest["asked"]["update"] == forecast.name
    assert "published" not in files.manifest["asked"]
    told = pipeline.load_run(forecast)
    pd.testing.assert_frame_equal(told.frames[FORECAST], files.frames[FORECAST])
    assert BACKCAST in told.frames
    fresh = pipeline.make_plan(at(planned), planned / "fresh", today=TODAY)
    kpis = pipeline.load_run(fresh.folder).kpis
    assert files.kpis["nothing"]["total_cost"] == pytest.approx(
        kpis["nothing"]["total_cost"], rel=1e-6
    )
    assert not (planned / "runs" / "lock").exists()


@pytest.mark.parametrize("force_look", [False, True])
def test_unchanged_inputs_end_in_99_before_anything_is_read(office: Path, force_look: bool) -> None:
    """No table is read, no run written, the pointer stays; other rows' times do not matter."""
    before = runs_of(office)
    heard = Listener()
    if force_look:
        (office / "stock.csv").touch()
    with pytest.raises(UnchangedError, match="nothing has changed since run"):
        prepos.replan(at(office, "run.log=json"), heard, today=TODAY)
    assert heard.stages == ["looking for changes"]
    assert runs_of(office) == before


def test_what_a_killed_job_left_is_cleared_away(office: Path) -> None:
    """Half a run and half a pointer, an hour old; also on a night without changes."""
    left = [office / "runs" / name for name in (".partial-2025-x", ".current-x")]
    for path in left:
        path.mkdir()
        (path / "transfers.csv").write_text("half")
        os.utime(path, (0, 0))
    with pytest.raises(UnchangedError):
        prepos.replan(at(office), today=TODAY)
    assert [path.name for path in left if path.exists()] == []


def test_the_same_content_in_other_files_is_unchanged(office: Path) -> None:
    """Rows in another order are read, and nothing is forecast or planned."""
    header, *rows = (office / "stock.csv").read_text().splitlines()
    (office / "stock.csv").write_text("\n".join([header, *reversed(rows)]) + "\n")
    before, heard = runs_of(office), Listener()
    with pytest.raises(UnchangedError, match="other files, the same content"):
        prepos.replan(at(office), heard, today=TODAY)
    assert "reading the tables" in heard.stages
    assert runs_of(office) == before


def test_a_table_of_a_database_is_known_once_it_is_read(office: Path) -> None:
    """The same rows as the file's change nothing; another row does, once."""
    with closing(sqlite3.connect(office / "stock.db")) as connection:
        frame = pd.read_csv(office / "stock.csv", dtype=str, keep_default_na=False)
        connection.execute("CREATE TABLE stock (node_id TEXT, sku TEXT, on_hand INTEGER)")
        connection.executemany("INSERT INTO stock VALUES (?, ?, ?)", frame.to_numpy().tolist())
        connection.commit()
        config = at(office, "data.stock=sqlite:///stock.db#stock")
        with pytest.raises(UnchangedError, match="other files, the same content"):
            prepos.replan(config, today=TODAY)
        connection.execute("UPDATE stock SET on_hand = 6 WHERE node_id = 'DC' AND sku = '007'")
        connection.commit()
    done = prepos.replan(config, today=TODAY)
    heard = Listener()
    with pytest.raises(UnchangedError, match=f"nothing has changed since run {done.run_id}"):
        prepos.replan(config, heard, today=TODAY)
    assert "reading the tables" in heard.stages
    assert "planning" not in heard.stages


def test_what_changed_is_planned_on_the_published_plan_and_published(office: Path) -> None:
    """The forecast is taken up, since it reads no stock; then unchanged again, at once."""
    first = read_current(office / "runs")
    short_of_stock(office)
    heard = Listener()
    done = prepos.replan(at(office), heard, today=TODAY)
    assert (done.state, done.previous) == ("published", first)
    assert read_current(office / "runs") == done.run_id != first
    assert heard.said("the forecast of these inputs is taken up")
    assert "forecasting" not in heard.stages
    asked = pipeline.load_run(done.folder).manifest["asked"]
    assert asked["published"] == first
    assert done.comparison is not None
    assert len(done.comparison.lines) > 0
    with pytest.raises(UnchangedError, match=f"nothing has changed since run {done.run_id}"):
        prepos.replan(at(office), today=TODAY)


def test_a_plan_that_moves_the_same_is_not_published(office: Path) -> None:
    """An input that changes nothing of it: 99 after planning, and 99 at once the next time."""
    first = read_current(office / "runs")
    replace_in(office / "regions.csv", "longitude\n", "longitude,name\n")
    replace_in(office / "regions.csv", "r1,51,9\n", "r1,51,9,North\n")
    replace_in(office / "regions.csv", "r2,49,7\n", "r2,49,7,South\n")
    replace_in(office / "regions.csv", "r3,50.9,9.1\n", "r3,50.9,9.1,East\n")
    with pytest.raises(UnchangedError, match="equals the published one"):
        prepos.replan(at(office), today=TODAY)
    assert read_current(office / "runs") == first
    heard = Listener()
    with pytest.raises(UnchangedError, match="equals the published one"):
        prepos.replan(at(office), heard, today=TODAY)
    assert "planning" not in heard.stages
    assert "reading the tables" not in heard.stages


def test_a_job_stopped_in_its_plan_goes_on_with_its_forecast(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The forecast of before the kill is there; the plan is that of a job that was not stopped."""
    first = read_current(office / "runs")
    replace_in(office / "orders.csv", "o1-r1,2025-02-24,007,4", "o1-r1,2025-02-24,007,9")
    whole = office.with_name("whole")
    shutil.copytree(office, whole, symlinks=True)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(planning, "decide", stop)
        with pytest.raises(KeyboardInterrupt):
            prepos.replan(at(office), today=TODAY)
    assert read_current(office / "runs") == first
    assert not (office / "runs" / "lock").exists()
    heard = Listener()
    done = prepos.replan(at(office), heard, today=TODAY)
    assert heard.said("the forecast of these inputs is taken up")
    assert "forecasting" not in heard.stages
    uncut = prepos.replan(at(whole), today=TODAY)
    assert done.run_id == uncut.run_id
    assert sums(done.folder) == sums(uncut.folder)


def test_a_plan_that_was_made_is_published_by_the_next_job(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped between the plan and its publication: nothing is read again."""
    short_of_stock(office)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(anew, "publish_run", stop)
        with pytest.raises(KeyboardInterrupt):
            prepos.replan(at(office), today=TODAY)
    heard = Listener()
    done = prepos.replan(at(office), heard, today=TODAY)
    assert read_current(office / "runs") == done.run_id
    assert "planning" not in heard.stages


def test_a_week_later_the_fit_is_carried_on_until_it_is_old(office: Path) -> None:
    """The log says which run's, and why; after replan.refit_every weeks it is fitted anew."""
    heard = Listener()
    with_orders = "o99,2025-03-04,007,5,r1\n"
    path = office / "orders.csv"
    path.write_text(path.read_text() + with_orders)
    told = at(office, "replan.refit_every=2", weeks=1)
    done = prepos.replan(told, heard, today=TODAY)
    assert heard.said("its fit is 1 periods old, replan.refit_every is 2")
    files = pipeline.load_run(done.folder)
    assert files.fitted["cutoff"] == str(CUTOFF)
    assert files.fitted["state"]["cutoff"] == str(CUTOFF + timedelta(days=7))
    heard = Listener()
    later = at(office, "replan.refit_every=2", weeks=2)
    done = prepos.replan(later, heard, today=TODAY + timedelta(days=7))
    assert heard.said("fitted anew: its fit is 2 periods old")
    assert pipeline.load_run(done.folder).fitted["cutoff"] == str(CUTOFF + timedelta(days=14))


def test_a_changed_past_is_fitted_anew(office: Path) -> None:
    """A state cannot be built upon whose orders are others; the log says so."""
    replace_in(office / "orders.csv", "o3-r1,2025-02-10,007,4", "o3-r1,2025-02-10,007,40")
    heard = Listener()
    prepos.replan(at(office, weeks=1), heard, today=TODAY)
    assert heard.said("fitted anew")
    assert heard.said("as the state was built from")


def test_force_does_every_step_anew(office: Path) -> None:
    """It fits and plans, and still publishes nothing that moves the same."""
    heard = Listener()
    with pytest.raises(UnchangedError, match="equals the published one"):
        prepos.replan(at(office), heard, force=True, today=TODAY)
    assert heard.said("fitted anew: asked for")
    assert {"forecasting", "planning"} <= set(heard.stages)


def test_a_dry_run_publishes_nothing(office: Path) -> None:
    """It says what would be; the job after it does it, with the same plan."""
    first = read_current(office / "runs")
    short_of_stock(office)
    would = prepos.replan(at(office), dry_run=True, today=TODAY)
    assert would.dry_run
    assert read_current(office / "runs") == first
    assert prepos.replan(at(office), today=TODAY).run_id == would.run_id


def test_manual_approval_proposes_once(office: Path) -> None:
    """The plan waits for a person; the next night does not propose it again."""
    first = read_current(office / "runs")
    short_of_stock(office)
    config = at(office, "plan.approval=manual")
    done = prepos.replan(config, today=TODAY)
    assert done.state == "proposed"
    assert read_current(office / "runs") == first
    with pytest.raises(UnchangedError, match="is proposed already"):
        prepos.replan(config, today=TODAY)
    prepos.publish_run(config, done.run_id)
    with pytest.raises(UnchangedError, match="nothing has changed since"):
        prepos.replan(config, today=TODAY)


def test_a_plan_that_was_rolled_back_is_not_published_again(office: Path) -> None:
    """A person's word holds until an input changes."""
    first = read_current(office / "runs")
    short_of_stock(office)
    done = prepos.replan(at(office), today=TODAY)
    prepos.roll_back(at(office))
    with pytest.raises(UnchangedError, match=f"since run {done.run_id} was rolled back"):
        prepos.replan(at(office), today=TODAY)
    assert read_current(office / "runs") == first


def test_an_altered_published_plan_is_nothing_to_stand_on(office: Path) -> None:
    """Neither unchanged nor planned upon: the way out is named."""
    path = office / "runs" / "current" / KPIS
    path.write_text(path.read_text().replace("0", "1", 1))
    with pytest.raises(RunError, match="not as it was written; `prepos rollback`"):
        prepos.replan(at(office), today=TODAY)


def test_failures_leave_the_plan_and_tell_the_metrics(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bad input, no plan, a held lock: the exit code, the stage, and the plan that stands."""
    config, prom = at(office, "run.metrics=prepos.prom"), office / "prepos.prom"
    with pytest.raises(UnchangedError):
        prepos.replan(config, today=TODAY)
    good = values(prom)
    assert good["prepos_last_run_exit_code"] == 99
    first = read_current(office / "runs")
    with hold_lock(office / "runs", command="publish"), pytest.raises(LockError):
        prepos.replan(config, today=TODAY)
    assert values(prom)["prepos_last_run_exit_code"] == 6
    short_of_stock(office)

    def fail(*_: object, **__: object) -> None:
        raise SolverError("no plan in time")

    with monkeypatch.context() as patch:
        patch.setattr(planning, "decide", fail)
        with pytest.raises(SolverError):
            prepos.replan(config, today=TODAY)
    told = values(prom)
    assert told["prepos_last_run_exit_code"] == 5
    assert told['prepos_last_run_failed_stage{stage="planning"}'] == 1
    success = "prepos_last_success_timestamp_seconds"
    assert told[success] == good[success] < told["prepos_last_run_timestamp_seconds"]
    (office / "stock.csv").write_text("node_id,sku,on_hand\nDC,nosuch,60\n")
    with pytest.raises(InputError):
        prepos.replan(config, today=TODAY)
    told = values(prom)
    assert told["prepos_last_run_exit_code"] == 3
    assert told[f'prepos_plan_info{{run_id="{first}"}}'] == 1
    assert told["prepos_plan_transfers"] == good["prepos_plan_transfers"] > 0
    assert read_current(office / "runs") == first


def test_metrics_that_cannot_be_written_are_found_before_the_work(office: Path) -> None:
    """The folder is not there."""
    with pytest.raises(WriteError, match=r"run[.]metrics expects the folder to be there"):
        prepos.replan(at(office, "run.metrics=none/such.prom"), today=TODAY)


def test_the_command_tells_a_person_and_a_program(
    office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page, the JSON object, the lines of the log, and the exit codes."""
    words = ["replan", "-c", str(office / "prepos.toml"), "--set", f"time.cutoff={CUTOFF}"]
    assert main(words) == 99
    assert "nothing has changed since run" in capsys.readouterr().err
    short_of_stock(office)
    assert main([*words, "--dry-run"]) == 0
    page = capsys.readouterr().out
    assert "would be published" in page
    assert "DC>SP1" in page
    assert main([*words, "--json", "--set", "run.log=json"]) == 0
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told["state"] == "published"
    assert told["comparison"]["lines"]
    lines = [json.loads(line) for line in err.splitlines()]
    keys = {"time", "level", "run_id", "stage", "rows", "seconds", "message"}
    assert all(set(line) == keys for line in lines)
    assert lines[0]["stage"] == "looking for changes"
    assert lines[-1]["run_id"] == told["run_id"]
    assert main([*words, "--set", "run.log=json"]) == 99
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["level"] == "info"
    (office / "stock.csv").write_text("node_id,sku,on_hand\nDC,nosuch,60\n")
    assert main([*words, "--set", "run.log=json"]) == 3
    last = [json.loads(line) for line in capsys.readouterr().err.splitlines()][-2:]
    assert [line["level"] for line in last] == ["error", "error"]
    assert "PP-KEY-UNKNOWN" in last[0]["message"]


def test_a_signal_ends_the_job_with_the_lock_free(
    office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGTERM in the middle of the plan: 143, told to the monitor too, and the plan stands."""
    first = read_current(office / "runs")
    short_of_stock(office)

    def stop(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(planning, "decide", stop)
    words = ["replan", "-c", str(office / "prepos.toml"), "--set", f"time.cutoff={CUTOFF}"]
    assert main([*words, "--set", "run.metrics=prepos.prom"]) == 143
    assert "stopped by SIGTERM" in capsys.readouterr().err
    assert not (office / "runs" / "lock").exists()
    assert values(office / "prepos.prom")["prepos_last_run_exit_code"] == 143
    assert read_current(office / "runs") == first


def values(path: Path) -> dict[str, float]:
    """Return a textfile's values by name and labels."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def sums(folder: Path) -> dict[str, str]:
    """Return the sums of a run's files."""
    told: dict[str, str] = json.loads((folder / MANIFEST).read_text())["files"]
    assert FITTED in told
    return told


def test_edits_stand_on_the_forecast_that_was_carried_on(office: Path) -> None:
    """What is edited is told beside the forecast it was planned on; anew where that is gone."""
    short_of_stock(office)
    config = at(office, weeks=1)
    prepos.replan(config, today=TODAY + timedelta(days=7))
    run_id = str(read_current(office / "runs"))
    run = pipeline.load_run(office / "runs" / run_id)
    lines = pd.read_csv(office / "runs" / run_id / TRANSFERS, dtype=str, keep_default_na=False)
    lines.drop(index=0).to_csv(office / "edited.csv", index=False)
    edited = publish_edited(config, run_id, office / "edited.csv")
    files = pipeline.load_run(edited.folder)
    assert files.manifest["asked"]["update"] == run.manifest["asked"]["update"]
    pd.testing.assert_frame_equal(files.frames[FORECAST], run.frames[FORECAST])
    pipeline.publish_run(config, run_id)
    shutil.rmtree(office / "runs" / run.manifest["asked"]["update"])
    listener = Listener()
    again = publish_edited(config, run_id, office / "edited.csv", listener)
    gone = run.manifest["asked"]["update"]
    assert listener.said(f"stood on run {gone}, expected it in")
    assert listener.said("the forecast is fitted anew")
    assert "update" not in pipeline.load_run(again.folder).manifest["asked"]
