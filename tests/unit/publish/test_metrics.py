"""The textfile for Prometheus: what its own parser reads of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from prepos.errors import WriteError
from prepos.publish.metrics import JobFacts, check_metrics_path, metrics_text, write_metrics

KPIS = {
    "plan": {"total_cost": 80.0, "units": 7.0},
    "nothing": {"total_cost": 100.0},
    "gap": 0.01,
    "slacks": [{}],
    "held_back": {"lines": 3},
}
FACTS = JobFacts(
    exit_code=0,
    ended_at=1000.5,
    failed_stage="",
    stages_s={"reading the tables": 1.5, 'a "stage"\\': 2.0},
    rows={"orders": 12},
    run_id="2025-03-03-abc",
    kpis=KPIS,
    transfers=4,
)


def test_prometheus_reads_it() -> None:
    """Every name has its help and is a gauge; labels are as they were."""
    read = text_string_to_metric_families(metrics_text(FACTS, 900.0))
    families = {family.name: family for family in read}
    assert all(name.startswith("prepos_") for name in families)
    assert {family.type for family in families.values()} == {"gauge"}
    assert all(family.documentation for family in families.values())
    stages = families["prepos_stage_seconds"].samples
    assert {sample.labels["stage"]: sample.value for sample in stages} == dict(FACTS.stages_s)
    found = {name: family.samples[0].value for name, family in families.items()}
    assert found["prepos_plan_saving"] == 20.0
    assert found["prepos_plan_held_back_lines"] == 3.0
    assert found["prepos_last_success_timestamp_seconds"] == 900.0


def test_the_last_success_outlives_failures(tmp_path: Path) -> None:
    """A job that found nothing to change did what it should; one that failed did not."""
    path = tmp_path / "prepos.prom"
    success = "prepos_last_success_timestamp_seconds"
    failed = replace(FACTS, exit_code=5, ended_at=2000.0, failed_stage="planning")
    write_metrics(path, failed)
    assert success not in path.read_text()
    write_metrics(path, replace(FACTS, exit_code=99))
    write_metrics(path, failed)
    assert f"{success} 1000.5\n" in path.read_text()
    assert "prepos_last_run_exit_code 5\n" in path.read_text()
    assert [p.name for p in tmp_path.iterdir()] == ["prepos.prom"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_without_a_plan_only_the_job_is_told() -> None:
    """No run is published."""
    text = metrics_text(replace(FACTS, run_id="", kpis={}, transfers=0), None)
    assert "prepos_plan" not in text
    assert 'prepos_input_rows{table="orders"} 12\n' in text


@pytest.mark.parametrize("content", [b"[data]\n", b"order_id,sku\n", b"# HELP other"])
def test_what_is_no_file_of_metrics_is_not_replaced(tmp_path: Path, content: bytes) -> None:
    """A slip in the name costs no configuration and no table; an empty file may stand there."""
    path = tmp_path / "prepos.toml"
    path.write_bytes(content)
    with pytest.raises(WriteError, match=r"prepos.toml: run.metrics names what holds no metrics"):
        check_metrics_path(path)
    assert path.read_bytes() == content
    path.write_bytes(b"")
    check_metrics_path(path)
    write_metrics(path, FACTS)
    check_metrics_path(path)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Before the work: no such folder; at its end: the file is a folder."""
    with pytest.raises(WriteError, match=r"run[.]metrics expects the folder to be there"):
        check_metrics_path(tmp_path / "none" / "prepos.prom")
    check_metrics_path(tmp_path / "prepos.prom")
    (tmp_path / "prepos.prom" / "in").mkdir(parents=True)
    with pytest.raises(WriteError, match="cannot write"):
        write_metrics(tmp_path / "prepos.prom", FACTS)
