"""Tryton takes in our shipments: a database in memory, its own importer, down to the stock levels.

Needs the extra ``erp-test``; skips without. Setting the database up takes half a minute, so it is
set up once, and each test's changes are taken back.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prepos.core.run import TRANSFERS
from prepos.publish.exporters import EXPORTERS, ExportOptions, faults_of, make_batch, write_files
from tests.unit.publish.exporters.lines import PLAN, TODAY, make_lines

pytestmark = [
    pytest.mark.skipif(find_spec("trytond") is None, reason="needs the extra erp-test"),
    pytest.mark.xdist_group("tryton"),  # one worker sets the database up
    pytest.mark.filterwarnings("ignore"),  # Tryton's own, which are not ours to mend
]

NAMES = {"DC1": "Lager Süd, Halle 1"}
SKUS = ("00123", "1E5", "NA", "=1+1", "Käse", "Gouda, alt", "milk", "#7")
NODES = ("DC1", "FW1", "FW2")
HELD = 1_000  # units of each SKU at DC1 before
LINES = (  # a departure of every SKU, a smaller one, and one that FW1 has to be sent first
    *((f"T{n}", sku, n + 1, "FW1", "2026-11-02", "2026-11-04", "") for n, sku in enumerate(SKUS)),
    ("U1", "00123", 5, "FW2", "2026-11-09", "2026-11-12", "DC1>FW2@1"),
    ("U2", "Käse", 7, "FW2", "2026-11-09", "2026-11-12", "DC1>FW2@1"),
    ("U3", "NA", 2, "FW2", "2026-11-10", "2026-11-11", ""),
)
MODEL = "stock.shipment.internal"


def plan(lines: tuple[tuple[object, ...], ...] = LINES) -> pd.DataFrame:
    """Return the transfers; the last comes from FW1, which has to be sent it first."""
    frame = make_lines(lines)
    frame.loc[frame["transfer_id"] == "U3", "origin"] = "FW1"
    return frame


def export(folder: Path, frame: pd.DataFrame, *, update: bool = False) -> list[list[str]]:
    """Write the plan for Tryton, and return the rows of one of its files, header first."""
    batch = make_batch({TRANSFERS: frame}, run_id=PLAN, key="plan", currency="EUR", today=TODAY)
    options = ExportOptions(locations=NAMES)
    tryton = EXPORTERS["tryton"]
    assert faults_of(batch, tryton.check(batch, options)) == []
    write_files(folder / "tryton", tryton.make(batch, options), {})
    path = folder / "tryton" / f"{MODEL}{'.update' if update else ''}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


class Database:
    """Tryton with our nodes, items and stock, within one transaction."""

    def __init__(self, company: int) -> None:
        from trytond.pool import Pool

        self.company = company
        self.get = Pool().get

    def take_in(self, rows: list[list[str]]) -> int:
        """Import rows as Tryton's own client does."""
        header, *lines = rows
        count: int = self.get(MODEL).import_data(header, lines)
        return count

    def shipments(self) -> list[Any]:
        """Return all shipments, in the order that they came in."""
        return list(self.get(MODEL).search([], order=[("id", "ASC")]))

    def content(self) -> list[tuple[object, ...]]:
        """Return what the shipments say: head and moves, by reference."""
        return sorted(
            (
                s.reference,
                s.from_location.name,
                s.to_location.name,
                s.planned_start_date,
                s.planned_date,
                sorted((m.product.code, m.quantity) for m in s.moves),
            )
            for s in self.shipments()
        )

    def stock(self) -> dict[tuple[str, str], float]:
        """Return units by location and item, wherever there are any."""
        from trytond.transaction import Transaction

        found = {}
        for location in self.get("stock.location").search([("name", "in", self.names())]):
            told = {"locations": [location.id], "stock_date_end": date(2027, 1, 1)}
            with Transaction().set_context(**told):
                for product in self.get("product.product").search([]):
                    if product.quantity:
                        found[location.name, product.code] = product.quantity
        return found

    def names(self) -> list[str]:
        """Return our nodes' names."""
        return [NAMES.get(node, node) for node in NODES]


def make_database() -> int:
    """Make company, nodes, items and stock, and return the company."""
    from trytond.pool import Pool
    from trytond.transaction import Transaction

    get = Pool().get
    currency = get("currency.currency")(name="Euro", symbol="E", code="EUR")
    currency.save()
    party = get("party.party")(name="Ours")
    party.save()
    company = get("company.company")(party=party, currency=currency)
    company.save()
    user = get("res.user")(1)
    get("res.user").write([user], {"companies": [("add", [company.id])], "company": company.id})
    (unit,) = get("product.uom").search([("name", "=", "Unit")])
    (nowhere,) = get("stock.location").search([("type", "=", "lost_found")], limit=1)
    with Transaction().set_context(company=company.id, companies=[company.id]):
        places = [get("stock.location")(name=NAMES.get(n, n), type="storage") for n in NODES]
        get("stock.location").save(places)
        moves = []
        for sku in SKUS:
            template = get("product.template")(
                name=f"about {sku}", default_uom=unit, type="goods", products=None
            )
            template.save()
            product = get("product.product")(template=template, suffix_code=sku)
            product.save()
            moves.append(
                get("stock.move")(
                    product=product,
                    quantity=HELD,
                    unit=unit,
                    from_location=nowhere,
                    to_location=places[0],
                    company=company,
                    effective_date=date(2026, 11, 1),
                )
            )
        get("stock.move").save(moves)
        get("stock.move").do(moves)
    return int(company.id)


@pytest.fixture(scope="module")
def company() -> int:
    """Return the company of a database that is set up."""
    os.environ["DB_NAME"] = ":memory:"
    from trytond.config import config

    config.set("database", "uri", "sqlite://")
    from trytond.tests.test_tryton import CONTEXT, DB_NAME, activate_module
    from trytond.transaction import Transaction

    activate_module(["stock"])
    with Transaction().start(DB_NAME, 1, context=CONTEXT):
        return make_database()


@pytest.fixture
def tryton(company: int) -> Iterator[Database]:
    """Return the database; what a test changes in it is taken back."""
    from trytond.tests.test_tryton import CONTEXT, DB_NAME
    from trytond.transaction import Transaction

    context = {**CONTEXT, "company": company, "companies": [company]}
    locks = ["stock_move"]
    with Transaction().start(DB_NAME, 1, context=context, _lock_tables=locks) as transaction:
        yield Database(company)
        transaction.rollback()


def test_shipments_come_in_as_drafts(tryton: Database, tmp_path: Path) -> None:
    """One a departure, with our key, days, places and every line to the letter."""
    assert tryton.take_in(export(tmp_path, plan())) == 3
    shipments = tryton.shipments()
    assert {shipment.state for shipment in shipments} == {"draft"}
    assert all(s.reference.startswith(f"prepos.{PLAN}_D") for s in shipments)
    first, second, third = shipments
    lager = NAMES["DC1"]
    assert (first.from_location.name, first.to_location.name) == (lager, "FW1")
    assert (third.from_location.name, third.to_location.name) == ("FW1", "FW2")
    assert (second.planned_start_date, second.planned_date) == (
        date(2026, 11, 9),
        date(2026, 11, 12),
    )
    assert {m.product.code: m.quantity for m in first.moves} == {
        sku: n + 1 for n, sku in enumerate(SKUS)
    }
    assert {m.product.code: m.quantity for m in second.moves} == {"00123": 5, "Käse": 7}


def test_stock_is_ours_once_all_is_done(tryton: Database, tmp_path: Path) -> None:
    """Waiting, assigned from the stock there is, done: what lies where is what the plan says."""
    frame = plan()
    tryton.take_in(export(tmp_path, frame))
    model = tryton.get(MODEL)
    for shipment in tryton.shipments():
        model.wait([shipment])
        assert shipment.state == "waiting"
        model.assign_try([shipment])
        assert shipment.state == "assigned"
        model.do([shipment])
        assert shipment.state == "done"
    ours = Counter({("DC1", sku): HELD for sku in SKUS})
    for line in frame.itertuples():
        ours[line.origin, line.sku] -= line.quantity
        ours[line.destination, line.sku] += line.quantity
    assert tryton.stock() == {
        (NAMES.get(node, node), sku): units for (node, sku), units in ours.items() if units
    }


@pytest.mark.parametrize("state", ["draft", "waiting"])
def test_a_second_import_changes_nothing(state: str, tryton: Database, tmp_path: Path) -> None:
    """The file with ids finds each shipment by its key, and puts the same lines in it."""
    tryton.take_in(export(tmp_path, plan()))
    if state == "waiting":
        tryton.get(MODEL).wait(tryton.shipments())
    before, ids = tryton.content(), [shipment.id for shipment in tryton.shipments()]
    moves = tryton.get("stock.move").search([], count=True)
    for _ in range(2):
        assert tryton.take_in(export(tmp_path, plan(), update=True)) == 3
    assert tryton.content() == before
    assert [shipment.id for shipment in tryton.shipments()] == ids
    assert {shipment.state for shipment in tryton.shipments()} == {state}
    assert tryton.get("stock.move").search([], count=True) == moves


def test_the_first_file_is_for_once(tryton: Database, tmp_path: Path) -> None:
    """What our header says of Tryton: without ids a second import doubles everything."""
    for _ in range(2):
        tryton.take_in(export(tmp_path, plan()))
    assert len(tryton.shipments()) == 6


def test_a_changed_plan_changes_the_shipments(tryton: Database, tmp_path: Path) -> None:
    """Units that are others now, and a line that is gone, are so in Tryton too."""
    tryton.take_in(export(tmp_path, plan()))
    changed = plan((*LINES[:-3], ("U1", "00123", 9, *LINES[-3][3:]), LINES[-1]))
    tryton.take_in(export(tmp_path, changed, update=True))
    _, second, _ = tryton.shipments()
    assert [(m.product.code, m.quantity) for m in second.moves] == [("00123", 9)]


@pytest.mark.parametrize("state", ["assigned", "done"])
def test_what_is_under_way_is_not_changed(state: str, tryton: Database, tmp_path: Path) -> None:
    """Tryton refuses the import and names the move: stock that is put aside, or gone, stays so."""
    from trytond.model.exceptions import AccessError

    tryton.take_in(export(tmp_path, plan(LINES[-3:-1])))
    model, (shipment,) = tryton.get(MODEL), tryton.shipments()
    model.wait([shipment])
    model.assign_try([shipment])
    if state == "done":
        model.do([shipment])
    with pytest.raises(AccessError, match=r"00123.*prepos\.2026-11-02"):
        tryton.take_in(export(tmp_path, plan(LINES[-3:-1]), update=True))


@pytest.mark.parametrize(
    ("column", "word", "said"),
    [
        ("moves/product", "stranger", "Could not find relation for 'stranger' in \"Product\""),
        ("moves/to_location", "FW9", "Could not find relation for 'FW9' in \"Stock Location\""),
        ("moves/unit", "Palette", "Could not find relation for 'Palette'"),
        ("moves/quantity", "7,5", "Syntax error for '7,5' in \"Quantity\""),
    ],
)
def test_refusals_name_the_line(
    column: str, word: str, said: str, tryton: Database, tmp_path: Path
) -> None:
    """Row and column of our file, below its header; and nothing of the file is taken in."""
    from trytond.model.modelstorage import ImportDataError

    rows = export(tmp_path, plan(LINES[-3:]))
    place = rows[0].index(column)
    rows[2][place] = word
    with pytest.raises(ImportDataError) as refused:
        tryton.take_in(rows)
    assert said in str(refused.value)
    assert f"at row 2 and column {place + 1}" in str(refused.value)
    assert tryton.shipments() == []


def test_an_update_of_what_is_not_there_is_refused(tryton: Database, tmp_path: Path) -> None:
    """The key is named; so the file for later imports makes nothing by mistake."""
    from trytond.model.modelstorage import ImportDataError

    with pytest.raises(ImportDataError, match=rf"relation for 'prepos\.{PLAN}_D\w+' .* at row 1"):
        tryton.take_in(export(tmp_path, plan(), update=True))


def test_what_we_refuse_tryton_would_take(tryton: Database, tmp_path: Path) -> None:
    """A move of 0 units comes in without a word, which is why the exporter looks first."""
    rows = export(tmp_path, plan(LINES[-3:-2]))
    rows[1][rows[0].index("moves/quantity")] = "0"
    assert tryton.take_in(rows) == 1
    frame = plan(LINES[-3:-2]).assign(quantity=0)
    batch = make_batch({TRANSFERS: frame}, run_id=PLAN, key="plan", currency="EUR", today=TODAY)
    (fault,) = faults_of(batch, EXPORTERS["tryton"].check(batch, ExportOptions()))
    assert fault.code == "PP-EXPORT-QUANTITY"
