"""A small clean workspace, and a way to break one thing in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path

from prepos.core.inputs import Inputs
from prepos.ingest import IngestOptions, read_tables

TODAY = date(2025, 3, 31)
CLEAN: Mapping[str, str] = {
    "orders": "order_id,ordered_at,sku,quantity,customer_id,region_id\n"
    "O1,2025-01-06,A,1,C1,R1\n"
    "O2,2025-01-13T09:30:00,B,2,C2,R2\n"
    "O3,2025-01-20 18:00:00,A,3,,R1\n",
    "products": "sku,unit_volume_m3,unit_weight_kg,case_pack,launched_on\n"
    "A,0.01,1,6,2020-01-01\n"
    "B,0.02,2,1,\n",
    "nodes": "node_id,kind,latitude,longitude,storage_m3\n"
    "DC1,origin,52.5,13.4,\n"
    "SP,forward,48.1,11.6,100\n"
    "HH,forward,53.6,10.0,100\n",
    "regions": "region_id,latitude,longitude,name\nR1,52.0,13.0,East\nR2,48.0,11.0,South\n",
    "stock": "node_id,sku,on_hand\nDC1,A,100\nDC1,B,50\n",
    "lanes": 'origin,destination,lead_time_days,ship_weekdays\nDC1,SP,2,mon\nDC1,HH,1,"mon,thu"\n',
    "overrides": "sku,origin,destination,rule,quantity\nA,DC1,SP,max,50\n",
    "consents": "customer_id,purpose,granted,at\nC1,offers,yes,2025-01-01\n",
    "stockouts": "node_id,sku,from,to\nSP,A,2025-01-01,2025-01-05\n",
    "neighbours": "region_id,neighbour_id,weight\nR1,R2,1\n",
    "service": "node_id,region_id,ship_cost,transit_days\nSP,R2,1.5,1\nHH,R1,2,1\nDC1,R1,1,1\n",
    "places": "postal_code,latitude,longitude\n02139,42.4,-71.1\n",
    "receipts": "node_id,sku,quantity,arrives_on\nSP,A,5,2025-01-22\n",
}


_OPTIONS = {field.name for field in fields(IngestOptions)}
NEEDED = ("orders", "products", "nodes", "regions", "stock")


def read(folder: Path, changed: Mapping[str, str | bytes | None], **options: object) -> Inputs:
    """Write the needed tables and those changed, and read them; None leaves a table out."""
    tables = {name: CLEAN[name] for name in NEEDED}
    tables |= {"lanes": CLEAN["lanes"]} if "overrides" in changed else {}
    paths = {}
    for name, text in {**tables, **changed}.items():
        if text is None:
            continue
        data = text if isinstance(text, bytes) else text.encode()
        paths[name] = f"{name}.csv"
        (folder / paths[name]).write_bytes(data)
    return read_paths(folder, paths, **options)


def read_paths(folder: Path, paths: Mapping[str, str], **options: object) -> Inputs:
    """Read the tables at these paths; what is no option of the reader is said to it otherwise."""
    own = {name: value for name, value in options.items() if name in _OPTIONS}
    return read_tables(
        paths,
        IngestOptions(**own),  # type: ignore[arg-type]
        folder=folder,
        work_folder=folder / "work",
        today=TODAY,
        timezone="Europe/Berlin",
        **{name: value for name, value in options.items() if name not in own},  # type: ignore[arg-type]
    )


def line(table: str, number: int, text: str | bytes) -> dict[str, str | bytes]:
    """Return the clean table with one line replaced (or added behind the last)."""
    lines: list[bytes] = CLEAN[table].encode().splitlines(keepends=True)
    new = text if isinstance(text, bytes) else text.encode()
    lines[number - 1 : number] = [new + b"\n"]
    return {table: b"".join(lines)}


def after(table: str, text: str) -> dict[str, str | bytes]:
    """Return the clean table with lines added."""
    return {table: CLEAN[table] + text}


def whole(table: str, old: str, new: str) -> dict[str, str | bytes]:
    """Return the clean table with a text replaced throughout."""
    assert old in CLEAN[table], f"{table} has no {old!r} to replace"
    return {table: CLEAN[table].replace(old, new)}
