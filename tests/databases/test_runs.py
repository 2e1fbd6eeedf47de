"""Whole commands on tables of databases: the same files as from CSV, the promised exit codes."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from prepos import pipeline
from prepos.cli import main
from prepos.config import load_config
from prepos.core.run import MANIFEST
from prepos.errors import RunError
from prepos.pipeline.write_back import hand_to_database
from tests.databases.filling import fill_sqlite
from tests.databases.postgres import Server
from tests.faults.small_tables import CLEAN
from tests.integration.cutting_sample import SAMPLE, read, write

LINES = 100_000
MODEL = "forecast.model=moving_average"  # the quickest: it is the reading that is looked at


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the sample with its latest order lines."""
    folder = tmp_path_factory.mktemp("sample")
    for path in SAMPLE.iterdir():
        if path.suffix in (".csv", ".toml"):
            (folder / path.name).write_bytes(path.read_bytes())
    write(folder / "orders.csv.gz", read(SAMPLE / "orders.csv.gz").iloc[-LINES:])
    return folder


def fill(server: Server, folder: Path) -> list[str]:
    """Copy every table of a workspace into a database, and return the settings that name them."""
    sets = []
    for path in sorted(folder.glob("*.csv*")):
        name = path.name.partition(".")[0]
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        columns = ", ".join(f'"{column}" text' for column in frame)
        with server.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f'CREATE TABLE "{name}" ({columns})')
            with cursor.copy(f'COPY "{name}" FROM STDIN (FORMAT csv)') as sink:
                sink.write(frame.sample(frac=1, random_state=1).to_csv(index=False, header=False))
        sets.append(f"data.{name}={server.url()}#{name}")
    return sets


def files_of(folder: Path) -> dict[str, bytes]:
    """Return a run's files but for the manifest, which tells where tables were read."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != MANIFEST}


def test_run_is_the_same_from_a_database(shop: Server, sample: Path, tmp_path: Path) -> None:
    """A hundred thousand lines, in another order too, give the same run byte for byte."""
    whole = load_config(sample / "prepos.toml", sets=[MODEL])
    tables = set(whole.data)
    sets = [MODEL, *(one for one in fill(shop, sample) if one.split("=")[0][5:] in tables)]
    assert len(sets) == len(tables) + 1

    from_files = pipeline.make_forecast(whole, tmp_path / "files")
    config = load_config(sample / "prepos.toml", sets=sets)
    from_tables = pipeline.make_forecast(config, tmp_path / "tables")

    assert from_tables.run_id == from_files.run_id
    assert files_of(tmp_path / "tables") == files_of(tmp_path / "files")
    manifest = json.loads((tmp_path / "tables" / MANIFEST).read_text())
    orders = next(one for one in manifest["inputs"] if one["table"] == "orders")
    assert (orders["path"], orders["rows"]) == (f"{shop.url()}#orders", LINES)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Give a small workspace whose tables lie in SQLite."""
    addresses = fill_sqlite(tmp_path / "shop.db", {"lanes": CLEAN["lanes"]})
    tables = "\n".join(f'{name} = "{address}"' for name, address in addresses.items())
    (tmp_path / "prepos.toml").write_text(f"[data]\n{tables}\n[time]\ncutoff = 2025-01-27\n")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Return a command's exit code, and all it said."""
    code = main(list(arguments))
    told = capsys.readouterr()
    return code, told.out + told.err


def test_check_ends_in_the_promised_codes(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """2 for the configuration, 3 for a table, 8 for the database."""
    check = ("check", "-c", str(workspace / "prepos.toml"), "--set")
    code, said = run(capsys, *check, "data.stock=sqlite:///shop.db#stocks")
    assert code == 3
    assert "shop.db has no table or view 'stocks', nearest is stock" in said

    code, said = run(capsys, *check, "data.stock=postgresql://ann:s3cret@localhost/shop#stock")
    assert code == 2
    assert "data.stock holds a password, expected none: set PGPASSWORD" in said
    assert "s3cret" not in said

    absent = "data.stock=postgresql://localhost:1/shop?connect_timeout=1#stock"
    code, said = run(capsys, *check, absent, "--set", "database.attempts=1", "--json")
    assert code == 8
    assert "shop cannot be reached" in said


def test_plan_of_a_run_is_handed_over(workspace: Path) -> None:
    """The run's transfers are in the database; without one configured nothing is done.

    It is verified against the database that it was made from, and not against another content.
    """
    path = workspace / "prepos.toml"
    made = pipeline.make_plan(load_config(path), workspace / "run")
    assert pipeline.verify_run(made.folder).faults == ()
    assert hand_to_database(load_config(path), made.folder) is None

    config = load_config(path, sets=["publish.database.url=sqlite:///plans.db"])
    written = hand_to_database(config, made.folder)
    assert written is not None
    transfers = read(made.folder / "transfers.csv")
    assert written.rows["prepos_transfers"] == len(transfers)
    assert written.rows["prepos_targets"] == len(read(made.folder / "targets.csv")) > 0
    assert hand_to_database(config, made.folder) == replace(written)

    with sqlite3.connect(workspace / "shop.db") as connection:
        connection.execute("UPDATE stock SET on_hand = on_hand + 1")
    connection.close()
    with pytest.raises(RunError) as caught:
        pipeline.verify_run(made.folder)
    assert [fault.code for fault in caught.value.faults] == ["PP-RUN-INPUT"]
