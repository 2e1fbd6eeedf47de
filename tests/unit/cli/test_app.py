"""Every command helps itself, ends with its exit code, and is quick to answer."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import prepos
from prepos.cli import app, main
from prepos.errors import InfeasibleError
from prepos.publish.lock import hold_lock

COMMANDS = ("demo", "init", "check", "forecast", "plan", "backtest", "verify", "explain", "schema")
HEAVY = ("numpy", "pandas", "scipy", "statsmodels", "duckdb", "pulp", "geopandas", "pyarrow", "h3")


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """A newcomer sees what there is."""
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert [command for command in COMMANDS if command not in shown] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Help ends with lines to copy."""
    assert main([command, "--help"]) == 0
    assert f"$ prepos {command}" in capsys.readouterr().out


def test_commands_import_nothing_heavy() -> None:
    """Help answers at once because the libraries are imported when a command runs."""
    program = f"import sys, prepos.cli; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_a_second_command_is_refused_before_anything_heavy(tmp_path: Path) -> None:
    """Who comes while another is at work looks at the lock first: so it ends at once."""
    file = tmp_path / "prepos.toml"
    file.write_text('[data]\norders = "orders.csv"\n')
    program = (
        "import sys; from prepos.cli import main; code = main(sys.argv[1:]); "
        f"print(code, [m for m in {HEAVY} if m in sys.modules])"
    )
    with hold_lock(tmp_path / "runs", command="replan"):
        for words in (["replan"], ["publish", "newest"], ["rollback"], ["doctor", "--fix"]):
            command = [sys.executable, "-c", program, *words, "-c", str(file)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            assert done.stdout == "6 []\n", (words, done.stderr)


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is the package's."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"prepos {prepos.__version__}\n"


@pytest.mark.parametrize("words", [["plam"], ["plan", "--budget", "3"], ["verify"], ["plan", "x"]])
def test_wrong_use_is_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What is no command or flag is said on standard error."""
    assert main(words) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Usage" in shown.err


@pytest.mark.parametrize("as_json", [False, True])
def test_error_ends_with_its_code_and_no_trace(
    as_json: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command's error is told in its own words."""

    def fail(**_: object) -> None:
        raise InfeasibleError("node FW1: storage_m3 is 3, the stock needs 5")

    monkeypatch.setattr(app, "app", fail)
    assert main(["plan", *(["--json"] if as_json else [])]) == 4
    shown = capsys.readouterr()
    if as_json:
        assert json.loads(shown.out)["error"] == "InfeasibleError"
    else:
        assert shown.err == "prepos: node FW1: storage_m3 is 3, the stock needs 5\n"


def test_full_disk_is_seven(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the disk refuses is told with its place; any other slip of ours keeps its trace."""

    def fail(number: int) -> None:
        raise OSError(number, os.strerror(number), "/somewhere/x")

    monkeypatch.setattr(app, "app", lambda **_: fail(errno.ENOSPC))
    assert main(["plan"]) == 7
    told = capsys.readouterr().err
    assert told == "prepos: /somewhere/x cannot be written: No space left on device\n"
    monkeypatch.setattr(app, "app", lambda **_: fail(errno.EBADF))
    with pytest.raises(OSError, match="Bad file descriptor"):
        main(["plan"])


def test_no_configuration_is_told_with_what_to_do(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In an empty folder plan says how to begin."""
    monkeypatch.chdir(str(tmp_path))
    assert main(["plan"]) == 2
    told = capsys.readouterr().err
    assert "no configuration: expected prepos.toml in this folder, or -c FILE" in told
    assert "prepos init" in told


def test_module_runs_as_a_command() -> None:
    """``python -m prepos`` is the command."""
    done = subprocess.run(
        [sys.executable, "-m", "prepos", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"prepos {prepos.__version__}\n"


def test_public_names_are_there_and_no_others() -> None:
    """The package spells out its names and refuses the rest."""
    assert set(dir(prepos)) == set(prepos.__all__)
    with pytest.raises(AttributeError, match="no attribute 'make_plam'"):
        prepos.make_plam  # noqa: B018
