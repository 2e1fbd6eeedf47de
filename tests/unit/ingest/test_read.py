"""Reading whole workspaces: what is accepted, what is only told, what comes out."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import duckdb
import pytest

from prepos.errors import InputError
from prepos.ingest import refuse_faults
from tests.faults.small_tables import CLEAN, after, line, read, read_paths, whole

ORDERS = CLEAN["orders"]


def codes(inputs) -> list[str]:  # type: ignore[no-untyped-def]
    """Return the codes of all notices."""
    return [notice.code for notice in inputs.findings.notices]


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + ORDERS.encode(),  # BOM
        ORDERS.replace("\n", "\r\n").encode(),  # Windows
        ORDERS.replace("\n", "\r").encode(),  # old Mac
        ORDERS.replace("\n", "\r\n", 2).encode(),  # mixed
        ORDERS.rstrip("\n").encode(),  # no last line end
        (ORDERS + "\n\n").encode(),  # blank lines at the end
        gzip.compress(ORDERS.encode()),
        gzip.compress(ORDERS[:60].encode()) + gzip.compress(ORDERS[60:].encode()),  # two members
        ORDERS.replace("O1,", '"O1",').encode(),  # needless quotes
    ],
)
def test_harmless_differences_of_form_are_read_alike(text: bytes, tmp_path: Path) -> None:
    """BOM, any line ends, no last line end, gzip: the same orders come out."""
    inputs = read(tmp_path, {"orders": text})

    assert inputs.findings.faults == ()
    assert inputs.places[["region_id", "lines", "units"]].to_numpy().tolist() == [
        ["R1", 2, 4],
        ["R2", 1, 2],
    ]
    assert inputs.last_order_day == date(2025, 1, 20)


@pytest.mark.parametrize(("sign", "decimal"), [(";", ","), ("\t", "."), ("|", ".")])
def test_declared_dialects_are_read(sign: str, decimal: str, tmp_path: Path) -> None:
    """Semicolons with decimal commas, tabs and bars are read once they are declared."""
    changed = {
        name: text.replace('"mon,thu"', "mon thu").replace(",", sign).replace(".", decimal)
        for name, text in CLEAN.items()
    }
    inputs = read(tmp_path, changed, delimiter=sign, decimal=decimal)

    assert inputs.findings.faults == ()
    assert inputs.tables["products"]["unit_volume_m3"].tolist() == [0.01, 0.02]
    assert inputs.tables["lanes"]["ship_weekdays"].tolist() == ["mon,thu", "mon"]


def test_ids_are_kept_to_the_letter(tmp_path: Path) -> None:
    """00123, 1E5, NA, null and nan are ids like any other."""
    ids = ["00123", "123", "1E5", "NA", "null", "nan", "ß'\";--"]
    rows = "".join(f'"{sku.replace(chr(34), chr(34) * 2)}"\n' for sku in ids)
    changed = {"products": "sku\nA\nB\n" + rows}

    inputs = read(tmp_path, changed)

    assert inputs.findings.faults == ()
    assert sorted(inputs.tables["products"]["sku"]) == sorted(["A", "B", *ids])


def test_lines_are_physical_even_behind_quoted_line_ends(tmp_path: Path) -> None:
    """A record's line counts the line ends within cells and the blank lines before it."""
    text = 'region_id,latitude,longitude,name\nR1,52,13,"East\nof the\nriver"\n\nR2,98,11,South\n'

    (fault,) = read(tmp_path, {"regions": text}).findings.faults

    assert (fault.line, fault.column, fault.value) == (6, "latitude", "98")


def test_reading_goes_on_behind_an_unclosed_quote(tmp_path: Path) -> None:
    """One broken record does not hide the faults behind it."""
    text = ORDERS.replace("O1,", '"O1,').replace("A,3", "A,0")

    faults = read(tmp_path, {"orders": text}).findings.faults

    assert [(f.line, f.code) for f in faults] == [(2, "PP-DIALECT-QUOTE"), (4, "PP-VALUE-ZERO")]


def test_faults_of_all_tables_are_told_at_once(tmp_path: Path) -> None:
    """Nothing stops at the first table."""
    changed = line("orders", 2, "O1,x,A,0,C1,R1") | whole("nodes", "origin", "hub")
    inputs = read(tmp_path, changed)

    told = {(f.file, f.column) for f in inputs.findings.faults}
    assert told == {("orders.csv", "ordered_at"), ("orders.csv", "quantity"), ("nodes.csv", "kind")}
    with pytest.raises(InputError, match="3 faults in 2 files") as caught:
        refuse_faults(inputs)
    assert len(caught.value.faults) == 3


def test_every_refused_line_is_listed(tmp_path: Path) -> None:
    """However many they are: rejects.csv is what somebody corrects the file by."""
    rows = "".join(f"N{i},2025-01-06,A,0,,R1\n" for i in range(1200))

    faults = read(tmp_path, after("orders", rows)).findings.faults

    assert [fault.line for fault in faults] == list(range(5, 1205))
    assert faults[-1].message.startswith("order N1199: quantity is 0, expected a whole number")


def test_missing_files_folders_and_tables_are_faults(tmp_path: Path) -> None:
    """What is not there is told like every other fault."""
    (tmp_path / "nodes.csv").mkdir()

    inputs = read_paths(tmp_path, {"orders": "orders.csv", "nodes": "nodes.csv"})

    told = {(f.code, f.file) for f in inputs.findings.faults}
    assert told == {
        ("PP-FILE-MISSING", "orders.csv"),
        ("PP-FILE-FOLDER", "nodes.csv"),
        ("PP-FILE-NOT-GIVEN", "products"),
        ("PP-FILE-NOT-GIVEN", "regions"),
        ("PP-FILE-NOT-GIVEN", "stock"),
    }


def test_parquet_is_held_to_the_same_rules(tmp_path: Path) -> None:
    """A row of a Parquet file is named by its number, from 1."""
    target = tmp_path / "stock.parquet"
    duckdb.sql(
        "COPY (SELECT * FROM (VALUES ('DC1', 'A', 5), ('DC1', 'B', -1)) t(node_id, sku, on_hand)) "
        f"TO '{target}'"
    )
    for name in ("orders", "products", "nodes", "regions"):
        (tmp_path / f"{name}.csv").write_text(CLEAN[name])
    paths = {name: f"{name}.csv" for name in ("orders", "products", "nodes", "regions")}

    (fault,) = read_paths(tmp_path, {**paths, "stock": "stock.parquet"}).findings.faults

    assert (fault.file, fault.line, fault.code) == ("stock.parquet", 2, "PP-VALUE-NEGATIVE")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "PP-FILE-EMPTY"),
        (b"a,b\n1,2\n", "PP-FILE-FORMAT"),
        (b"PAR1abc", "PP-FILE-TRUNCATED"),
        (b"PAR1abcdefghPAR1", "PP-FILE-TRUNCATED"),
    ],
)
def test_broken_parquet_is_named(content: bytes, code: str, tmp_path: Path) -> None:
    """Cut off, empty, or no Parquet at all."""
    (tmp_path / "stock.parquet").write_bytes(content)

    faults = read_paths(tmp_path, {"stock": "stock.parquet"}).findings.faults

    assert (code, "stock.parquet") in [(f.code, f.file) for f in faults]


def test_fractional_ids_in_parquet_are_refused(tmp_path: Path) -> None:
    """123.0 was 00123 once."""
    target = tmp_path / "stock.parquet"
    duckdb.sql(f"COPY (SELECT 'DC1' AS node_id, 123.0::DOUBLE AS sku, 1 AS on_hand) TO '{target}'")

    faults = read_paths(tmp_path, {"stock": "stock.parquet"}).findings.faults

    assert "PP-ID-NUMBER" in [f.code for f in faults]


def test_polygon_layers_are_left_to_the_regions(tmp_path: Path) -> None:
    """A layer is recorded as a source and not read here."""
    (tmp_path / "regions.geojson").write_text("{}")

    inputs = read_paths(tmp_path, {"regions": "regions.geojson"})

    assert [source.table for source in inputs.sources] == ["regions"]
    assert "regions" not in inputs.tables


HUBS = "node_id,sku,quantity,arrives_on,hub_node_id,at_hub_on\n"
LANES = {"lanes": CLEAN["lanes"]}
POINTS = "order_id,ordered_at,sku,quantity,latitude,longitude\nO1,2025-01-06,A,1,48.1,11.6\n"
NOTICES = [
    (after("orders", "O3,2025-01-20 18:00:00,A,3,,R1\n"), "PP-KEY-REPEATED"),
    (line("orders", 2, " O1 ,2025-01-06,A,1,C1,R1"), "PP-ID-TRIMMED"),
    (line("orders", 2, "O1,2024-11-06,A,1,C1,R1"), "PP-TIME-GAP"),
    (line("orders", 2, "O1,2025-01-06T10:00:00+01:00,A,1,C1,R1"), "PP-TIME-ZONES"),
    (line("orders", 2, "O1,2025-03-30T02:30:00,A,1,C1,R1"), "PP-TIME-DST"),
    ({}, "PP-TIME-SHORT"),
    ({}, "PP-SENSE-ANONYMOUS"),
    (after("products", "a,1,1,1,\n"), "PP-KEY-CASE"),
    (after("products", "B,0.02,2,1,\n"), "PP-KEY-REPEATED"),
    (whole("products", "A,0.01", "A,30"), "PP-SENSE-UNITS"),
    (whole("products", "0.02,2", "0.02,2000"), "PP-SENSE-UNITS"),
    ({"stock": "node_id,sku,on_hand\n"}, "PP-SENSE-NO-STOCK"),
    ({"stock": "node_id,sku,on_hand,counted_on\nDC1,A,1,2024-12-01\n"}, "PP-TIME-STOCK-AGE"),
    ({"stock": "node_id,sku,on_hand,counted_on\nDC1,A,1,2025-02-01\n"}, "PP-TIME-STOCK-AGE"),
    ({"receipts": "node_id,sku,quantity,arrives_on\nSP,A,5,2025-01-01\n"}, "PP-TIME-RECEIPT"),
    ({"receipts": HUBS + "SP,A,5,2025-01-24,DC1,2025-01-19\n"}, "PP-TIME-HUB"),
    ({"receipts": HUBS + "SP,A,5,2025-01-24,HH,2025-01-22\n"}, "PP-SENSE-HUB"),
    ({"receipts": HUBS + "SP,A,5,2025-01-24,HH,2025-01-22\n", **LANES}, "PP-SENSE-HUB"),
    ({"lanes": "origin,destination,lead_time_days\nDC1,SP,1\n"}, "PP-SENSE-NO-LANE"),
    (whole("nodes", "origin", "forward"), "PP-SENSE-NO-NODE"),
    (whole("consents", "C1", "C9"), "PP-KEY-CUSTOMER"),
    (whole("regions", "name", "nom"), "PP-DIALECT-COLUMN"),
    ({"orders": POINTS + "O2,2025-01-07,A,1,0,0.0\n"}, "PP-PLACE-NULL-ISLAND"),
    ({"orders": POINTS + "O2,2025-01-07,A,1,11.6,48.1\n"}, "PP-PLACE-SWAPPED"),
    (whole("consents", "2025-01-01", "2025-02-01"), "PP-TIME-CONSENT"),
    (after("consents", "C1,offers,no,2025-01-01\n"), "PP-SENSE-CONSENTS"),
    (after("consents", "C1,offers,TRUE,2025-01-01\n"), "PP-KEY-REPEATED"),
    ({"receipts": "node_id,sku,quantity,arrives_on\n"}, "PP-FILE-NO-ROWS"),
]


@pytest.mark.parametrize("lanes", [LANES, {}], ids=["lanes", "no lanes table"])
def test_a_hub_that_lanes_leave_needs_no_notice(lanes: dict[str, str], tmp_path: Path) -> None:
    """Without a lanes table every origin sends; a receipt at its hub on the cutoff's day stops."""
    rows = {"receipts": HUBS + "SP,A,5,2025-01-24,DC1,2025-01-21\n"}
    assert not {"PP-SENSE-HUB", "PP-TIME-HUB"} & set(codes(read(tmp_path, {**rows, **lanes})))


@pytest.mark.parametrize(("changed", "code"), NOTICES, ids=[code for _, code in NOTICES])
def test_doubts_are_told_and_stop_nothing(
    changed: dict[str, str | bytes], code: str, tmp_path: Path
) -> None:
    """A notice is told; the input stands."""
    inputs = read(tmp_path, changed)

    assert inputs.findings.faults == ()
    assert code in codes(inputs)


def test_offsets_are_turned_into_the_time_zone_of_the_run(tmp_path: Path) -> None:
    """23:30 UTC is half past midnight of the next day in Berlin."""
    text = ORDERS.replace("2025-01-20 18:00:00", "2025-01-20T23:30:00Z")

    assert read(tmp_path, {"orders": text}).last_order_day == date(2025, 1, 21)


def test_declared_order_of_dates_is_read(tmp_path: Path) -> None:
    """02/03/2025 is in March where the day comes first, and in February where the month does."""
    text = ORDERS.replace("2025-01-20 18:00:00", "02/03/2025")

    for dates, day in (("dmy", date(2025, 3, 2)), ("mdy", date(2025, 2, 3))):
        inputs = read(tmp_path, {"orders": text}, dates=dates)
        assert inputs.findings.faults == ()
        assert inputs.last_order_day == day


def test_cancellations_are_left_out_where_declared(tmp_path: Path) -> None:
    """Lines with a quantity of 0 or less are counted and not read."""
    changed = after("orders", "C1,2025-01-21,A,-3,,R1\nC2,2025-01-21,,0,,R1\n")

    inputs = read(tmp_path, changed, cancellations="drop")

    assert inputs.findings.faults == ()
    assert inputs.places["units"].sum() == 6
    assert any(
        "2 order lines with a quantity of 0 or less" in str(n) for n in inputs.findings.notices
    )


def test_odd_ids_are_read_where_allowed(tmp_path: Path) -> None:
    """With the option, =A is an id."""
    changed = whole("orders", "O1", "=A")

    assert read(tmp_path, changed, allow_odd_ids=True).findings.faults == ()
