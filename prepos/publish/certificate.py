"""``certificate.json``: prices that, with ``supply.parquet``, prove the bound without a solver."""

from __future__ import annotations

from typing import Any

from prepos.core.transfer import Plan

CERTIFICATE_SCHEMA = "prepos/certificate@1"


def make_certificate(plan: Plan) -> dict[str, Any]:
    """Return the content of ``certificate.json``: each limit that SKUs share, with its price."""
    told = plan.certificate
    limits = zip(told.limits, told.places, told.prices.tolist(), strict=True)
    return {
        "schema": CERTIFICATE_SCHEMA,
        "plan_id": plan.plan_id,
        "bound": float(told.bound),
        "rows": [
            {"limit": limit, "place": place, "price": price} for limit, place, price in limits
        ],
    }
