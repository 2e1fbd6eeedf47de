"""``manifest.json``: what a run was made from, by which versions, and the sum of each of its files.

All that may differ between two runs on the same input stands in one object, ``timings``.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from prepos.core.inputs import Source
from prepos.core.run import MANIFEST
from prepos.publish.files import sha256_of, write_json

MANIFEST_SCHEMA = "prepos/manifest@1"
LIBRARIES = (
    "prepos",
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "pulp",
    "highspy",
    "duckdb",
    "pyarrow",
)


def make_manifest(
    *,
    run_id: str,
    kind: str,
    config: Mapping[str, Any],
    config_folder: str,
    asked: Mapping[str, Any],
    seed: int,
    sources: Sequence[Source],
    timings: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the manifest of a run but for the sums of its files.

    Parameters
    ----------
    run_id, kind : str
        The kind is ``plan``, ``forecast`` or ``check``.
    config : mapping
        As used, with every overlay applied and the cutoff resolved.
    config_folder : str
        Where relative paths of the config start, relative to the run folder.
    asked : mapping
        What was asked for beside the configuration and is needed to repeat the run: ``cutoff``,
        false where it was taken from the orders; ``model``, the spec that ``forecast.model`` names;
        ``published``, the run that a plan stands on; ``update``, the one whose fit is carried on.
    seed : int
    sources : sequence of Source
        Where each input table was read from.
    timings : mapping
        ``made_at``, ``stages_s`` and ``peak_memory_mb``.
    """
    return {
        "schema": MANIFEST_SCHEMA,
        "run_id": run_id,
        "kind": kind,
        "files": {},
        "inputs": [asdict(source) for source in sources],
        "config": dict(config),
        "config_folder": config_folder,
        "asked": dict(asked),
        "seed": seed,
        "versions": library_versions(),
        "timings": dict(timings),
    }


def seal(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest with the SHA-256 of every other file in the folder; raises WriteError."""
    paths = sorted(path for path in folder.iterdir() if path.name != MANIFEST)
    sums = {path.name: sha256_of(path) for path in paths}
    write_json(folder / MANIFEST, {**manifest, "files": sums})


def library_versions() -> dict[str, str]:
    """Return the versions that a result can depend on; what is not installed is left out."""
    versions = {"python": platform.python_version(), "platform": sys.platform}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


def settings_folder(folder: Path, manifest: Mapping[str, Any]) -> Path:
    """Return where a run's configuration lies: the way there as it was when the run was made.

    Where runs were moved behind a link since, it is the way that the path of the run is written.
    """
    told = manifest["config_folder"]
    ways = (folder / told, Path(os.path.normpath(folder.absolute() / told)))
    paths = [source["path"] for source in manifest.get("inputs", ())]
    return next((way for way in ways if any((way / path).is_file() for path in paths)), ways[0])
