"""``prepos export``: a plan as files that other systems import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from prepos.cli.flags import AsJson, Case, ConfigFile, Quiet, Sets, read_config
from prepos.cli.screen import Screen
from prepos.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from prepos.config import Config
    from prepos.pipeline.exporting import Exported

FORMATS = "tryton, odoo, erpnext, frepple, openboxes, csv, parquet, xlsx or mapping"


def export(
    run: Annotated[
        str, Argument(metavar="RUN", help="A run's folder, the id of one, current or newest.")
    ],
    formats: Annotated[
        list[str], Option("--format", metavar="FORMAT", help=f"{FORMATS}. Repeatable.")
    ],
    config: ConfigFile = None,
    case: Case = None,
    sets: Sets = None,
    out: Annotated[
        Path | None,
        Option(
            "--out",
            metavar="DIR",
            help="Where to; of several formats a folder each. Else exports/ beside the run.",
        ),
    ] = None,
    mapping: Annotated[
        Path | None,
        Option("--mapping", metavar="FILE", help="The mapping file; else publish.mapping."),
    ] = None,
    only: Annotated[
        Path | None,
        Option("--only", metavar="FILE", help="Only transfers whose ids it lists, one a line."),
    ] = None,
    refused: Annotated[
        bool,
        Option("--refused", help="Only what was refused and not taken since, by `reconcile`."),
    ] = False,
    dry_run: Annotated[
        bool, Option("--dry-run", help="Look through everything, and write nothing.")
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Write a plan's transfers as other systems import them: as drafts, under keys that stay.

    What the target would refuse or misread is told all at once, and then nothing is written.
    Without -c and prepos.toml the run's own configuration holds; its table publish names places.
    """
    from prepos.pipeline.exporting import export_plan

    chosen = config_of(run, config, case, sets)
    exported = export_plan(
        chosen,
        run,
        formats,
        out=out,
        mapping=mapping,
        only=chosen_lines(chosen, run, only, refused=refused),
        dry_run=dry_run,
    )
    payload = {"exports": [asdict(each) for each in exported]}
    folder = Path(exported[0].folder)
    common = folder if len(exported) == 1 else folder.parent
    Screen(as_json=as_json, quiet=quiet).show(export_page(exported), payload, folder=common)


def chosen_lines(config: Config, run: str, only: Path | None, *, refused: bool) -> list[str] | None:
    """Return the transfers that are to go out: those of a file, those refused, or None for all."""
    if refused and only is not None:
        raise ConfigError("--only and --refused are both given, expected one of them")
    if refused:
        from prepos.pipeline.reconciling import refused_transfers

        return refused_transfers(config, run)
    if only is None:
        return None
    from prepos.publish.exporters.only import read_only

    return read_only(only)


def config_of(run: str, file: Path | None, case: str | None, sets: Sequence[str] | None) -> Config:
    """Return the configuration that is named or lies here, else that of the run's folder."""
    from prepos.config import change_config, restore_config
    from prepos.config.workspace import WORKSPACE
    from prepos.publish import read_manifest
    from prepos.publish.manifest import settings_folder

    folder = Path(run)
    if file is not None or case is not None or Path(WORKSPACE).is_file() or not folder.is_dir():
        return read_config(file, case, sets)
    manifest = read_manifest(folder)
    told = restore_config(settings_folder(folder, manifest), manifest["config"])
    return change_config(told, sets or ())


def export_page(exported: Sequence[Exported]) -> RenderableType:
    """Return what was written, or would be, a line a file."""
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from prepos.cli.paths import from_here

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("format", no_wrap=True)
    table.add_column("file", overflow="fold")
    table.add_column("rows", justify="right")
    for each in exported:
        for name, rows in each.files.items():
            path = from_here(Path(each.folder)) / name
            table.add_row(each.format, Text(str(path)), f"{rows:,}")
    first = exported[0]
    verb = "Exported" if first.written else "A dry run; nothing was written. It would export"
    end = f"{verb} {first.transfers:,} transfers of {first.units:,} units."
    return Group(table, Text(end, "bold"))
