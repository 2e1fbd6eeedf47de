"""Each exporter against what its target's own source says: needed and forbidden columns, keys."""

from __future__ import annotations

import csv
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from prepos.publish.exporters import EXPORTERS, faults_of, write_files
from tests.unit.publish.exporters.lines import LINES, PLAN, batch_of, make_lines, options_of

CONTRACTS = Path(__file__).parents[1] / "contracts"
KEYS = [
    "prepos.2026-11-02-91b7c7277e_D271630f1f8fb",
    "prepos.2026-11-02-91b7c7277e_D3903ed48ad31",
    "prepos.2026-11-02-91b7c7277e_D4e06947d5120",
]
OWN = {"csv", "parquet", "xlsx", "mapping"}  # formats that are ours, with tests of their own


@dataclass(frozen=True)
class Contract:
    """What one file of one format has to be, under some options."""

    terms: dict[str, Any]
    case: dict[str, Any]

    def one(self, key: str, default: Any = None) -> Any:
        return self.case.get(key, self.terms.get(key, default))

    def all(self, key: str) -> list[str]:
        return [*self.terms.get(key, []), *self.case.get(key, [])]


def read_contracts() -> list[Any]:
    """Return each case of each contract, named by it."""
    found = []
    for path in sorted(CONTRACTS.glob("*.toml")):
        terms = tomllib.loads(path.read_text("utf-8"))
        for number, case in enumerate(terms["case"]):
            found.append(pytest.param(Contract(terms, case), id=f"{path.stem}-{number}"))
    return found


def export(contract: Contract, folder: Path, **changed: object) -> dict[str, list[Any]]:
    """Write the plan by the contract's format, and return its file's cells by header."""
    options = options_of(*contract.all("sets"))
    exporter = EXPORTERS[contract.one("format")]
    batch = batch_of(make_lines(**changed))
    assert faults_of(batch, exporter.check(batch, options)) == []
    write_files(folder / "out", exporter.make(batch, options), {})
    path = folder / "out" / contract.one("file")
    if path.suffix == ".xlsx":
        rows = [[c.value for c in r] for r in openpyxl.load_workbook(path)[contract.one("sheet")]]
    else:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream, delimiter=contract.one("delimiter", ",")))
    assert {len(row) for row in rows} == {len(rows[0])}
    return {name: list(cells) for name, *cells in zip(*rows, strict=True)}


def test_every_target_has_a_contract() -> None:
    """A format for another system is held to that system's source."""
    told = {tomllib.loads(path.read_text("utf-8"))["format"] for path in CONTRACTS.glob("*.toml")}
    assert told | OWN == set(EXPORTERS)


@pytest.mark.parametrize("contract", read_contracts())
def test_columns_are_those_of_the_contract(contract: Contract, tmp_path: Path) -> None:
    """All that are needed, none that is forbidden, none that the contract does not know."""
    found = export(contract, tmp_path)
    assert set(found) == {*contract.all("head"), *contract.all("line")}
    assert set(found).isdisjoint(contract.all("forbidden"))
    for letter, header in contract.one("letters", {}).items():
        assert [*found].index(header) == ord(letter) - ord("A")


@pytest.mark.parametrize("contract", read_contracts())
def test_cells_are_those_of_the_plan(contract: Contract, tmp_path: Path) -> None:
    """Items to the letter, whole units, a document's head on its first line and there alone."""
    found = export(contract, tmp_path)
    assert found[contract.one("item")] == [line[1] for line in LINES]
    assert [int(n) for n in found[contract.one("quantity")]] == [line[2] for line in LINES]
    starts = [True, False, True, True, False]
    for name in contract.all("head"):
        assert [bool(cell) for cell in found[name]] == starts, name
    for name in contract.all("line"):
        assert all(bool(cell) != (name in contract.all("empty")) for cell in found[name]), name
    for name, text in contract.one("texts", {}).items():
        assert found[name][0] == text
    for name, pattern in contract.one("matches", {}).items():
        assert re.fullmatch(pattern, found[name][0])


@pytest.mark.parametrize("contract", read_contracts())
def test_keys_are_unique_and_stay(contract: Contract, tmp_path: Path) -> None:
    """A line's and a document's key are the same however much of the plan is exported."""
    found = export(contract, tmp_path)
    key, document = contract.one("key"), contract.one("document_key")
    if key:
        assert found[key] == [f"prepos.2026-11-02-91b7c7277e_{line[0]}" for line in LINES]
    if document:
        keys = [name for name in dict.fromkeys(found[document]) if name]
        assert len(keys) == 3
        assert all(re.fullmatch(r"prepos\.2026-11-02-91b7c7277e_D[0-9a-f]{12}", k) for k in keys)
        options = options_of(*contract.all("sets"))
        part = batch_of().only(frozenset({"T2", "T5"}))
        files = EXPORTERS[contract.one("format")].make(part, options)
        again = files[contract.one("file")][0].columns[document].tolist()
        assert again == [keys[0], keys[2]]


@pytest.mark.parametrize("contract", read_contracts())
def test_the_same_plan_gives_the_same_bytes(contract: Contract, tmp_path: Path) -> None:
    """Nothing in a file tells when it was written."""
    written = []
    for name in ("a", "b"):
        export(contract, tmp_path / name)
        written.append((tmp_path / name / "out" / contract.one("file")).read_bytes())
    assert written[0] == written[1]


@pytest.mark.parametrize("contract", read_contracts())
def test_a_name_may_be_as_long_as_the_field(contract: Contract, tmp_path: Path) -> None:
    """One letter more is refused, by transfer and field."""
    longest = contract.one("longest", 255)
    name = "k" * longest
    assert export(contract, tmp_path, sku=name)[contract.one("item")][0] == name
    exporter = EXPORTERS[contract.one("format")]
    batch = batch_of(make_lines(sku=[f"{name}x", *"abcd"]))
    options = options_of(*contract.all("sets"))
    (fault,) = faults_of(batch, exporter.check(batch, options))
    assert (fault.line, fault.column, fault.code) == (2, "sku", "PP-EXPORT-LONG")
    assert fault.message.startswith("transfer T1: sku is 'kkk")
    assert fault.message.endswith(f"expected {longest} letters at most")


def test_keys_are_the_same_for_ever() -> None:
    """What a target has taken in under a key is found again by any later version of prepos."""
    assert [*dict.fromkeys(batch_of().document_keys)] == KEYS
    assert batch_of(key="transfer").document_keys[0] == KEYS[0].replace(f"{PLAN}_", "")


def test_odoo_gets_each_product_of_a_departure_once(tmp_path: Path) -> None:
    """The same SKU twice in one departure goes into two documents, whatever the target."""
    frame = make_lines(sku="milk", destination="FW1", lane_id="L", load_id="")
    frame["arrival_date"] = np.datetime64("2026-11-12", "s")
    batch = batch_of(frame)
    assert batch.text("transfer_id").tolist() == ["T1", "T2", "T3", "T4", "T5"]
    assert batch.documents.tolist() == [0, 1, 2, 3, 4]
    assert len(set(batch.document_keys)) == 5
