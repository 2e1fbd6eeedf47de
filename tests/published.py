"""A workspace with three runs whose plans differ, made once and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prepos import pipeline
from prepos.config import Config, load_config
from prepos.core.verdict import Verdict
from prepos.pipeline.publishing import Published
from prepos.publish.ledger import Event, read_events
from tests.unit.test_pipeline import CONFIG, CUTOFF, TABLES, TODAY, order_lines

LANES = "origin,destination,lead_time_days,cost_per_unit,ship_weekdays\n"
NODES = """node_id,kind,latitude,longitude,storage_m3,inbound_m3
DC,origin,40,8,,
SP1,forward,51,9,40,1.3
SP2,forward,49,7,40,0.6
"""  # so little comes in that some waits for the second week
BUDGETS = (6, 9, 12)  # currency: each a plan of its own


@dataclass(frozen=True)
class Office:
    """A workspace and the ids of its runs, in the order they were made."""

    folder: Path
    ids: tuple[str, ...]

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    @property
    def file(self) -> str:
        return str(self.folder / "prepos.toml")

    def config(self, *sets: str) -> Config:
        return load_config(self.folder / "prepos.toml", sets=[*sets])

    def copy(self, folder: Path) -> Office:
        shutil.copytree(self.folder, folder / "office", symlinks=True)
        return Office(folder / "office", self.ids)

    def publish(self, run: str | Path, *sets: str, **wishes: object) -> Published:
        """Publish a run as if its second opinion had just been given."""
        verdict = Verdict(run_id=str(run), checks=())
        return pipeline.publish_run(self.config(*sets), run, verdict=verdict, **wishes)

    def told(self) -> list[tuple[str, str]]:
        """Return what the ledger tells, by the runs' numbers: ``a`` is the first."""
        return [(self.letter(event.run_id), event.state) for event in self.events()]

    def letter(self, run_id: str) -> str:
        return "abcdefgh"[self.ids.index(run_id)] if run_id in self.ids else run_id

    def events(self) -> Sequence[Event]:
        events = read_events(self.runs)
        assert events is not None
        return events

    def alter(self, run_id: str) -> Path:
        """Change a bit of a run's file."""
        path = self.runs / run_id / "transfers.csv"
        content = bytearray(path.read_bytes())
        content[-3] ^= 1
        path.write_bytes(content)
        return path


def make_office(folder: Path) -> Office:
    """Plan three times."""
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text)
    (folder / "nodes.csv").write_text(NODES)
    (folder / "lanes.csv").write_text(f"{LANES}DC,SP1,2,0.5,mon\nDC,SP2,3,0.5,mon\n")
    header = "order_id,ordered_at,sku,quantity,region_id"
    (folder / "orders.csv").write_text("\n".join([header, *order_lines()]) + "\n")
    cutoff = f'[time]\ncutoff = "{CUTOFF}"'
    (folder / "prepos.toml").write_text(
        CONFIG.replace("[time]", cutoff) + "\n[plan]\ngap = 0.0\nreturn_cost = 0.0\n"
    )
    (folder / "models" / "plain").mkdir(parents=True)
    (folder / "models" / "plain" / "spec.toml").write_text('kind = "moving_average"\n')
    ids = []
    for budget in BUDGETS:
        config = load_config(folder / "prepos.toml", sets=[f"plan.budget={budget}"])
        ids.append(pipeline.make_plan(config, today=TODAY).run_id)
    return Office(folder, tuple(ids))
