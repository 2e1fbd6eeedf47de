"""Convert the real data sets, walk the whole path on each, and print time, memory and measures.

Usage: PREPOS_SHARED_DATA=FOLDER python tests/integration/real/measure.py TARGET [NAME ...]
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[2] / "data")]

import complete_journey  # noqa: E402
import online_retail  # noqa: E402
import superstore  # noqa: E402
from commands import Outcome, walk_the_path  # noqa: E402

DATA_SETS = {
    "complete_journey": (complete_journey, ()),
    "complete_journey_vehicles": (complete_journey, ("--case", "vehicles")),
    "online_retail": (online_retail, ("--set", "ingest.cancellations=drop")),
    "superstore": (superstore, ()),
}
MEASURES = ("total_cost", "fill_rate", "local_share", "mean_distance_km", "units", "loads")


def main(source: Path, target: Path, names: list[str]) -> None:
    """Print one line a command, and the plan's measures beside doing nothing."""
    for name in names or DATA_SETS:
        conversion, flags = DATA_SETS[name]
        started = time.perf_counter()
        config = conversion.prepare(source, target / name)
        if conversion is online_retail:
            online_retail.leave_out(target / name, online_retail.bad_debts(target / name))
        print(f"{name}: converted in {time.perf_counter() - started:.1f} s")
        for step, outcome in walk_the_path(config, target / name / "out", *flags).items():
            show(step, outcome)


def show(step: str, outcome: Outcome) -> None:
    """Print what a command took, and what it says of the plan or of its failure."""
    print(f"  {step}: exit {outcome.code}, {outcome.seconds:.1f} s, {outcome.peak_mb:.0f} MB")
    if outcome.code:
        print(outcome.told[-2000:])
    if kpis := outcome.payload.get("kpis"):
        print(f"    gap {kpis['gap']:.4%}, {kpis['method']}, {kpis['status']}")
        for way in ("plan", "nothing"):
            print(f"    {way}: " + ", ".join(f"{m} {kpis[way][m]:,.4g}" for m in MEASURES))


if __name__ == "__main__":
    main(Path(os.environ["PREPOS_SHARED_DATA"]), Path(sys.argv[1]), sys.argv[2:])
