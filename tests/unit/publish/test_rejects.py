"""rejects.csv, and the stopwatch."""

from pathlib import Path

import pytest

from prepos.core.faults import Fault
from prepos.core.progress import Event
from prepos.core.run import REJECTS
from prepos.publish import Stopwatch, read_files, rejects_frame, write_table


def test_rejects_are_sorted_and_keep_values_to_the_letter(tmp_path: Path) -> None:
    """Faults come by file and line, with quotes and commas kept."""
    faults = [
        Fault("stock.csv", 10, "on_hand", "-1", "PP-X", 'on_hand is -1, expected "0" or more'),
        Fault("orders.csv", 3, "sku", "", "PP-Y", "sku is empty"),
        Fault("stock.csv", 9, "sku", "NA,1", "PP-Z", "sku is unknown"),
    ]
    write_table(tmp_path / REJECTS, rejects_frame(faults))
    frame = read_files(tmp_path, [REJECTS]).frames[REJECTS]
    assert frame["line"].tolist() == [3, 9, 10]
    assert frame["value"].tolist() == ["", "NA,1", "-1"]
    assert frame["message"].iloc[2] == 'on_hand is -1, expected "0" or more'


def test_no_faults_make_a_header(tmp_path: Path) -> None:
    """Where nothing was refused the file says so: its header alone."""
    write_table(tmp_path / REJECTS, rejects_frame([]))
    assert (tmp_path / REJECTS).read_text() == "file,line,column,value,code,message\n"


def test_stages_add_up_and_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage begun twice counts twice; the progress hears each; failed stages are timed too."""
    clock = iter([0.0, 1.5, 2.0, 2.25])
    monkeypatch.setattr("prepos.publish.timings.perf_counter", lambda: next(clock))
    heard: list[str] = []
    told: list[tuple[object, ...]] = []

    class Listener:
        def step(self, name: str, total: int | None = None) -> None:
            heard.append(name)

        def tell(self, event: Event) -> None:
            told.append((event.run_id, event.stage, event.rows, event.seconds))

    watch = Stopwatch(Listener(), run_id="2025")
    with watch.stage("plan") as stage:
        stage.rows = 7
    with pytest.raises(RuntimeError), watch.stage("plan"):
        raise RuntimeError
    assert watch.timings()["stages_s"] == {"plan": 1.75}
    assert heard == ["plan", "plan"]
    assert told == [("2025", "plan", 7, 1.5)]
    assert watch.under_way == "plan"
    assert watch.timings()["peak_memory_mb"] > 1
