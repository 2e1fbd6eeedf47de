"""Results go to standard output, progress to a terminal."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from prepos.cli.screen import Screen, Steps
from prepos.core.progress import SILENT


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        return True


def test_page_is_printed_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no terminal is, there are no colours."""
    Screen().show("[bold]hello[/bold]", {"a": 1}, folder=Path("runs/x"))
    assert capsys.readouterr().out == "hello\n"


def test_quiet_prints_the_folder_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """A script reads one line."""
    Screen(quiet=True).show("page", {}, folder=Path("runs/x"))
    Screen(quiet=True).show("page", {})
    assert capsys.readouterr().out == "runs/x\n"


def test_json_is_one_object_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither output holds a table where no terminal is."""
    Screen(as_json=True).show("page", {"ü": [1, None]}, folder=Path("runs/x"))
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"ü": [1, None]}
    assert shown.err == ""


def test_json_shows_the_page_to_who_sits_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A terminal on standard error gets the page, standard output the object alone."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    Screen(as_json=True).show("page", {"a": 1})
    assert "page" in terminal.getvalue()
    assert json.loads(capsys.readouterr().out) == {"a": 1}


def test_number_that_json_has_not_is_refused() -> None:
    """Infinity never reaches who parses."""
    with pytest.raises(ValueError, match="JSON"):
        Screen(as_json=True).show("", {"a": float("inf")})


def test_progress_is_shown_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log file is not filled with spinners."""
    with Screen().progress() as progress:
        assert progress is SILENT
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Screen(quiet=True).progress() as progress:
        assert progress is SILENT
    with Screen().progress() as progress:
        progress.step("reading")
        progress.step("planning", 1200)
    assert "reading" in terminal.getvalue()
    assert "planning (1,200)" in terminal.getvalue()


def test_each_step_is_ticked_off_once() -> None:
    """A step is told when it ends."""
    told: list[str] = []
    steps = Steps(lambda line, **_: told.append(line), lambda _: None)
    steps.step("one")
    steps.step("two")
    steps.end()
    steps.end()
    assert [word for line in told for word in line.split() if word in ("one", "two")] == [
        "one",
        "two",
    ]


def test_closed_pipe_ends_quietly() -> None:
    """A reader that stops reading is no error."""
    program = 'from prepos.cli.screen import write_out\nwrite_out("x" * 10**6)\nprint(1 / 0)'
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", program], stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")
