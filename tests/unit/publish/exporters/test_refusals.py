"""What a target would refuse or misread is told by transfer and field; nothing is written then."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from prepos.core.codes import CODES
from prepos.errors import ConfigError
from prepos.publish.exporters import EXPORTERS, faults_of
from tests.unit.publish.exporters.lines import TODAY, batch_of, make_lines, options_of

ERPNEXT = ("publish.erpnext.company=Ours",)
TARGETS = ("tryton", "odoo", "erpnext", "frepple", "openboxes")
SOON = str(TODAY + timedelta(days=7))
BAD = (  # formats, column, cell of the second line, code, what is expected
    (TARGETS, "quantity", 0, "QUANTITY", "1 or more"),  # Odoo plans 0, Tryton takes it
    (TARGETS, "quantity", -3, "QUANTITY", "1 or more"),
    (TARGETS, "destination", "DC1", "SAME-PLACE", "another place than the origin's"),
    (TARGETS, "sku", "two\nlines", "TEXT", "text on one line, without blanks around it"),
    (TARGETS, "sku", " blank", "TEXT", "text on one line"),  # Frappe trims it to another id
    (TARGETS, "sku", "", "TEXT", "text on one line"),
    (TARGETS, "sku", "\x1b[31mred", "TEXT", "text on one line"),  # an escape for terminals
    (TARGETS, "destination", "FW\t2", "TEXT", "text on one line"),
    (TARGETS, "transfer_id", "T1", "KEY", "each transfer once"),
    (TARGETS, "ship_date", "2026-12-01", "DAY", "the ship date or later"),
    (("frepple",), "sku", "#7", "COMMENT", "no # at its start: a comment to frePPLe"),
    (("frepple",), "destination", "#7", "COMMENT", "no # at its start"),
    (("openboxes",), "arrival_date", SOON, "DAY", "later than 2026-10-08: OpenBoxes takes no"),
)


@pytest.mark.parametrize(
    ("target", "column", "cell", "code", "expected"),
    [(target, *bad) for targets, *bad in BAD for target in targets],
)
def test_a_bad_line_is_named(
    target: str, column: str, cell: object, code: str, expected: str
) -> None:
    """By transfer, field, value found and value expected; the code is one that is explained."""
    frame = make_lines()
    day = column.endswith("_date")
    frame.loc[1, column] = np.datetime64(str(cell), "s") if day else cell
    if column == "arrival_date":
        frame.loc[1, "ship_date"] = np.datetime64(str(cell), "s")
    batch = batch_of(frame)
    faults = faults_of(batch, EXPORTERS[target].check(batch, options_of(*ERPNEXT)))
    assert f"PP-EXPORT-{code}" in {fault.code for fault in faults}
    (fault,) = [fault for fault in faults if fault.code == f"PP-EXPORT-{code}"]
    assert (fault.file, fault.line) == ("transfers.csv", 3)
    assert fault.message.startswith(f"transfer {frame.loc[1, 'transfer_id']}: {fault.column} is ")
    assert expected in fault.message
    assert fault.code in CODES


def test_all_faults_are_told_at_once() -> None:
    """Of all lines and fields, in the order of the lines."""
    frame = make_lines()
    frame["quantity"] = [0, 6, -1, 18, 24]
    frame.loc[1, "sku"] = "#1"
    batch = batch_of(frame)
    faults = faults_of(batch, EXPORTERS["frepple"].check(batch, options_of()))
    assert [(fault.line, fault.column) for fault in faults] == [
        (2, "quantity"),
        (3, "sku"),
        (4, "quantity"),
    ]


def test_two_nodes_of_one_name_are_no_move() -> None:
    """A table of locations that gives both ends the same name is found out, under that name."""
    sets = ("publish.locations.DC1=Hall", "publish.locations.FW1=Hall")
    batch = batch_of()
    faults = faults_of(batch, EXPORTERS["tryton"].check(batch, options_of(*sets)))
    assert [fault.message for fault in faults] == [
        f"transfer {name}: destination is 'Hall', expected another place than the origin's"
        for name in ("T1", "T2")
    ]


def test_a_plan_without_transfers_is_exported() -> None:
    """Nothing to move is no fault: files with a header alone."""
    batch = batch_of(make_lines().iloc[:0])
    options = options_of(*ERPNEXT)
    for name in (*TARGETS, "csv", "parquet", "xlsx"):
        assert faults_of(batch, EXPORTERS[name].check(batch, options)) == []
        first = next(iter(EXPORTERS[name].make(batch, options).values()))[0]
        assert first.columns
        assert first.rows == 0


def test_erpnext_wants_a_company() -> None:
    """A document without one would be booked in whichever company is the user's first."""
    batch = batch_of()
    with pytest.raises(ConfigError, match=r"publish\.erpnext\.company is empty, expected the"):
        list(EXPORTERS["erpnext"].check(batch, options_of()))


def test_odd_ids_pass_where_they_are_harmless() -> None:
    """What looks like a number, a formula or markup is an id; only frePPLe minds a #."""
    odd = ["=1+1", "007", "1E5", "#5", '<b>&"x"</b>']
    batch = batch_of(make_lines(sku=odd))
    for name in set(TARGETS) - {"frepple"}:
        assert faults_of(batch, EXPORTERS[name].check(batch, options_of(*ERPNEXT))) == []


def test_openboxes_asks_for_more_than_a_week() -> None:
    """The eighth day is the first that it takes."""
    frame = make_lines(ship_date=pd.Timestamp(TODAY), arrival_date=pd.Timestamp(2026, 10, 9))
    batch = batch_of(frame)
    assert batch.today == date(2026, 10, 1)
    assert faults_of(batch, EXPORTERS["openboxes"].check(batch, options_of())) == []
