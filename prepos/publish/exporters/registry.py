"""The formats there are: a new one is a file beside this, and a line here."""

from __future__ import annotations

from prepos.publish.exporters.erpnext import ERPNEXT
from prepos.publish.exporters.exporter import Exporter
from prepos.publish.exporters.frepple import FREPPLE
from prepos.publish.exporters.mapping import MAPPING
from prepos.publish.exporters.odoo import ODOO
from prepos.publish.exporters.openboxes import OPENBOXES
from prepos.publish.exporters.tables import CSV, PARQUET, XLSX
from prepos.publish.exporters.tryton import TRYTON

EXPORTERS: dict[str, Exporter] = {
    exporter.name: exporter
    for exporter in (TRYTON, ODOO, ERPNEXT, FREPPLE, OPENBOXES, CSV, PARQUET, XLSX, MAPPING)
}
