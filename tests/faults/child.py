"""One command in a forked process, with what is wrong there."""

from __future__ import annotations

import json
import locale
import os
import resource
import signal
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

# what commands load when they are called, loaded before the forks
import prepos.cli.paths
import prepos.cli.publish
import prepos.cli.reconcile_page
import prepos.config.workspace
import prepos.pipeline
import prepos.pipeline.publishing
import prepos.pipeline.reconciling
from prepos.cli import main
from prepos.core.verdict import Verdict
from prepos.pipeline.judging import Judged
from prepos.publish import read_files, seal, staged_folder, write_json, write_table
from prepos.publish.read import read_run
from tests.faults.injection import strike

UNTOLD = 70  # a traceback


def live(wish: dict[str, Any], mouth: int) -> NoReturn:
    """Run the command and end; its words lie in a file, its changes are counted to ``mouth``."""
    told = os.open(wish["told"], os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(told, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        code, changes = _run(wish)
    except BaseException:
        traceback.print_exc()
        code, changes = UNTOLD, 0
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(mouth, str(changes).encode())
    os._exit(code)


def _run(wish: dict[str, Any]) -> tuple[int, int]:
    """Prepare what is wrong, and run the command; return its exit code and its changes of files."""
    prepare(wish)
    fault = strike(wish["how"], wish["at"])
    command, *words = wish["words"]
    code = rewrite(Path(words[0])) if command == "rewrite" else main(wish["words"])
    fault.asleep = True
    return code, fault.count


def prepare(wish: dict[str, Any]) -> None:
    """Set the limits of the process, and what stands in for the hours of work."""
    if wish.get("file_bytes"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (wish["file_bytes"],) * 2)
    if wish.get("memory_bytes"):
        import_module("prepos.pipeline.replanning")  # the work is what has no memory, not the start
        held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + wish["memory_bytes"],) * 2)
    for name, text in wish.get("surroundings", {}).items():
        os.environ[name] = text
    time.tzset()
    locale.setlocale(locale.LC_ALL, "")
    os.chdir(wish.get("folder", "/"))
    if wish.get("slow"):
        prepos.pipeline.publishing.judge_again = lambda *_, **__: time.sleep(600)
    elif wish.get("verified", True):
        prepos.pipeline.publishing.judge_again = lambda folder, *_, **__: Judged(
            verdict=Verdict(run_id=folder.name, checks=())
        )


def rewrite(folder: Path) -> int:
    """Write a run once more in its own place, as a plan does at its end."""
    import prepos.cli.app as app

    files = read_run(folder)
    app.app = lambda **_: _rewrite(folder, files)
    return main([])


def _rewrite(folder: Path, files: Any) -> None:
    """Write and seal the files in a stage, and put it in the folder's place."""
    with staged_folder(folder) as stage:
        for name, frame in files.frames.items():
            write_table(stage / name, frame)
        for path in sorted(folder.glob("*.json")):
            write_json(stage / path.name, json.loads(path.read_bytes()))
        read_files(stage, [*files.frames])
        seal(stage, files.manifest)
