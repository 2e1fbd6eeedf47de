"""The files for schedulers: each is read by the scheduler it is for, where that is installed."""

from __future__ import annotations

import configparser
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import prepos
from prepos.cli import main
from prepos.config import bundled
from prepos.errors import InputError, UnchangedError

JOBS = bundled("configs", "jobs")


def load(name: str) -> ModuleType:
    """Return a job file as a module."""
    spec = importlib.util.spec_from_file_location(name, JOBS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def refuse(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let every job end in an error."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(prepos, "load_config", lambda *_, **__: None, raising=False)
    monkeypatch.setattr(prepos, "replan", fail, raising=False)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """No word of it on either file, the program's path being one that is there."""
    for name in ("prepos.service", "prepos.timer"):
        text = (JOBS / name).read_text()
        (tmp_path / name).write_text(text.replace("/opt/prepos/.venv/bin/prepos", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / "prepos.service", tmp_path / "prepos.timer"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_service_is_hardened_and_knows_the_exit_codes() -> None:
    """It may write its state alone, is stopped in time, and takes 99 for success."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((JOBS / "prepos.service").read_text())
    service = parser["Service"]
    assert service["SuccessExitStatus"] == "99"
    assert service["ProtectSystem"] == "strict"
    assert {service[key] for key in ("NoNewPrivileges", "PrivateTmp", "ProtectHome")} == {"true"}
    assert service["TimeoutStartSec"]
    assert service["MemoryMax"]
    command = service["ExecStart"].split()[1:]
    assert main([*command[:1], "--help"]) == 0
    assert set(command[1::2]) - {"--quiet"} == {"-c", "--wait"}


@pytest.mark.parametrize(("code", "said"), [(0, ""), (99, ""), (3, "prepos replan ended in 3")])
def test_cron_mails_what_failed_alone(tmp_path: Path, code: int, said: str) -> None:
    """The line's command, run by a shell with a program that ends in each code."""
    (line,) = re.findall(r"(?m)^[\d*].*", (JOBS / "crontab").read_text())
    minute, hour, day, month, weekday, user, command = line.split(maxsplit=6)
    assert (minute, hour, day, month, weekday, user) == ("30", "2", "*", "*", "*", "prepos")
    assert "%" not in command  # a line end to cron
    program = tmp_path / "prepos"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/given\nexit {code}\n')
    program.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "CONFIG": "/etc/my shop.toml"}
    done = subprocess.run(
        ["sh", "-c", command], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout + done.stderr).strip() == said
    given = (tmp_path / "given").read_text().splitlines()
    assert given == ["replan", "-c", "/etc/my shop.toml", "--wait", "600", "--quiet"]


def test_airflow_loads_the_dag(monkeypatch: pytest.MonkeyPatch) -> None:
    """One task, one at a time; a night without a change is skipped, bad input not tried again."""
    exceptions: Any = pytest.importorskip("airflow.sdk.exceptions")
    sdk: Any = pytest.importorskip("airflow.sdk")
    module = load("airflow_prepos")
    dag = module.prepos_every_night()
    assert isinstance(dag, sdk.DAG)
    (task,) = dag.tasks
    assert (dag.dag_id, dag.max_active_runs, task.task_id) == ("prepos", 1, "replan")
    refuse(monkeypatch, UnchangedError("nothing has changed"))
    with pytest.raises(exceptions.AirflowSkipException, match="nothing has changed"):
        task.python_callable()
    refuse(monkeypatch, InputError("the input is refused"))
    with pytest.raises(exceptions.AirflowFailException, match="refused"):
        task.python_callable()


def test_dagster_loads_the_asset(monkeypatch: pytest.MonkeyPatch) -> None:
    """The asset and its schedule; a night without a change says so, bad input fails for good."""
    dagster: Any = pytest.importorskip("dagster")
    module = load("dagster_prepos")
    dagster.Definitions.validate_loadable(module.definitions)
    assert module.every_night.cron_schedule == "30 2 * * *"
    refuse(monkeypatch, UnchangedError("nothing has changed"))
    done = dagster.materialize([module.published_plan])
    (event,) = done.get_asset_materialization_events()
    assert event.materialization.metadata["state"].value == "unchanged"
    refuse(monkeypatch, InputError("the input is refused"))
    failed = dagster.materialize([module.published_plan], raise_on_error=False)
    assert not failed.success
