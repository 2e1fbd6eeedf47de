"""The flags that commands share, and the configuration they name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from prepos.errors import ConfigError

if TYPE_CHECKING:
    from prepos.config import Config

ConfigFile = Annotated[
    Path | None,
    Option(
        "--config", "-c", metavar="FILE", help="Configuration; else prepos.toml of this folder."
    ),
]
Case = Annotated[
    str | None,
    Option("--case", metavar="NAME", help="Overlay from cases/ beside the configuration."),
]
Sets = Annotated[
    list[str] | None,
    Option("--set", metavar="KEY=VALUE", help="Set one key, such as plan.budget=5000. Repeatable."),
]
Out = Annotated[
    Path | None,
    Option("--out", metavar="DIR", help="The run folder itself; else a new one in run.folder."),
]
AsJson = Annotated[
    bool, Option("--json", help="Print one JSON object on standard output, and nothing else there.")
]
Quiet = Annotated[bool, Option("--quiet", "-q", help="Print only the run folder's path.")]


def read_config(file: Path | None, case: str | None, sets: Sequence[str] | None) -> Config:
    """Return the configuration that the flags name, or that of the working folder.

    Raises
    ------
    ConfigError
        Where there is none, or with everything that is wrong in it.
    """
    from prepos.config import load_config
    from prepos.config.workspace import WORKSPACE

    if file is None and not Path(WORKSPACE).is_file():
        raise ConfigError(
            f"no configuration: expected {WORKSPACE} in this folder, or -c FILE; "
            "`prepos init` writes a commented one, `prepos demo` needs none"
        )
    return load_config(file or Path(WORKSPACE), case=case, sets=sets or (), environment=os.environ)


def run_folder(run: Path, config: Config | None = None) -> Path:
    """Return the folder of a run that is named by its path, its id, ``current`` or ``newest``.

    Ids are looked up in ``run.folder`` of the configuration, else of the one that lies here; where
    none does, what is given is a path.
    """
    from prepos.config.workspace import WORKSPACE

    if run.is_dir() or (config is None and not Path(WORKSPACE).is_file()):
        return run
    from prepos.pipeline.publishable import find_run

    return find_run(config or read_config(None, None, None), run)
