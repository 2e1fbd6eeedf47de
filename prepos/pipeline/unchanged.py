"""What a step was made from, so that it is not done again: sums of inputs, settings, versions.

A run's manifest tells it of a step that was done, the configuration and the sums of the files'
bytes of one that is to be. Nothing else is kept: the runs that lie there are the memory.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from prepos.config import Config
from prepos.errors import RunError
from prepos.ingest.sums import input_sums
from prepos.pipeline.told import read_told
from prepos.publish import deciding, library_versions, read_manifest
from prepos.publish.acknowledgements import moving_digest
from prepos.publish.read import check_sums
from prepos.publish.runs import list_runs

PLAN, FORECAST = "plan", "forecast"
OF_PLANS = {  # kind to tables and sections that the step does not read
    PLAN: frozenset(("replay",)),
    FORECAST: frozenset(
        ("replay", "plan", "stock", "receipts", "in_transit", "lanes", "overrides")
    ),
}

Sums = Mapping[str, str]  # table to SHA-256


def known_sums(config: Config) -> Sums | None:
    """Return the sum of each input and of what is on its way; None as `input_sums` says."""
    sums = input_sums(config.data, config.folder)
    if sums is None or config.ingest.shipped == "ignore":
        return sums
    digest = moving_digest(read_told(config.runs).answers)
    return sums if digest is None else {**sums, "in_transit": digest}


def made_from(kind: str, config: Config, sums: Sums) -> str:
    """Return the digest of all that a step would be made from now."""
    return _digest(kind, config.as_dict(), sums, asdict(config.spec), library_versions())


def was_made_from(manifest: Mapping[str, Any]) -> str:
    """Return the digest of all that a run's step was made from; empty where it is not told."""
    try:
        settings, asked = dict(manifest["config"]), manifest["asked"]
        if not asked["cutoff"]:  # it came from the orders
            settings["time"] = {**settings["time"], "cutoff": "none"}
        sums = {source["table"]: source["sha256"] for source in manifest["inputs"]}
        return _digest(manifest["kind"], settings, sums, asked["model"], manifest["versions"])
    except (KeyError, TypeError):
        return ""


def is_whole(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Return whether every file of a run is as it was written."""
    return not check_sums(folder, manifest["files"])


def find_made(
    kind: str, config: Config, sums: Sums, **asked: object
) -> tuple[Path, Mapping[str, Any]] | None:
    """Return the latest whole run made from these inputs, and its manifest; None where none is.

    ``asked`` are entries that the manifest's ``asked`` is to hold, such as the published run.
    """
    wanted = made_from(kind, config, sums)
    for folder, manifest in past_runs(config.runs):
        told = manifest.get("asked", {})
        alike = all(told.get(name) == value for name, value in asked.items())
        same = manifest["kind"] == kind and alike and was_made_from(manifest) == wanted
        if same and is_whole(folder, manifest):
            return folder, manifest
    return None


def past_runs(runs: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the runs that lie there with their manifests, the latest first."""
    for note in reversed(list_runs(runs)):
        try:
            yield note.folder, read_manifest(note.folder)
        except RunError:  # removed meanwhile
            continue


def _digest(
    kind: str,
    settings: Mapping[str, Any],
    sums: Sums,
    model: Mapping[str, Any],
    versions: Mapping[str, str],
) -> str:
    """Return the digest of what decides a step's result."""
    left_out = OF_PLANS.get(kind, frozenset())
    content = {
        "kind": kind,
        "settings": {k: v for k, v in deciding(settings).items() if k not in left_out},
        "tables": {table: value for table, value in sums.items() if table not in left_out},
        "model": model,
        "versions": versions,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
