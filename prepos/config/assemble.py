"""Lay the layers over each other, check every value, and hand out the stations' options.

All faults are collected and told at once, each with its place. A value that does not fit is left
at its default until everything else has been looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_type_hints

from prepos.config.bundle import bundled
from prepos.config.keys import MisfitError, fit, keys_of, nearest, tables_of_names
from prepos.config.layers import (
    Layer,
    Setting,
    flatten,
    read_environment,
    read_sets,
    read_toml,
)
from prepos.config.options import PrivacyOptions, ReplanOptions, RunOptions, TimeOptions
from prepos.config.values import plain_value, unfit_value, unknown_key
from prepos.core.product_defaults import ProductDefaults
from prepos.core.run import MANIFEST
from prepos.core.secrets import redact
from prepos.core.tables import TABLES
from prepos.database.address import is_address, parse_address
from prepos.database.options import DatabaseOptions
from prepos.errors import ConfigError
from prepos.forecast.options import ForecastOptions
from prepos.forecast.spec import ModelSpec, parse_spec
from prepos.ingest.options import IngestOptions
from prepos.plan.options import PlanOptions
from prepos.publish.database_options import WriteBackOptions
from prepos.publish.exporters.options import ExportOptions
from prepos.regions.options import LaneOptions, RegionOptions, ServiceOptions
from prepos.replay.options import ReplayOptions

SECTIONS: tuple[tuple[str, str, type], ...] = (  # field of Config, table in TOML, options
    ("time", "time", TimeOptions),
    ("ingest", "ingest", IngestOptions),
    ("regions", "regions", RegionOptions),
    ("service", "service", ServiceOptions),
    ("lanes", "lanes", LaneOptions),
    ("forecast", "forecast", ForecastOptions),
    ("plan", "plan", PlanOptions),
    ("products", "plan", ProductDefaults),
    ("replay", "replay", ReplayOptions),
    ("replan", "replan", ReplanOptions),
    ("privacy", "privacy", PrivacyOptions),
    ("export", "publish", ExportOptions),
    ("run", "run", RunOptions),
    ("database", "database", DatabaseOptions),
    ("write_back", "publish.database", WriteBackOptions),
)
QUERIES = "queries"  # the key of data that names no table


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """One business case, whole and checked.

    Attributes
    ----------
    folder : Path
        Where the configuration lies; ``data`` and ``run.folder`` are relative to it.
    data : table name to path or URL, as written
    queries : str
        Path of the file of queries, as written; empty where there is none.
    spec : ModelSpec
        What ``forecast.model`` names.
    settings : dotted key to value
        Everything as used, for `as_dict`.
    """

    folder: Path
    data: Mapping[str, str]
    queries: str
    time: TimeOptions
    ingest: IngestOptions
    regions: RegionOptions
    service: ServiceOptions
    lanes: LaneOptions
    forecast: ForecastOptions
    plan: PlanOptions
    products: ProductDefaults
    replay: ReplayOptions
    replan: ReplanOptions
    privacy: PrivacyOptions
    export: ExportOptions
    run: RunOptions
    database: DatabaseOptions
    write_back: WriteBackOptions
    spec: ModelSpec
    settings: Mapping[str, object]

    @property
    def runs(self) -> Path:
        """The folder that runs are written to."""
        return self.folder / self.run.folder

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as nested tables that JSON can hold, secrets taken out."""
        tree: dict[str, Any] = {}
        for key, value in sorted(self.settings.items()):
            *tables, name = key.split(".")
            inner = tree
            for table in tables:
                inner = inner.setdefault(table, {})
            inner[name] = plain_value(value)
        return tree


def load_config(
    path: Path | None,
    *,
    case: str | None = None,
    sets: Sequence[str] = (),
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Config:
    """Return the configuration: base, file, case, environment, then ``KEY=VALUE`` words.

    Parameters
    ----------
    path : Path or None
        The user's TOML file; None for the packaged base alone, relative to the working folder.
    case : str or None
        Name of a file in ``cases/`` beside ``path``, or of a packaged one.

    Raises
    ------
    ConfigError
        Names every unknown key, with the nearest known one, and every value that cannot be, with
        what is expected and where it was set.
    """
    folder = path.parent if path else Path()
    layers = [read_toml(bundled("configs", "base.toml"), "base.toml")]
    if path:
        layers.append(read_toml(path))
    if case:
        layers.append(_read_case(folder, case))
    layers += [read_environment(environment), read_sets(sets)]
    settings: Layer = {}
    for layer in layers:
        settings |= layer
    return _assemble(folder, settings, base=layers[0])


def restore_config(folder: Path, tree: Mapping[str, object]) -> Config:
    """Return the configuration that `Config.as_dict` told, lying in the folder; raises ConfigError.

    Passwords that were taken out of ``data`` stay out.
    """
    base = read_toml(bundled("configs", "base.toml"), "base.toml")
    told = {key: Setting(value, MANIFEST) for key, value in flatten(tree)}
    return _assemble(folder, base | told, base=base)


def change_config(config: Config, sets: Sequence[str]) -> Config:
    """Return the configuration with ``KEY=VALUE`` words laid on top of it; raises ConfigError."""
    base = read_toml(bundled("configs", "base.toml"), "base.toml")
    written = dict(flatten(config.as_dict())) | {f"data.{t}": v for t, v in config.data.items()}
    told = {key: Setting(value, "the configuration") for key, value in written.items()}
    return _assemble(config.folder, base | told | read_sets(sets), base=base)


def _read_case(folder: Path, case: str) -> Layer:
    """Return a case's settings, from beside the configuration or from those packaged."""
    homes = (folder / "cases", bundled("configs", "cases"))
    known = {file.stem: file for home in reversed(homes) for file in sorted(home.glob("*.toml"))}
    if case not in known:
        names = ", ".join(sorted(known)) or "none"
        raise ConfigError(
            f"case is {case!r}, expected a file in {homes[0]} or a packaged one: {names}"
            f"{nearest(case, known)}"
        )
    return read_toml(known[case])


def _assemble(folder: Path, settings: Layer, *, base: Layer) -> Config:
    """Return the checked configuration, or raise with every fault."""
    hints = _known_keys()
    problems: list[str] = []
    values: dict[str, object] = {}
    items = tables_of_names(hints)
    named: dict[str, dict[str, object]] = {table: {} for table in items}
    for key, setting in settings.items():
        table = next((table for table in items if key.startswith(f"{table}.")), "")
        if key not in hints and not table:
            problems.append(unknown_key(key, setting, hints))
            continue
        try:
            if table:
                named[table][key.removeprefix(f"{table}.")] = fit(setting.value, items[table])
            else:
                values[key] = fit(setting.value, hints[key])
        except MisfitError as misfit:
            problems.append(unfit_value(key, setting, str(misfit)))
            values.update({key: fit(base[key].value, hints[key])} if key in base else {})
    values |= named
    built: dict[str, Any] = {
        field: _build(options, table, values, settings=settings, problems=problems)
        for field, table, options in SECTIONS
    }
    model = values["forecast.model"]
    spec = _collect(lambda: _load_spec(folder, str(model)), settings, problems)
    if spec and built["forecast"]:
        asked = built["forecast"]
        spec = _collect(
            lambda: spec.leaving_out(asked.without, shrinkage=asked.shrinkage), settings, problems
        )
    data = {key.partition(".")[2]: str(v) for key, v in values.items() if key.startswith("data.")}
    queries = data.pop(QUERIES, "")
    for table, text in data.items():
        if is_address(text):
            _collect(partial(parse_address, f"data.{table}", text), settings, problems)
    if problems:
        raise ConfigError(redact("\n".join(problems)))
    return Config(folder=folder, data=data, queries=queries, spec=spec, settings=values, **built)


def _known_keys() -> dict[str, object]:
    """Return every dotted key and its type."""
    keys: dict[str, object] = {f"data.{table}": str for table in (*TABLES, QUERIES)}
    for _, table, options in SECTIONS:
        keys |= keys_of(options, table)
    return keys


def _build(
    options: type,
    table: str,
    values: Mapping[str, object],
    *,
    settings: Layer,
    problems: list[str],
) -> object:
    """Return one options object; None if it refuses, its words then being among the problems."""
    hints = get_type_hints(options)
    arguments: dict[str, object] = {}
    for field in fields(options):
        key = f"{table}.{field.name}"
        if key in values:
            arguments[field.name] = values[key]
        elif any(inner.startswith(f"{key}.") for inner in values):
            arguments[field.name] = _build(
                hints[field.name], key, values, settings=settings, problems=problems
            )
    return _collect(lambda: options(**arguments), settings, problems)


def _collect(make: Callable[[], Any], settings: Layer, problems: list[str]) -> Any:
    """Return what ``make`` makes; add its complaints, each with the place of the key it names."""
    try:
        return make()
    except ConfigError as error:
        for complaint in str(error).split("; "):
            key = complaint.split(" ", 1)[0]
            place = f"{settings[key].place}: " if key in settings else ""
            problems.append(place + complaint)
        return None


def _load_spec(folder: Path, model: str) -> ModelSpec:
    """Return the model's specification, from ``models/`` beside the configuration or packaged."""
    homes = (folder / "models", bundled("models"))
    known = {f.parent.name: f for home in reversed(homes) for f in home.glob("*/spec.toml")}
    if model not in known:
        raise ConfigError(
            f"forecast.model is {model!r}, expected one of {', '.join(sorted(known))}"
            f"{nearest(model, known)}"
        )
    name = f"models/{model}/spec.toml"
    try:
        return parse_spec({key: s.value for key, s in read_toml(known[model], name).items()})
    except ConfigError as error:
        raise ConfigError(f"{name}: {error}") from None
