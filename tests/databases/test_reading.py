"""Tables of databases, real ones, are read like files: same rules, same words, same frames."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from prepos.core.inputs import Inputs
from prepos.errors import ConfigError
from tests.databases.filling import fill_duckdb, fill_postgres, fill_sqlite
from tests.databases.postgres import Server
from tests.faults.small_tables import CLEAN, read, read_paths

Fill = Callable[..., dict[str, str]]


@dataclass(frozen=True)
class ServerFill:
    """What fills a database of a server."""

    server: Server

    def __call__(self, changed: Mapping[str, str] | None = None) -> dict[str, str]:
        return fill_postgres(self.server, changed)


@pytest.fixture(params=["postgresql", "duckdb", "sqlite"])
def fill(request: pytest.FixtureRequest, tmp_path: Path) -> Fill:
    """Give what fills a database of each kind."""
    if request.param == "postgresql":
        return ServerFill(request.getfixturevalue("shop"))
    if request.param == "duckdb":
        return lambda changed=None: fill_duckdb(tmp_path / "shop.duckdb", changed)
    return lambda changed=None: fill_sqlite(tmp_path / "shop.db", changed)


def told(inputs: Inputs) -> list[tuple[int, str, str, str]]:
    """Return what was found: row, column, value, code."""
    return [(f.line, f.column, f.value, f.code) for f in inputs.findings.faults]


def test_tables_of_a_database_are_those_of_files(fill: Fill, tmp_path: Path) -> None:
    """What is read is the same to the letter, wherever it comes from."""
    (tmp_path / "files").mkdir()
    files = read(tmp_path / "files", {})
    given = read_paths(tmp_path, fill())

    assert given.findings.faults == ()
    assert given.last_order_day == files.last_order_day
    for name, frame in files.tables.items():
        pd.testing.assert_frame_equal(given.tables[name], frame)
    pd.testing.assert_frame_equal(given.places, files.places.assign(first_line=[1, 2]))
    assert [source.rows for source in given.sources] == [3, 2, 3, 2, 2]
    assert all("://" in source.path for source in given.sources)


def test_faults_name_the_row_and_the_column(fill: Fill, tmp_path: Path) -> None:
    """The rules are those of files; a line is a row, from 1."""
    rows = "DC1,A,100\nDC1,B,-2\nDC9,A,1\nDC1,=1,2\n"
    inputs = read_paths(tmp_path, fill({"stock": f"node_id,sku,on_hand\n{rows}"}))

    assert set(told(inputs)) == {
        (2, "on_hand", "-2", "PP-VALUE-NEGATIVE"),
        (3, "node_id", "DC9", "PP-KEY-UNKNOWN"),
        (4, "sku", "=1", "PP-ID-FORMULA"),
        (4, "sku", "=1", "PP-KEY-UNKNOWN"),
    }
    assert "#stock line 2: " in str(inputs.findings.faults[0])


@pytest.mark.parametrize("cell", ["00123", "1E5", "NA", "null", "O'B", 'a,"b"', "é", "x%s:y"])
def test_ids_are_kept_to_the_letter(fill: Fill, tmp_path: Path, cell: str) -> None:
    """What looks like a number, like nothing or like SQL is an id."""
    quoted = '"' + cell.replace('"', '""') + '"'
    products = f"sku,unit_volume_m3\nA,1\nB,1\n{quoted},2\n"

    inputs = read_paths(tmp_path, fill({"products": products}))

    assert inputs.findings.faults == ()
    assert cell in inputs.tables["products"]["sku"].tolist()


def test_cells_with_line_ends_are_still_one_row(fill: Fill, tmp_path: Path) -> None:
    """A line end in a text moves no row number, and in an id it is a fault of its row."""
    nodes = 'node_id,kind,latitude,longitude,name\nDC1,origin,52,13,"a\nb"\n"S\nP",forward,48,11,\n'
    inputs = read_paths(tmp_path, fill({"nodes": nodes}))

    assert told(inputs) == [(2, "node_id", "S\nP", "PP-ID-CONTROL")]


def test_ids_with_decimals_are_refused(fill: Fill, tmp_path: Path) -> None:
    """A number that has lost its letters is no id; the column is in a message once."""
    changed = {"places": "postal_code,latitude,longitude\n2139,42.4,-71.1\n"}
    given = fill(changed)
    system = given["places"].partition(":")[0]
    kind = {"postgresql": "double precision", "duckdb": "DOUBLE", "sqlite": "REAL"}[system]
    (tmp_path / "queries.toml").write_text(
        'places = """SELECT CAST(postal_code AS REAL) * 1e0 AS postal_code, latitude, longitude '
        'FROM places"""\n'
    )
    given["places"] = given["places"].replace("#places", "#query:places")

    inputs = read_paths(tmp_path, given, queries="queries.toml")

    assert told(inputs) == [(0, "postal_code", kind, "PP-ID-NUMBER")]


def test_row_order_changes_no_fingerprint(fill: Fill, tmp_path: Path) -> None:
    """The sum of a table is that of its content; another cell is another sum."""
    header, *rows = CLEAN["orders"].splitlines(keepends=True)
    sums = []
    for changed in (rows, rows[::-1], [*rows, rows[0]], [*rows[:-1], rows[-1].replace("3", "4")]):
        for file in tmp_path.glob("shop.*"):
            file.unlink()
        if isinstance(fill, ServerFill):
            fill.server.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        inputs = read_paths(tmp_path, fill({"orders": header + "".join(changed)}))
        sums.append(next(one.sha256 for one in inputs.sources if one.table == "orders"))

    assert sums[0] == sums[1]
    assert len(set(sums)) == 3


def test_missing_table_is_named_with_the_nearest(fill: Fill, tmp_path: Path) -> None:
    """Names are looked up, never tried."""
    given = fill()
    given["orders"] = given["orders"].replace("#orders", "#order")
    given["stock"] = given["stock"].replace("#stock", "#stock; DROP TABLE nodes")

    inputs = read_paths(tmp_path, given)

    messages = {f.code: f.message for f in inputs.findings.faults if f.value == "order"}
    assert messages["PP-DATABASE-TABLE"].endswith("has no table or view 'order', nearest is orders")
    assert {f.code for f in inputs.findings.faults} == {"PP-DATABASE-TABLE"}
    assert len(inputs.tables["nodes"]) == 3


def test_missing_column_is_named_with_the_nearest(fill: Fill, tmp_path: Path) -> None:
    """A column under another name is missing, and one that is not known is told."""
    inputs = read_paths(tmp_path, fill({"stock": "node_id,sku,onhand\nDC1,A,1\n"}))

    (fault,) = inputs.findings.faults
    assert (fault.column, fault.code) == ("on_hand", "PP-DIALECT-HEADER-MISSING")
    assert "is 'onhand' meant?" in fault.message
    assert "PP-DIALECT-COLUMN" in {notice.code for notice in inputs.findings.notices}


def test_table_without_any_known_column_is_refused(fill: Fill, tmp_path: Path) -> None:
    """There is nothing to read in it."""
    inputs = read_paths(tmp_path, fill({"stock": "a,b\n1,2\n"}))

    (fault,) = inputs.findings.faults
    assert (
        fault.message
        == "none of its columns is one of stock, expected node_id, sku, on_hand, counted_on"
    )


def test_empty_table_is_a_header_without_rows(fill: Fill, tmp_path: Path) -> None:
    """Nodes need rows, whatever they come from."""
    inputs = read_paths(tmp_path, fill({"nodes": CLEAN["nodes"].splitlines()[0] + "\n"}))

    assert "PP-FILE-NO-ROWS" in {fault.code for fault in inputs.findings.faults}


def test_query_stands_for_a_table_with_the_cutoff_bound(fill: Fill, tmp_path: Path) -> None:
    """A query is a table; a colon in a text or a comment is none of its parameters."""
    given = fill()
    given["orders"] = given["orders"].replace("#orders", "#query:lately")
    (tmp_path / "queries.toml").write_text(
        'lately = """SELECT order_id, ordered_at, sku, quantity, \':cutoff\' AS customer_id, '
        'region_id FROM orders WHERE ordered_at >= :cutoff -- :cutoff\n;"""\n'
    )

    inputs = read_paths(tmp_path, given, queries="queries.toml", cutoff=date(2025, 1, 13))

    assert inputs.findings.faults == ()
    assert inputs.last_order_day == date(2025, 1, 20)
    assert next(one.rows for one in inputs.sources if one.table == "orders") == 2


BAD_QUERIES = (  # a query, what is said of it
    ("DELETE FROM orders RETURNING *", "expected one SELECT that changes nothing"),
    ("WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone", "expected one SELECT"),
    ("SELECT * FROM orders; DROP TABLE orders", "expected one SELECT that changes nothing"),
    ("SELECT 1) AS x; DROP TABLE orders; SELECT * FROM (SELECT 1", "expected one SELECT"),
    ("SELECT * FROM order_lines", "order_lines"),
    ("SELECT qty FROM orders", "qty"),
    ("SELECT * FROM orders WHERE ordered_at < :until", "uses :until, expected :cutoff"),
    ("SELECT * FROM orders WHERE ordered_at < :cutoff", "expected a day in time.cutoff"),
)


@pytest.mark.parametrize(("query", "said"), BAD_QUERIES)
def test_query_that_cannot_stand_for_a_table_is_refused(
    fill: Fill, tmp_path: Path, query: str, said: str
) -> None:
    """What writes, what is several statements and what the database does not know ends in 2."""
    given = fill()
    address, tables = given["orders"], dict(given)
    (tmp_path / "queries.toml").write_text(f'bad = "{query}"\n')
    given["orders"] = address.replace("#orders", "#query:bad")

    with pytest.raises(ConfigError, match=re.escape(said)):
        read_paths(tmp_path, given, queries="queries.toml")

    assert read_paths(tmp_path, tables).findings.faults == ()


def test_missing_query_is_named_with_the_nearest(fill: Fill, tmp_path: Path) -> None:
    """Without a file of queries that is what is missing."""
    given = {"orders": fill()["orders"].replace("#orders", "#query:lately")}
    (tmp_path / "queries.toml").write_text("latest = 'SELECT 1'\n")

    with pytest.raises(ConfigError, match=r"no query 'lately', expected it in the file .* latest"):
        read_paths(tmp_path, given, queries="queries.toml")
    with pytest.raises(ConfigError, match=r"expected it in a file named by data\.queries"):
        read_paths(tmp_path, given)
