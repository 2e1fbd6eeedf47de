"""Which transfers go out, where not all do: a file of their ids."""

from __future__ import annotations

from pathlib import Path

from prepos.errors import ConfigError

HEADER = "transfer_id"  # may stand on top, as in a CSV of one column


def read_only(path: Path) -> list[str]:
    """Return the ids in a file, one a line; raises ConfigError where there is none."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {error}, expected transfer ids") from error
    ids = [line.strip() for line in lines if line.strip()]
    if ids[:1] == [HEADER]:
        ids = ids[1:]
    if not ids:
        raise ConfigError(f"{path} names no transfer, expected one id a line")
    return ids
