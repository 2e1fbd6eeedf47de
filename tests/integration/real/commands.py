"""Run prepos as its users do: a command, its exit code, its JSON object, its time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Outcome:
    """What a command ended with."""

    code: int
    payload: dict[str, Any]  # empty where standard output held no JSON object
    told: str  # standard error
    seconds: float
    peak_mb: float


def run_prepos(*words: str | Path) -> Outcome:
    """Run one command with `--json` and wait for it."""
    command = [sys.executable, "-m", "prepos", *map(str, words), "--json"]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as told:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=out, stderr=told, env=os.environ | {"PYTHONPATH": path}
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        out.seek(0)
        told.seek(0)
        return Outcome(
            process.returncode,
            _read_object(out.read()),
            told.read(),
            seconds,
            usage.ru_maxrss / 1024,
        )


def walk_the_path(config: Path, out: Path, *flags: str) -> dict[str, Outcome]:
    """Run check, forecast, plan and verify, each into a folder below out; stop at a failure."""
    outcomes: dict[str, Outcome] = {}
    for step in ("check", "forecast", "plan"):
        outcomes[step] = run_prepos(step, "-c", config, "--out", out / step, *flags)
        if outcomes[step].code:
            return outcomes
    outcomes["verify"] = run_prepos("verify", out / "plan")
    return outcomes


def _read_object(text: str) -> dict[str, Any]:
    """Return the JSON object on standard output, or nothing."""
    return json.loads(text) if text.lstrip().startswith("{") else {}
