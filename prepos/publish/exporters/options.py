"""How to export: what ``[publish.<format>]`` in the configuration steers.

A pattern holds ``{node}`` (in `OdooOptions` also ``{warehouse}``), which stands for the node's id.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from prepos.errors import ConfigError

KEYS = ("plan", "transfer")
ODOO_VERSIONS = (16, 17, 18, 19)
DOCUMENTS = ("stock_entry", "material_request")
DELIMITERS = (",", ";")
NODE, WAREHOUSE = "{node}", "{warehouse}"

Rule = tuple[str, object, str, bool]  # key, value found, value expected, whether it holds


@dataclass(frozen=True, slots=True, kw_only=True)
class TrytonOptions:
    """Names as Tryton knows them."""

    location: str = NODE  # pattern of a location's name
    unit: str = "Unit"  # name of the unit of measure that quantities are in

    def __post_init__(self) -> None:
        _refuse("tryton", (_pattern("location", self.location), _named("unit", self.unit)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OdooOptions:
    """Names as Odoo knows them."""

    version: int = 18
    warehouses: Mapping[str, str] = field(default_factory=dict, hash=False)  # node: short name
    picking_type: str = "{warehouse}: Internal Transfers"  # pattern, by the origin's warehouse
    location: str = "{warehouse}/Stock"  # pattern of a location's full name

    def __post_init__(self) -> None:
        held = (NODE, WAREHOUSE)
        known = ", ".join(map(str, ODOO_VERSIONS))
        _refuse(
            "odoo",
            (
                ("version", self.version, f"one of {known}", self.version in ODOO_VERSIONS),
                _pattern("picking_type", self.picking_type, held),
                _pattern("location", self.location, held),
                *(_named(f"warehouses.{node}", name) for node, name in self.warehouses.items()),
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpnextOptions:
    """Which document to make, and names as ERPNext knows them."""

    document: str = "stock_entry"  # or material_request, for plans that are approved there
    company: str = ""  # needed for an export
    warehouse: str = NODE  # pattern of a warehouse's name
    unit: str = "Nos"  # name of the unit of measure that quantities are in

    def __post_init__(self) -> None:
        known = " or ".join(DOCUMENTS)
        _refuse(
            "erpnext",
            (
                ("document", self.document, known, self.document in DOCUMENTS),
                _pattern("warehouse", self.warehouse),
                _named("unit", self.unit),
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FreppleOptions:
    """How frePPLe's site reads files."""

    delimiter: str = ","  # ; where the site's language is a European one
    location: str = NODE  # pattern of a location's name

    def __post_init__(self) -> None:
        wanted = self.delimiter in DELIMITERS
        _refuse(
            "frepple",
            (
                ("delimiter", self.delimiter, '"," or ";"', wanted),
                _pattern("location", self.location),
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenboxesOptions:
    """Names as OpenBoxes knows them."""

    location: str = NODE  # pattern of a location's number

    def __post_init__(self) -> None:
        _refuse("openboxes", (_pattern("location", self.location),))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What all exports share, and each format's own."""

    key: str = "plan"  # keys name plan and transfer; "transfer": a later plan updates what stands
    mapping: str | None = None  # a mapping file for the format `mapping`
    locations: Mapping[str, str] = field(default_factory=dict, hash=False)  # node: the place's name
    tryton: TrytonOptions = field(default_factory=TrytonOptions)
    odoo: OdooOptions = field(default_factory=OdooOptions)
    erpnext: ErpnextOptions = field(default_factory=ErpnextOptions)
    frepple: FreppleOptions = field(default_factory=FreppleOptions)
    openboxes: OpenboxesOptions = field(default_factory=OpenboxesOptions)

    def __post_init__(self) -> None:
        named = (_named(f"locations.{node}", name) for node, name in self.locations.items())
        _refuse("", (("key", self.key, " or ".join(KEYS), self.key in KEYS), *named))


def _refuse(table: str, rules: Sequence[Rule]) -> None:
    """Raise ConfigError that names every rule of ``[publish.<table>]`` that does not hold."""
    section = f"publish.{table}" if table else "publish"
    broken = [
        f"{section}.{key} is {found!r}, expected {want}" for key, found, want, ok in rules if not ok
    ]
    if broken:
        raise ConfigError("; ".join(broken))


def _named(key: str, name: str) -> Rule:
    """Return the rule that a name says something."""
    return (key, name, "a name", bool(name.strip()))


def _pattern(key: str, pattern: str, known: Sequence[str] = (NODE,)) -> Rule:
    """Return the rule that a pattern has one of the known marks, and no other."""
    try:
        marks = {mark for _, mark, *_ in string.Formatter().parse(pattern) if mark is not None}
    except ValueError:
        marks = set()
    fits = bool(marks) and marks <= {mark.strip("{}") for mark in known}
    return (key, pattern, f"text with {' or '.join(known)}", fits)
