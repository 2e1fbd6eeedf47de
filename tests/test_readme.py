"""What the README shows works, and what it names is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from prepos.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_first_python_example_plans_the_sample(tmp_path: Path) -> None:
    """The example runs as it stands, prints transfers with reasons, and leaves a run behind."""
    example, _ = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", example],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    *lines, folder = done.stdout.splitlines()
    assert "->" in lines[0]
    assert (Path(folder) / "transfers.csv").is_file()
    assert Path(folder).is_relative_to(tmp_path)


def test_the_second_python_example_says_who_serves() -> None:
    """The far node, as its comment says."""
    known: dict[str, object] = {}
    exec(blocks("python")[1], known)
    assert known["node"] == 1


def test_commands_shown_are_commands(capsys: object) -> None:
    """Every ``prepos …`` in the README helps itself."""
    shown = set(re.findall(r"(?m)(?:^|&& )prepos ([a-z]+)", "\n".join(blocks("sh"))))
    shown |= set(re.findall(r"`prepos ([a-z]+)", README))
    assert len(shown) >= 8
    assert [name for name in sorted(shown) if main([name, "--help"]) != 0] == []


def test_make_targets_shown_are_in_the_makefile() -> None:
    """The two commands are there."""
    targets = set(re.findall(r"(?m)^make ([a-z]+)", "\n".join(blocks("sh"))))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert targets == {"demo", "test"}
    assert [t for t in targets if not re.search(rf"(?m)^{t}:", makefile)] == []


def test_paths_shown_are_there() -> None:
    """A file or folder that the README sends readers to exists."""
    named = re.findall(r"`((?:configs|data|models|prepos|tests)/[\w./]*)`", README)
    assert len(named) > 5
    assert [path for path in named if not (ROOT / path).exists()] == []
