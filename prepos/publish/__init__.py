"""Hand it over: a run's folder, whole or not at all, and the way to read it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prepos.core.lazily import lazy_names

if TYPE_CHECKING:
    from prepos.publish.certificate import make_certificate
    from prepos.publish.compare import Comparison, compare_plans, is_same_plan
    from prepos.publish.files import write_json, write_page, write_table
    from prepos.publish.folder import check_writable, staged_folder
    from prepos.publish.forecast_frames import (
        forecast_frame,
        forecast_total_frame,
        signals_frame,
        units_below,
    )
    from prepos.publish.identity import deciding, make_run_id
    from prepos.publish.kpis import make_kpis, unlike_share
    from prepos.publish.manifest import library_versions, make_manifest, seal
    from prepos.publish.model import check_model_path, write_model
    from prepos.publish.plan_frames import (
        allocation_frame,
        catchments_frame,
        lines_frame,
        loads_frame,
        redirects_frame,
        supply_frame,
        targets_frame,
        transfers_frame,
        values_frame,
    )
    from prepos.publish.read import check_run, read_files, read_manifest, read_part, read_run
    from prepos.publish.rejects import rejects_frame
    from prepos.publish.routing import routing_frame
    from prepos.publish.timings import Stopwatch

__all__ = [
    "Comparison",
    "Stopwatch",
    "allocation_frame",
    "catchments_frame",
    "check_model_path",
    "check_run",
    "check_writable",
    "compare_plans",
    "deciding",
    "forecast_frame",
    "forecast_total_frame",
    "is_same_plan",
    "library_versions",
    "lines_frame",
    "loads_frame",
    "make_certificate",
    "make_kpis",
    "make_manifest",
    "make_run_id",
    "read_files",
    "read_manifest",
    "read_part",
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
    "write_page",
    "write_table",
]

_HOMES = {
    "Comparison": "prepos.publish.compare",
    "Stopwatch": "prepos.publish.timings",
    "allocation_frame": "prepos.publish.plan_frames",
    "catchments_frame": "prepos.publish.plan_frames",
    "check_model_path": "prepos.publish.model",
    "check_run": "prepos.publish.read",
    "check_writable": "prepos.publish.folder",
    "compare_plans": "prepos.publish.compare",
    "deciding": "prepos.publish.identity",
    "forecast_frame": "prepos.publish.forecast_frames",
    "forecast_total_frame": "prepos.publish.forecast_frames",
    "is_same_plan": "prepos.publish.compare",
    "library_versions": "prepos.publish.manifest",
    "lines_frame": "prepos.publish.plan_frames",
    "loads_frame": "prepos.publish.plan_frames",
    "make_certificate": "prepos.publish.certificate",
    "make_kpis": "prepos.publish.kpis",
    "make_manifest": "prepos.publish.manifest",
    "make_run_id": "prepos.publish.identity",
    "read_files": "prepos.publish.read",
    "read_manifest": "prepos.publish.read",
    "read_part": "prepos.publish.read",
    "read_run": "prepos.publish.read",
    "redirects_frame": "prepos.publish.plan_frames",
    "rejects_frame": "prepos.publish.rejects",
    "routing_frame": "prepos.publish.routing",
    "seal": "prepos.publish.manifest",
    "signals_frame": "prepos.publish.forecast_frames",
    "staged_folder": "prepos.publish.folder",
    "supply_frame": "prepos.publish.plan_frames",
    "targets_frame": "prepos.publish.plan_frames",
    "transfers_frame": "prepos.publish.plan_frames",
    "units_below": "prepos.publish.forecast_frames",
    "unlike_share": "prepos.publish.kpis",
    "values_frame": "prepos.publish.plan_frames",
    "write_json": "prepos.publish.files",
    "write_model": "prepos.publish.model",
    "write_table": "prepos.publish.files",
    "write_page": "prepos.publish.files",
}
__getattr__ = lazy_names(__name__, _HOMES)
