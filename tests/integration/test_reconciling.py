"""Out and back on the embedded sample, cut small: exported, answered, sent again, planned on."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from prepos import pipeline
from prepos.config import Config, load_config
from prepos.core.run import IN_TRANSIT, TARGETS, TRANSFERS
from prepos.core.verdict import Verdict
from prepos.pipeline.exporting import export_plan
from prepos.pipeline.reconciling import Reconciled, reconcile, refused_transfers
from tests.answers import HEADER
from tests.integration.cutting_sample import cut_sample, read

TODAY = date(2018, 1, 1)
SKUS = 3
QUICK = ["plan.gap=0.05", "forecast.model=naive", "time.horizon=2", "plan.cover=2"]
MODEL = "stock.shipment.internal.csv"
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Return a workspace with a published plan."""
    folder = cut_sample(tmp_path_factory.mktemp("cut"), SKUS)
    config = load_config(folder / "prepos.toml", sets=QUICK)
    run = pipeline.make_plan(config, today=TODAY)
    pipeline.publish_run(config, run.run_id, verdict=Verdict(run_id=run.run_id, checks=()))
    return config


@pytest.fixture(scope="module")
def sent(office: Config) -> Rows:
    """Return the rows of the plan's export to Tryton, each with its shipment's reference."""
    return shipments(export_plan(office, "current", ["tryton"], today=TODAY)[0].folder)


def shipments(folder: str) -> Rows:
    """Return the rows of an export to Tryton, each with its shipment's reference."""
    with (Path(folder) / MODEL).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for before, row in zip([{}, *rows], rows, strict=False):
        row["reference"] = row["reference"] or before["reference"]
    return rows


@pytest.fixture(scope="module")
def answered(office: Config, sent: Rows) -> tuple[Reconciled, list[str], list[str]]:
    """Return what a third refused and a third shipped come to, and which lines those are."""
    lines = list(read(office.runs / "current" / TRANSFERS)["transfer_id"])
    assert len(lines) == len(sent)
    refused, shipped = lines[::3], lines[1::3]
    rows = [f"{name},refused,,2017-11-07,,stop" for name in refused]
    rows += [f"{name},shipped,,2017-11-08,,on board" for name in shipped]
    rows += [f"{shipped[0]},received,1,2017-11-09,,"]
    file = office.folder / "answers.csv"
    file.write_text("\n".join([HEADER, *rows]) + "\n")
    return reconcile(office, "current", file, today=TODAY), refused, shipped


def test_the_refused_go_out_again_as_they_were(
    office: Config, sent: Rows, answered: tuple[Reconciled, list[str], list[str]]
) -> None:
    """Line for line what was sent, under the same references, and nothing else."""
    _, refused, _ = answered
    assert refused_transfers(office, "current") == refused
    frame = read(office.runs / "current" / TRANSFERS).set_index("transfer_id").loc[refused]
    out = office.folder / "again"
    (told,) = export_plan(office, "current", ["tryton"], out=out, only=refused, today=TODAY)
    again = shipments(told.folder)
    assert (told.transfers, told.units) == (len(refused), frame["quantity"].astype(int).sum())
    assert names_of(again) <= names_of(sent)
    assert sorted(row["moves/product"] for row in again) == sorted(frame["sku"])


def names_of(rows: Sequence[dict[str, str]]) -> set[tuple[str, ...]]:
    """Return shipment, item, units and places of each row."""
    columns = ("reference", "moves/product", "moves/quantity")
    places = ("moves/from_location", "moves/to_location")
    return {tuple(row[name] for name in (*columns, *places)) for row in rows}


def test_the_shipped_are_in_the_next_plans_stock(
    office: Config, answered: tuple[Reconciled, list[str], list[str]]
) -> None:
    """Unit for unit, beside the user's own receipts; the plan verifies, and its cells balance."""
    done, _, shipped = answered
    total = done.whereabouts.total
    places = (total.open, total.taken, total.refused, total.shipped, total.received)
    assert sum(places) == total.planned
    later = [*QUICK, "time.cutoff=2017-11-13"]
    run = pipeline.make_plan(load_config(office.folder / "prepos.toml", sets=later), today=TODAY)
    bare = pipeline.make_plan(
        load_config(office.folder / "prepos.toml", sets=[*later, "ingest.shipped=ignore"]),
        today=TODAY,
    )
    files = pipeline.load_run(run.folder)
    kept = files.frames[IN_TRANSIT]
    assert kept["quantity"].sum() == total.shipped
    assert set(kept["transfer_id"]) <= set(shipped)
    came = files.frames[TARGETS]["receipts"].sum()
    without = pipeline.load_run(bare.folder).frames[TARGETS]["receipts"].sum()
    assert came - without == total.shipped
    verdict = pipeline.verify_run(run.folder)
    assert [check.name for check in verdict.checks if not check.passed] == []
