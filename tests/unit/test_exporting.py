"""A run's way out: found by id, looked through, and put in its place whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from prepos.cli import main
from prepos.core.run import TRANSFERS
from prepos.errors import ConfigError, InputError, RunError, WriteError
from prepos.pipeline.exporting import export_plan
from prepos.publish import read_part
from prepos.publish.current import swap_current
from prepos.publish.exporters.delimited import write_delimited
from prepos.publish.exporters.sheet import Sheet
from tests.unit.publish.exporters.lines import (
    PLAN,
    TODAY,
    make_config,
    make_lines,
    write_run,
)


def test_files_lie_beside_the_run(tmp_path: Path) -> None:
    """By run and format, with a manifest of their sums; what came is told."""
    write_run(tmp_path)
    told = export_plan(make_config(tmp_path), PLAN, ["odoo", "csv", "odoo"], today=TODAY)
    assert [(each.format, each.transfers, each.units) for each in told] == [
        ("odoo", 5, 90),
        ("csv", 5, 90),
    ]
    folder = tmp_path / "runs" / "exports" / PLAN / "odoo"
    assert told[0].folder == str(folder)
    assert told[0].files == {"stock.picking.csv": 5}
    manifest = read_part(folder, ["stock.picking.csv"]).manifest
    assert (manifest["schema"], manifest["rows"]) == ("prepos/export@1", {"stock.picking.csv": 5})
    assert (manifest["run_id"], manifest["format"], manifest["units"]) == (PLAN, "odoo", 90)


def test_a_run_is_found_by_pointer_and_path(tmp_path: Path) -> None:
    """``current`` is whichever is published."""
    run = write_run(tmp_path)
    config = make_config(tmp_path)
    with pytest.raises(RunError, match="no run is published"):
        export_plan(config, "current", ["csv"])
    swap_current(tmp_path / "runs", PLAN)
    for name in ("current", run):
        (told,) = export_plan(config, name, ["csv"], out=tmp_path / "o", today=TODAY)
        assert told.folder == str(tmp_path / "o")


def test_one_fault_keeps_all_formats_back(tmp_path: Path) -> None:
    """Each target's faults are told under its name, and no folder is made."""
    write_run(tmp_path, {TRANSFERS: make_lines(sku=["#1", *"abcd"])})
    with pytest.raises(InputError, match="cannot be exported to frepple; nothing was written") as e:
        export_plan(make_config(tmp_path), PLAN, ["csv", "frepple"], today=TODAY)
    assert [fault.file for fault in e.value.faults] == ["transfers.csv for frepple"]
    assert not (tmp_path / "runs" / "exports").exists()


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    """It looks through everything, and tells what would come."""
    write_run(tmp_path)
    (told,) = export_plan(make_config(tmp_path), PLAN, ["tryton"], dry_run=True, today=TODAY)
    assert not told.written
    assert told.files["stock.shipment.internal.csv"] == 5
    assert not (tmp_path / "runs" / "exports").exists()


def test_a_later_plan_updates_by_the_transfer_alone(tmp_path: Path) -> None:
    """``publish.key`` takes the plan out of keys: the same departure's line is the same line."""
    write_run(tmp_path)
    config = make_config(tmp_path, "publish.key=transfer")
    (told,) = export_plan(config, PLAN, ["frepple"], today=TODAY)
    text = (Path(told.folder) / "distributionorder.csv").read_text("utf-8")
    assert [line.split(",")[0] for line in text.splitlines()[1:3]] == ["prepos.T1", "prepos.T2"]


def test_an_export_again_takes_the_place_of_the_former(tmp_path: Path) -> None:
    """Other formats' files are left; a folder that holds anything else is not touched."""
    write_run(tmp_path)
    config, out = make_config(tmp_path), tmp_path / "out"
    export_plan(config, PLAN, ["tryton"], out=out, today=TODAY)
    export_plan(config, PLAN, ["odoo"], out=out, today=TODAY)
    assert sorted(path.name for path in out.iterdir()) == ["manifest.json", "stock.picking.csv"]
    (out / "mine.txt").write_text("mine")
    with pytest.raises(WriteError, match=r"it holds mine\.txt"):
        export_plan(config, PLAN, ["odoo"], out=out, today=TODAY)
    assert (out / "mine.txt").read_text() == "mine"


def test_a_run_is_never_overwritten(tmp_path: Path) -> None:
    """Its folder is refused as a place to export to; of several formats none is written then."""
    run = write_run(tmp_path)
    config, before = make_config(tmp_path), sorted(run.iterdir())
    with pytest.raises(WriteError, match=r"manifest\.json is of 'prepos/manifest@1', expected an"):
        export_plan(config, PLAN, ["csv"], out=run, today=TODAY)
    assert sorted(run.iterdir()) == before
    shutil.copytree(run, tmp_path / "o" / "odoo")
    with pytest.raises(WriteError):
        export_plan(config, PLAN, ["csv", "odoo"], out=tmp_path / "o", today=TODAY)
    assert [path.name for path in (tmp_path / "o").iterdir()] == ["odoo"]


def test_a_full_disk_leaves_the_former_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second file finds no room: the error says where, and the first is not put in place."""
    write_run(tmp_path)
    config, out = make_config(tmp_path), tmp_path / "out"
    export_plan(config, PLAN, ["tryton"], out=out, today=TODAY)
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def write(path: Path, sheet: Sheet) -> None:
        if "update" in path.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        write_delimited(path, sheet)

    monkeypatch.setattr("prepos.publish.exporters.write.write_delimited", write)
    with pytest.raises(WriteError, match=r"internal\.update\.csv: No space left on device"):
        export_plan(config, PLAN, ["tryton"], out=out, only=["T1"], today=TODAY)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "runs"]


def test_what_a_killed_export_left_is_cleared(tmp_path: Path) -> None:
    """A half-written sibling of the same name goes; of another format it stays."""
    write_run(tmp_path)
    above = tmp_path / "runs" / "exports" / PLAN
    for name in (".partial-csv-a1", ".partial-odoo-b2"):
        (above / name).mkdir(parents=True)
        (above / name / "half.csv").write_text("half")
        os.utime(above / name, (0, 0))  # of a young one nobody knows whether it is at work
    export_plan(make_config(tmp_path), PLAN, ["csv"], today=TODAY)
    assert sorted(path.name for path in above.iterdir()) == [".partial-odoo-b2", "csv"]


def test_an_altered_plan_is_not_exported(tmp_path: Path) -> None:
    """Its sum is another than the manifest's."""
    run = write_run(tmp_path)
    text = (run / TRANSFERS).read_text("utf-8")
    (run / TRANSFERS).write_text(text.replace(",12,", ",13,"))
    with pytest.raises(RunError, match="1 files are not as written"):
        export_plan(make_config(tmp_path), PLAN, ["csv"])


@pytest.mark.parametrize(
    ("formats", "only", "said"),
    [
        (["oddo"], None, "format is 'oddo', expected one of tryton, odoo, .* nearest is odoo"),
        ([], None, "no format is named, expected --format"),
        (["csv"], ["T1", "T11"], "1 transfers to export are not in .*: 'T11', nearest is T1"),
        (["mapping"], None, "no mapping is named, expected --mapping FILE"),
    ],
)
def test_what_is_not_there_is_told(
    formats: list[str], only: list[str] | None, said: str, tmp_path: Path
) -> None:
    """Format, transfer or mapping, with the nearest name."""
    write_run(tmp_path)
    with pytest.raises(ConfigError, match=said):
        export_plan(make_config(tmp_path), PLAN, formats, only=only, today=TODAY)


def test_a_run_without_a_plan_has_nothing_to_export(tmp_path: Path) -> None:
    """A forecast's run is refused by name."""
    write_run(tmp_path, {"rejects.csv": make_lines().iloc[:0]})
    with pytest.raises(ConfigError, match="holds no plan, expected a run of `prepos plan`"):
        export_plan(make_config(tmp_path), PLAN, ["csv"])


def test_command_exports_and_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person gets the files, a program the counts; the run's own configuration is enough."""
    run = write_run(tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ids.csv").write_text("\ufefftransfer_id\nT5\n\nT1\n", encoding="utf-8")
    words = ["export", str(run), "--format", "frepple", "--only", "ids.csv"]
    assert main(words) == 0
    told = capsys.readouterr().out
    assert f"runs/exports/{PLAN}/frepple/distributionorder.csv" in "".join(told.split())
    assert "Exported 2 transfers of 36 units." in told
    assert main([*words, "--json", "--dry-run", "--format", "csv"]) == 0
    exports = json.loads(capsys.readouterr().out)["exports"]
    assert [(each["format"], each["transfers"], each["written"]) for each in exports] == [
        ("frepple", 2, False),
        ("csv", 2, False),
    ]
    assert main([*words, "--quiet", "--out", "o"]) == 0
    assert capsys.readouterr().out == "o\n"


def test_command_takes_the_mapping_beside_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``publish.mapping`` is relative to the configuration, ``--mapping`` to where one is."""
    write_run(tmp_path)
    text = '[file]\nname = "a.csv"\n[[column]]\nname = "Item"\ncolumn = "sku"\n'
    (tmp_path / "m.toml").write_text(text)
    (tmp_path / "prepos.toml").write_text('[publish]\nmapping = "m.toml"\n')
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    words = ["export", PLAN, "--format", "mapping", "--out", "out"]
    assert main([*words, "-c", str(tmp_path / "prepos.toml")]) == 0
    assert (elsewhere / "out" / "a.csv").read_text().startswith("Item\n00123\n")
    assert main([*words, "--mapping", "gone.toml", "-c", str(tmp_path / "prepos.toml")]) == 2
    assert "gone.toml cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"), [("", "names no transfer"), (None, "cannot be read: ")]
)
def test_command_refuses_a_list_without_ids(
    content: str | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty list is a mistake, not the wish to export nothing."""
    run = write_run(tmp_path)
    if content is not None:
        (tmp_path / "ids.txt").write_text(content)
    words = ["export", str(run), "--format", "csv", "--only", str(tmp_path / "ids.txt")]
    assert main(words) == 2
    assert said in capsys.readouterr().err
