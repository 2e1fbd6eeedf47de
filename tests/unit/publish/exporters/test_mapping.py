"""Any other system: our columns under its names, as a mapping file says."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from prepos.config import bundled
from prepos.core.faults import Fault
from prepos.errors import ConfigError
from prepos.publish.exporters import EXPORTERS, ExportOptions, faults_of, write_files
from tests.unit.publish.exporters.lines import LINES, batch_of, make_lines

MAPPING = EXPORTERS["mapping"]
PLANTS = {"DC1": "1000", "FW1": "2001", "FW2": "2002"}
WHOLE = """
[file]
name = "lines.txt"
heads_name = "orders.txt"
delimiter = ";"
decimal = ","
line_end = "crlf"
encoding = "latin-1"
quoting = "all"
dates = "%d.%m.%Y"

[group]
by = ["origin", "ship_date"]
heads = "HEADS"

[[column]]
name = "Order"
of = "head"
column = "document"
prefix = "N"

[[column]]
name = "From"
of = "head"
column = "origin_name"

[[column]]
name = "No"
column = "line"

[[column]]
name = "Item"
column = "sku"
longest = 5

[[column]]
name = "Units"
column = "quantity"
decimals = 2

[[column]]
name = "Due"
column = "arrival_date"

[[column]]
name = "Sent"
column = "ship_date"
dates = "%Y%m%d"

[[column]]
name = "Cost"
column = "transport_cost"

[[column]]
name = "Type"
constant = "MÜ"
"""
LEAST = '[file]\nname = "a.csv"\n[[column]]\nname = "Item"\ncolumn = "sku"\n'


def write_mapping(folder: Path, text: str, **places: str) -> ExportOptions:
    """Write a mapping file, and return options that name it."""
    path = folder / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return ExportOptions(mapping=str(path), locations=places)


def export(options: ExportOptions, folder: Path) -> Path:
    """Write the plan as the mapping says, and return the folder."""
    assert faults_of(batch_of(), MAPPING.check(batch_of(), options)) == []
    write_files(folder / "out", MAPPING.make(batch_of(), options), {})
    return folder / "out"


def faults(options: ExportOptions, **changed: object) -> list[Fault]:
    """Return what is wrong with the plan, some of its columns changed."""
    batch = batch_of(make_lines(**changed))
    return faults_of(batch, MAPPING.check(batch, options))


def test_heads_on_every_line(tmp_path: Path) -> None:
    """Dialect, dates, decimals, prefixes and numbers of documents and lines, byte by byte."""
    options = write_mapping(tmp_path, WHOLE.replace("HEADS", "every_line"), DC1="Lager")
    first, second, *_ = (export(options, tmp_path) / "lines.txt").read_bytes().split(b"\r\n")
    assert first == b'"Order";"From";"No";"Item";"Units";"Due";"Sent";"Cost";"Type"'
    assert second == (
        '"N1";"Lager";"1";"00123";"12,00";"04.11.2026";"20261102";"1e-07";"MÜ"'.encode("latin-1")
    )


def test_heads_on_the_first_line(tmp_path: Path) -> None:
    """The other lines of a document leave its cells empty; lines are counted in each."""
    options = write_mapping(tmp_path, WHOLE.replace("HEADS", "first_line"))
    text = (export(options, tmp_path) / "lines.txt").read_text("latin-1")
    rows = list(csv.reader(text.splitlines(), delimiter=";"))[1:]
    assert [row[:3] for row in rows] == [
        ["N1", "DC1", "1"],
        ["", "", "2"],
        ["", "", "3"],
        ["N2", "DC1", "1"],
        ["", "", "2"],
    ]


def test_heads_in_a_file_of_their_own(tmp_path: Path) -> None:
    """One line a document there, the lines without their heads beside it."""
    folder = export(write_mapping(tmp_path, WHOLE.replace("HEADS", "file")), tmp_path)
    heads = (folder / "orders.txt").read_text("latin-1").splitlines()
    assert heads == ['"Order";"From"', '"N1";"DC1"', '"N2";"DC1"']
    lines = (folder / "lines.txt").read_text("latin-1").splitlines()
    assert lines[0].startswith('"No";"Item"')
    assert len(lines) == 1 + len(LINES)


def test_least_mapping(tmp_path: Path) -> None:
    """A name and a column are enough; the rest is plain CSV."""
    folder = export(write_mapping(tmp_path, LEAST), tmp_path)
    assert (folder / "a.csv").read_bytes() == b"Item\n00123\n1E5\nNA\n00123\nmilk\n"


def test_cells_that_the_file_cannot_hold_are_refused(tmp_path: Path) -> None:
    """Too long, not in the encoding, or apt to end a cell where nothing is quoted."""
    text = WHOLE.replace("HEADS", "every_line").replace('quoting = "all"', 'quoting = "none"')
    options = write_mapping(tmp_path, text, DC1="Ladung; 漢")
    found = {(fault.code, fault.column) for fault in faults(options, sku="longer")}
    assert found == {
        ("PP-EXPORT-LONG", "sku"),
        ("PP-EXPORT-ENCODING", "origin_name"),
        ("PP-EXPORT-TEXT", "origin_name"),
    }
    first = faults(options, sku="longer")[-1]
    assert first.message == "transfer T5: sku is 'longer', expected 5 letters at most"


LETTERS = "{} is '{}', expected letters that ascii has"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "a.csv"', 'name = "../a.csv"', "file: name is '../a.csv', expected the name of a"),
        ('name = "a.csv"', "", "file: name is '', expected the name of a text file"),
        ('name = "a.csv"', "name = 3", "file: name is 3, expected text in quotes"),
        ("[file]", "[files]", "files is no known key, nearest is file"),
        ("[file]", "[file]\ndelimeter = ';'", "file: delimeter is no known key, nearest is delim"),
        ("[file]", "[file]\ndelimiter = ';;'", "file: delimiter is ';;', expected one letter"),
        ("[file]", "[file]\nline_end = 'cr'", "line_end is 'cr', expected one of lf, crlf"),
        ("[file]", "[file]\nencoding = 'utf-9'", "encoding is 'utf-9', expected one such as utf-8"),
        ("[file]", "[file]\nquoting = 'al'", "expected one of needed, all, none, nearest is all"),
        ("[file]", "[file]\nheader = 'no'", "file: header is 'no', expected true or false"),
        ("[file]", "[file]\ndecimal = ';'", "file: decimal is ';', expected one of ., ,"),
        ("[[column]]", "[group]\nby = ['orgin']\n[[column]]", "by is 'orgin', expected one of"),
        ("[[column]]", "[group]\nheads = 'file'\n[[column]]", "expected a column with of = 'head'"),
        ("column]]", "columns]]", "columns is no known key, nearest is column"),
        ('"sku"', '"skus"', "column 'Item': column is 'skus', expected one of transfer_id"),
        ('"sku"', '"skus"', ", nearest is sku"),
        ('"sku"', '"sku"\nconstant = "x"', "column 'Item': expected either column or constant"),
        ('"sku"', '"sku"\ndates = "%d"', "dates is given, expected only for a day, which sku is"),
        ('"sku"', '"sku"\ndecimals = 2', "decimals is given, expected only for a number"),
        ('"sku"', '"sku"\nof = "heads"', "of is 'heads', expected one of line, head, nearest is"),
        ('"sku"', '"sku"\nlongst = 3', "column 1: longst is no known key, nearest is longest"),
        ('"Item"', '""', "column '': name is empty, expected the output's header"),
        ('"sku"', '"sku"\n[[column]]\nname = "Item"\ncolumn = "key"', "'Item' is there twice"),
        ("[file]", "[file", "cannot be read: "),
        # the manifest that stands beside it
        ('name = "a.csv"', 'name = "manifest.json"', "file: name is 'manifest.json', expected the"),
        (
            'name = "a.csv"',
            r'name = "a\u0000"',
            "name is 'a\\x00', expected the name of a text file",
        ),
        ("[file]", '[file]\ndelimiter = "\\u0000"', "delimiter is '\\x00', expected one letter"),
        (
            "[file]",
            "[file]\nencoding = 'ascii'\ndelimiter = 'ü'",
            "delimiter is 'ü', expected a letter that ascii has",
        ),
        ("[file]", '[file]\ndates = "\\n"', "dates is '\\n', expected a pattern such as %d.%m.%Y"),
        ('"sku"', '"ship_date"\ndates = ""', "dates is '', expected a pattern such as"),
        ('"sku"', '"quantity"\ndecimals = -1', "decimals is -1, expected 0 to 12"),
        ('"sku"', '"sku"\nlongest = 0', "longest is 0, expected 1 to 1,000,000"),
        ('"Item"\ncolumn = "sku"', '"I"\nconstant = "Ü"', LETTERS.format("constant", "Ü")),
        ('"Item"', '"Ü"', LETTERS.format("name", "Ü")),
        ('"sku"', '"sku"\nprefix = "Ü"', LETTERS.format("prefix", "Ü")),
        (
            '"Item"\ncolumn = "sku"',
            '"I"\nconstant = "x,y"',
            "expected neither delimiter, quote nor",
        ),
        ('"Item"', '"I,J"', "name is 'I,J', expected neither delimiter, quote nor line end"),
    ],
)
def test_a_faulty_mapping_is_told(old: str, new: str, said: str, tmp_path: Path) -> None:
    """The file, the key, the value found, what is expected, and the nearest name."""
    text = LEAST.replace(old, new, 1)
    if "expected neither" in said:
        text = text.replace("[file]", "[file]\nquoting = 'none'")
    if "letters that ascii" in said:
        text = text.replace("[file]", "[file]\nencoding = 'ascii'")
    options = write_mapping(tmp_path, text)
    with pytest.raises(ConfigError) as refused:
        MAPPING.make(batch_of(), options)
    assert str(refused.value).startswith(str(tmp_path / "mapping.toml"))
    assert said in str(refused.value)


def test_all_that_is_wrong_in_a_mapping_is_told_at_once(tmp_path: Path) -> None:
    """Nobody mends one key only to learn of the next."""
    text = LEAST.replace("[file]", "[file]\nquoting = 'al'").replace('"sku"', '"skus"')
    with pytest.raises(ConfigError) as refused:
        MAPPING.make(batch_of(), write_mapping(tmp_path, text))
    assert len(str(refused.value).splitlines()) == 2


def test_no_mapping_named() -> None:
    """The format needs one, and says how to name it."""
    with pytest.raises(ConfigError, match=r"expected --mapping FILE or publish\.mapping"):
        list(MAPPING.check(batch_of(), ExportOptions()))


def test_mapping_for_sap(tmp_path: Path) -> None:
    """Orders by plants and day, the head on the first line, tabs, units with a decimal comma."""
    path = bundled("configs", "mappings", "sap_stock_transport_orders.toml")
    options = ExportOptions(mapping=str(path), locations=PLANTS)
    lines = (export(options, tmp_path) / "stock_transport_orders.txt").read_bytes().decode()
    rows = [line.split("\t") for line in lines.split("\r\n")]
    assert rows[0][4:10] == ["RESWK", "BEDAT", "EBELP", "MATNR", "WERKS", "MENGE"]
    assert rows[1][4:] == [
        *("1000", "20261102", "1", "00123", "2001", "12,000", "ST", "20261104", "T1")
    ]
    assert rows[2][:7] == ["", "", "", "", "", "", "2"]
    assert [row[0] for row in rows[1:-1]] == ["UB", "", "UB", "UB", ""]


def test_mapping_for_sap_wants_plants() -> None:
    """A node's id that is no plant of four letters is refused."""
    path = bundled("configs", "mappings", "sap_stock_transport_orders.toml")
    options = ExportOptions(mapping=str(path), locations={**PLANTS, "FW1": "North"})
    found = faults(options)
    assert [fault.line for fault in found] == [2, 3]
    assert found[0].message == (
        "transfer T1: destination_name is 'North', expected 4 letters at most"
    )


def test_mapping_for_netsuite(tmp_path: Path) -> None:
    """The head stands on every line; lines with one External ID make one order."""
    path = bundled("configs", "mappings", "netsuite_transfer_orders.toml")
    folder = export(ExportOptions(mapping=str(path), locations=PLANTS), tmp_path)
    with (folder / "transfer_orders.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    ids = [row["External ID"] for row in rows]
    assert [len({*ids[:n]}) for n in range(1, 6)] == [1, 1, 2, 3, 3]
    assert rows[0]["Date"] == "11/02/2026"
    assert rows[0]["Items : Quantity"] == "12"
    assert rows[0]["Memo"] == "prepos 2026-11-02-91b7c7277e"
    assert rows[0]["Order Status"] == "Pending Approval"  # planned means planned
