"""A folder to start from: a commented configuration, and the needed tables with headers alone.

Made from ``base.toml`` and the contract of the tables, so that it never says anything else.
"""

from __future__ import annotations

import re
from pathlib import Path

from prepos.config.bundle import bundled
from prepos.core.tables import TABLES
from prepos.errors import ConfigError, WriteError

WORKSPACE = "prepos.toml"
HEADING = """\
# What prepos is to plan. Every line that is commented out shows the default.
#
# Next: fill the tables below, and let `prepos check` say what is still wrong or missing;
# then `prepos plan`. `prepos schema --text TABLE` tells what a column holds.
"""


def workspace_files() -> dict[str, str]:
    """Return file name to content."""
    needed = [table for table in TABLES.values() if table.required]
    tables = {f"{table.name}.csv": ",".join(table.names) + "\n" for table in needed}
    base = bundled("configs", "base.toml").read_text(encoding="utf-8")
    body = base[base.index("[data]") :]
    lines = [_comment(line) for line in body.splitlines()]
    names = "|".join(table.name for table in needed)
    text = re.sub(rf"(?m)^# (?=({names}) *=)", "", "\n".join(lines))
    return {WORKSPACE: f"{HEADING}\n{text}\n", **tables}


def write_workspace(folder: Path) -> list[Path]:
    """Write the files into the folder, made if need be, and return their paths.

    Raises
    ------
    ConfigError
        If any of them is there already; then none is written.
    WriteError
        If the folder cannot be written.
    """
    files = workspace_files()
    there = [name for name in files if (folder / name).exists()]
    if there:
        raise ConfigError(
            f"{folder.resolve()} holds {', '.join(there)}, expected a folder without; none written"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise WriteError(f"{folder} cannot be written: {error.strerror or error}") from error
    return [folder / name for name in files]


def _comment(line: str) -> str:
    """Return a line of the base configuration commented out; headings stay."""
    return line if not line or line.startswith(("[", "#")) else f"# {line}"
