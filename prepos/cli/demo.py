"""``prepos demo``: the main job on the embedded sample."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from prepos.cli.flags import AsJson, Case, Out, Quiet, Sets
from prepos.cli.plan import run_plan
from prepos.cli.screen import Screen

if TYPE_CHECKING:
    from prepos.config import Config


def demo(
    case: Case = None,
    sets: Sets = None,
    out: Out = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Plan the embedded sample: real grocery orders, an invented map. Needs no input.

    The run is written to runs/ of this folder.
    """
    from prepos.config import bundled, load_config

    config = load_config(
        bundled("data", "sample", "prepos.toml"),
        case=case,
        sets=sets or (),
        environment=os.environ,
    )
    run_plan(run_here(config), out, Screen(as_json=as_json, quiet=quiet))


def run_here(config: Config) -> Config:
    """Return the configuration with its runs in the working folder, beside nothing of ours."""
    here = Path.cwd() / config.run.folder
    return replace(config, run=replace(config.run, folder=str(here)))
