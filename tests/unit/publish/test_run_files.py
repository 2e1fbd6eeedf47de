"""Tables and JSON on disk: to the letter, to the bit, and the same bytes each time."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from prepos.core.axes import Axis
from prepos.core.demand import Forecast
from prepos.core.run import (
    ALLOCATION,
    CERTIFICATE,
    FORECAST,
    KPIS,
    MANIFEST,
    REDIRECTS,
    SUPPLY,
    TARGETS,
    TRANSFERS,
)
from prepos.core.transfer import Plan
from prepos.errors import RunError, WriteError
from prepos.publish import (
    allocation_frame,
    forecast_frame,
    make_certificate,
    make_kpis,
    make_manifest,
    read_files,
    read_run,
    redirects_frame,
    seal,
    supply_frame,
    targets_frame,
    transfers_frame,
    write_json,
    write_table,
)

NODES, SKUS = Axis("node_id", ("DC", "SP")), Axis("sku", ("007", "NA"))


@pytest.fixture
def run(tmp_path: Path, plan: Plan) -> Path:
    """Return a sealed run folder with three tables and the figures."""
    write_table(tmp_path / TRANSFERS, transfers_frame(plan))
    write_table(tmp_path / TARGETS, targets_frame(plan, NODES, SKUS))
    write_table(tmp_path / ALLOCATION, allocation_frame(plan, NODES, SKUS))
    kpis = make_kpis(plan, currency="EUR", units_forecast=10.0, units_below=0.5, unlike=0.25)
    write_json(tmp_path / KPIS, kpis)
    write_table(tmp_path / REDIRECTS, redirects_frame(plan))
    write_table(tmp_path / SUPPLY, supply_frame(plan, NODES, SKUS))
    write_json(tmp_path / CERTIFICATE, make_certificate(plan))
    seal(tmp_path, manifest(config={"plan": {"budget": "none"}}))
    return tmp_path


def manifest(**changes: object) -> dict[str, object]:
    """Return a manifest before its files are summed."""
    given = {
        "run_id": "2025-03-03-abc",
        "kind": "plan",
        "config": {},
        "config_folder": "../..",
        "asked": {"cutoff": True},
        "seed": 0,
        "sources": (),
        "timings": {"stages_s": {}, "peak_memory_mb": 1.0},
    }
    return make_manifest(**(given | changes))


def means_alone(
    forecast: Forecast,
    _levels: tuple[float, ...],
    region: np.ndarray,
    sku: np.ndarray,
    period: np.ndarray,
) -> np.ndarray:
    """Return the means in the place of one quantile."""
    return forecast.mean[period, region, sku][None, :]


def test_csv_is_what_the_contract_says(run: Path) -> None:
    """Ids to the letter, numbers as short as they read back, quotes only where needed, LF."""
    lines = (run / TRANSFERS).read_bytes().decode().split("\n")
    assert lines[0].startswith("transfer_id,plan_id,sku,quantity,origin,destination,lane_id,")
    assert lines[1].startswith("T1,2025-03-03-abc,007,10,DC,SP,DC>SP,2025-03-03,2025-03-05,,")
    assert ",0.30000000000000004,1.0,1e-07,12.5,0.25," in lines[1]
    assert lines[1].endswith('"saves 12.50: ""near"", cheap"')
    assert lines[-1] == ""
    assert not any("\r" in line for line in lines)


def test_a_run_reads_back_as_it_was_written(run: Path, plan: Plan) -> None:
    """Frames equal those written: ids as text, dates as dates, numbers to the bit."""
    files = read_run(run)
    pd.testing.assert_frame_equal(files.frames[TRANSFERS], transfers_frame(plan))
    pd.testing.assert_frame_equal(files.frames[TARGETS], targets_frame(plan, NODES, SKUS))
    pd.testing.assert_frame_equal(files.frames[ALLOCATION], allocation_frame(plan, NODES, SKUS))
    pd.testing.assert_frame_equal(files.frames[REDIRECTS], redirects_frame(plan))
    pd.testing.assert_frame_equal(files.frames[SUPPLY], supply_frame(plan, NODES, SKUS))
    assert files.kpis["redirect_saving"] == 2.5
    assert files.certificate == make_certificate(plan)
    assert files.kpis["plan"]["total_cost"] == 100.0
    assert files.kpis["gap"] == pytest.approx(11 / 110)
    assert files.manifest["run_id"] == "2025-03-03-abc"


def test_an_empty_table_reads_back_with_its_types(tmp_path: Path, plan: Plan) -> None:
    """A header alone is a table."""
    empty = transfers_frame(plan).iloc[:0]
    write_table(tmp_path / TRANSFERS, empty)
    pd.testing.assert_frame_equal(read_files(tmp_path, [TRANSFERS]).frames[TRANSFERS], empty)


def test_parquet_holds_dates_and_names_no_library(tmp_path: Path, forecast: Forecast) -> None:
    """Dates are dates, ids are text, and nothing else stands in the file's schema."""
    frame = forecast_frame(forecast, floor=0.0, levels=(0.5,), quantiles=means_alone)
    write_table(tmp_path / FORECAST, frame)
    schema = pq.read_schema(tmp_path / FORECAST)
    assert str(schema.field("period_start").type) == "date32[day]"
    assert str(schema.field("region_id").type) == "string"
    assert schema.metadata is None
    pd.testing.assert_frame_equal(read_files(tmp_path, [FORECAST]).frames[FORECAST], frame)


def test_the_same_content_gives_the_same_bytes(tmp_path: Path, forecast: Forecast) -> None:
    """Two writes of one frame are equal to the byte."""
    frame = forecast_frame(forecast, floor=0.0, levels=(0.5,), quantiles=means_alone)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_table(tmp_path / name / FORECAST, frame)
    assert (tmp_path / "a" / FORECAST).read_bytes() == (tmp_path / "b" / FORECAST).read_bytes()


def test_every_altered_and_missing_file_is_told(run: Path) -> None:
    """One bit altered and one file gone: both are named, with what was expected."""
    text = (run / TRANSFERS).read_bytes()
    (run / TRANSFERS).write_bytes(text.replace(b",10,", b",11,", 1))
    (run / TARGETS).unlink()
    with pytest.raises(RunError, match="2 files are not as written") as caught:
        read_run(run)
    assert [fault.code for fault in caught.value.faults] == ["PP-RUN-MISSING", "PP-RUN-ALTERED"]
    assert "targets.csv is missing, expected in" in caught.value.faults[0].message
    assert "transfers.csv was altered: sha256 is" in caught.value.faults[1].message


def test_a_folder_without_manifest_is_no_run(tmp_path: Path) -> None:
    """The message names the folder."""
    with pytest.raises(RunError, match=r"is no run: manifest\.json cannot be read"):
        read_run(tmp_path)


def test_a_manifest_without_files_is_no_run(tmp_path: Path) -> None:
    """JSON that lists no files is refused."""
    (tmp_path / MANIFEST).write_text("[]")
    with pytest.raises(RunError, match=r"is no run: manifest.json lists no files"):
        read_run(tmp_path)


def test_every_cell_of_the_wrong_type_is_told(run: Path) -> None:
    """Text, fraction and bad date are named with line, column and what was expected."""
    lines = (run / TRANSFERS).read_text().split("\n")
    lines[1] = lines[1].replace(",10,", ",ten,")
    lines[2] = lines[2].replace(",10,", ",1.5,").replace("2025-03-05", "5.3.2025")
    lines[3] = lines[3].replace(",12.5,", ",nan,")
    (run / TRANSFERS).write_text("\n".join(lines))
    seal(run, manifest())
    with pytest.raises(RunError) as caught:
        read_run(run)
    assert [(f.line, f.column, f.value) for f in caught.value.faults] == [
        (2, "quantity", "ten"),
        (3, "arrival_date", "5.3.2025"),
        (3, "quantity", "1.5"),
        (4, "expected_saving", "nan"),
    ]
    assert "quantity is 'ten', expected a whole number" in str(caught.value.faults[0])


def test_a_column_that_is_gone_is_told(run: Path) -> None:
    """A file of the run without one of its columns is refused by name."""
    frame = pd.read_csv(run / TRANSFERS, dtype=str).drop(columns="load_id")
    frame.to_csv(run / TRANSFERS, index=False)
    seal(run, manifest())
    with pytest.raises(RunError) as caught:
        read_run(run)
    assert "transfers.csv has no column load_id" in caught.value.faults[0].message


def test_parquet_that_is_none_is_told(run: Path) -> None:
    """A file that is no Parquet is named, and the others are still looked at."""
    (run / ALLOCATION).write_bytes(b"not parquet")
    (run / KPIS).write_text("{")
    seal(run, manifest())
    with pytest.raises(RunError) as caught:
        read_run(run)
    assert [fault.file for fault in caught.value.faults] == [ALLOCATION, KPIS]


def test_the_manifest_sums_every_other_file(run: Path) -> None:
    """Each file has its SHA-256, the manifest itself none; what may differ stands in timings."""
    content = json.loads((run / MANIFEST).read_text())
    assert sorted(content["files"]) == sorted(
        [ALLOCATION, CERTIFICATE, KPIS, REDIRECTS, SUPPLY, TARGETS, TRANSFERS]
    )
    assert content["schema"] == "prepos/manifest@1"
    assert content["timings"] == {"stages_s": {}, "peak_memory_mb": 1.0}
    assert "numpy" in content["versions"]


@pytest.mark.parametrize("name", [TRANSFERS, FORECAST])
def test_a_table_that_cannot_be_written_says_where(tmp_path: Path, name: str, plan: Plan) -> None:
    """The error names the file."""
    path = tmp_path / "gone" / name
    frame = transfers_frame(plan)[["sku"]]
    with pytest.raises(WriteError, match=f"cannot write .*gone.{name}"):
        write_table(path, frame)


def test_json_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    """The error names the file."""
    with pytest.raises(WriteError, match=r"cannot write .*gone.kpis.json"):
        write_json(tmp_path / "gone" / KPIS, {})
