"""What a command talks to may be closed, full, or know few letters: it ends as it should."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from prepos.errors import ConfigError

PROGRAM = """
import sys
from prepos.cli import app, main
from prepos.cli.screen import Screen
from prepos.errors import ConfigError

def run(**_):
    if "fail" in sys.argv:
        raise ConfigError("expected ü → \\udcff")
    Screen(as_json="--json" in sys.argv).show("ü → \\udcff", {"told": "ü → \\udcff"})

app.app = run
sys.exit(main())
"""


def run(words: str, streams: str = "", **surroundings: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command that shows or raises a text with odd letters, its streams as a shell says."""
    line = f'"{sys.executable}" -c "$PROGRAM" {words} {streams}'
    around = os.environ | {"PROGRAM": PROGRAM} | surroundings
    return subprocess.run(line, shell=True, capture_output=True, env=around, check=False)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_letters_that_a_stream_lacks_are_spelled_out(encoding: str) -> None:
    """In whatever locale; what is printed as an object can be read by any program."""
    shown = run("show", PYTHONIOENCODING=encoding)
    expected = "ü → \udcff".encode(encoding, errors="backslashreplace")
    assert (shown.returncode, shown.stdout.strip(), shown.stderr) == (0, expected, b"")
    told = json.loads(run("show --json", PYTHONIOENCODING=encoding).stdout.decode(encoding))
    assert told == {"told": "ü → \udcff"}
    failed = run("fail", PYTHONIOENCODING=encoding)
    assert failed.returncode == ConfigError.exit_code
    assert failed.stderr.startswith(b"prepos: expected ")


@pytest.mark.parametrize(
    ("words", "streams", "code"),
    [
        ("show", ">&-", 0),
        ("fail", ">&- 2>&-", 2),
        ("fail --json", ">&-", 2),
        ("show", ">/dev/full", 7),
        ("show --json", ">/dev/full", 7),
        ("fail --json", ">/dev/full", 2),
        ("fail", "2>/dev/full", 2),
    ],
)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_streams_that_are_closed_or_full_show_no_traceback(
    words: str, streams: str, code: int
) -> None:
    """What they do not take is told on the other, and by the exit code."""
    done = run(words, streams)
    assert done.returncode == code, done
    assert b"Traceback" not in done.stderr
    if ">/dev/full" in streams and "2>" not in streams:
        assert done.stderr.startswith(b"prepos: ")
