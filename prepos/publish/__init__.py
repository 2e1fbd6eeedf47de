"""Hand it over: a run's folder, whole or not at all, and the way to read it back."""

from __future__ import annotations

from prepos.publish.certificate import make_certificate
from prepos.publish.compare import Comparison, compare_plans
from prepos.publish.files import write_json, write_table
from prepos.publish.folder import check_writable, staged_folder
from prepos.publish.forecast_frames import (
    forecast_frame,
    forecast_total_frame,
    signals_frame,
    units_below,
)
from prepos.publish.identity import make_run_id
from prepos.publish.kpis import make_kpis, unlike_share
from prepos.publish.manifest import make_manifest, seal
from prepos.publish.model import check_model_path, write_model
from prepos.publish.plan_frames import (
    allocation_frame,
    catchments_frame,
    loads_frame,
    redirects_frame,
    supply_frame,
    targets_frame,
    transfers_frame,
    values_frame,
)
from prepos.publish.read import read_files, read_run
from prepos.publish.rejects import rejects_frame
from prepos.publish.routing import routing_frame
from prepos.publish.timings import Stopwatch

__all__ = [
    "Comparison",
    "Stopwatch",
    "allocation_frame",
    "catchments_frame",
    "check_model_path",
    "check_writable",
    "compare_plans",
    "forecast_frame",
    "forecast_total_frame",
    "loads_frame",
    "make_certificate",
    "make_kpis",
    "make_manifest",
    "make_run_id",
    "read_files",
    "read_run",
    "redirects_frame",
    "rejects_frame",
    "routing_frame",
    "seal",
    "signals_frame",
    "staged_folder",
    "supply_frame",
    "targets_frame",
    "transfers_frame",
    "units_below",
    "unlike_share",
    "values_frame",
    "write_json",
    "write_model",
    "write_table",
]
