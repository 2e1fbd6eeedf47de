"""Write a plan to a database: all of it in one transaction, or nothing.

A plan is told by its id, which is in the key of every table. Written again, its rows are replaced
by rows that are the same; other plans' rows are never touched. One more table names the plan that
was written last, which is the one in force.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from prepos.core import files
from prepos.core.columns import Column, Table, date_column, id_column, number_column, text_column
from prepos.core.run import FORECAST, KPIS, LOADS, TARGETS, TEXT, TRANSFERS, RunFiles, column_type
from prepos.database.address import parse_address
from prepos.database.options import DatabaseOptions
from prepos.database.retry import retried
from prepos.database.session import Writer
from prepos.database.writing import WRITERS
from prepos.errors import ExternalError, RunError
from prepos.publish.database_options import WriteBackOptions

PLAN = id_column("plan_id", "the plan it belongs to", required=True)
WRITTEN = (  # file of a run, its contract
    (TRANSFERS, files.TRANSFERS),
    (LOADS, files.LOADS),
    (TARGETS, files.TARGETS),
)
MONEY = ("objective", "bound", "redirect_saving", "slack_penalty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a database took: rows by table, as the tables are called there."""

    database: str
    plan_id: str
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Output:
    """A table: its contract, and its rows of the plan."""

    table: Table
    frame: pd.DataFrame
    of_plan: bool = True  # False: all there is, whatever the plan


def write_plan(
    run: RunFiles, target: WriteBackOptions, options: DatabaseOptions, folder: Path
) -> Written:
    """Write a run's plan to the database that the options name.

    Raises
    ------
    RunError
        If the run holds no plan.
    ExternalError
        If the database cannot be reached, is locked or too slow, refuses, or has a table of that
        name with other columns; then nothing of the plan is in it.
    """
    if not run.kpis or target.url is None:
        raise RunError("the run holds no plan, expected one of `prepos plan`")
    address = parse_address("publish.database.url", target.url, whole=True)
    plan_id = str(run.kpis["plan_id"])
    outputs = list(_outputs(run, plan_id, forecast=target.forecast))

    def write() -> dict[str, int]:
        """Write all tables in one transaction."""
        opened = WRITERS[address.system](address, options, folder, target.schema)
        with opened as writer:
            for output in outputs:
                _write(writer, target.prefix + output.table.name, plan_id, output, address.name)
        return {target.prefix + o.table.name: len(o.frame) for o in outputs}

    return Written(database=address.name, plan_id=plan_id, rows=retried(write, options))


def _write(writer: Writer, name: str, plan_id: str, output: _Output, database: str) -> None:
    """Replace the plan's rows of one table, which is made if it is not there."""
    text = writer.TEXT
    columns = [(c.name, writer.TYPES.get(c.kind, text)) for c in output.table.columns]
    found = writer.columns(name)
    if not found:
        writer.create(name, output.table, columns)
    elif sorted(found) != sorted(columns):
        raise ExternalError(f"{database}: table {name} {_difference(found, columns)}")
    writer.replace(name, plan_id if output.of_plan else None, output.frame)


def _difference(found: list[tuple[str, str]], columns: list[tuple[str, str]]) -> str:
    """Return in words what a table has that it should not have, and the other way round."""
    odd = ", ".join(f"{name} {kind}" for name, kind in found if (name, kind) not in columns)
    missing = ", ".join(f"{name} {kind}" for name, kind in columns if (name, kind) not in found)
    told = [f"has {odd}"] if odd else []
    told += [f"lacks {missing}"] if missing else []
    return f"{' and '.join(told)}; rename it, or set publish.database.prefix to another"


def _outputs(run: RunFiles, plan_id: str, *, forecast: bool) -> Iterator[_Output]:
    """Yield every table of the plan, the one that names it first."""
    yield _plans(run.kpis, run.manifest)
    yield _current(plan_id)
    yield _kpis(run.kpis)
    for file, table in (*WRITTEN, *(((FORECAST, files.FORECAST),) if forecast else ())):
        frame = run.frames[file]
        of_plan = frame if PLAN.name in frame else frame.assign(**{PLAN.name: plan_id})
        keyed = _keyed(table, [str(name) for name in of_plan])
        yield _Output(table=keyed, frame=_with_nulls(of_plan[list(keyed.names)], file))


def _keyed(table: Table, names: list[str]) -> Table:
    """Return a table's contract with the plan in front, and with the columns that a run has."""
    known = {column.name: column for column in (PLAN, *table.columns)}
    listed = sorted(names, key=lambda name: name != PLAN.name)
    columns = tuple(known.get(name) or _quantile(name) for name in listed)
    return replace(table, columns=columns, key=(PLAN.name, *table.key))


def _quantile(name: str) -> Column:
    """Return the column of a quantile that is none of the usual ones."""
    return number_column(name, f"{name.removeprefix('q')} % quantile", unit="units")


def _with_nulls(frame: pd.DataFrame, file: str) -> pd.DataFrame:
    """Return the frame with nulls for empty texts."""
    texts = [str(name) for name in frame if column_type(file, str(name)) == TEXT]
    return frame.assign(**{name: frame[name].where(frame[name] != "") for name in texts})


def _plans(kpis: Mapping[str, Any], manifest: Mapping[str, Any]) -> _Output:
    """Return the one row that names the plan and says how good it is."""
    currency = str(kpis["currency"])
    cells: dict[Column, Any] = {
        PLAN: str(kpis["plan_id"]),
        id_column("run_id", "the run it was made in"): str(manifest.get("run_id", "")),
        date_column("cutoff", "first day that was not known"): kpis["window"]["cutoff"],
        text_column("currency", "of all money of the plan"): currency,
        text_column("method", "exact or decompose"): str(kpis["method"]),
        text_column("status", "of the solver's answer"): str(kpis["status"]),
        number_column("gap", "(objective - bound) / objective"): float(kpis["gap"]),
    }
    cells |= {number_column(n, "as in kpis.json", unit="currency"): float(kpis[n]) for n in MONEY}
    table = Table(
        name="plans",
        meaning="the plans that were written, one a row",
        label="plan {plan_id}",
        key=(PLAN.name,),
        columns=tuple(cells),
    )
    frame = pd.DataFrame({column.name: [value] for column, value in cells.items()})
    return _Output(table=table, frame=frame.assign(cutoff=pd.to_datetime(frame["cutoff"])))


def _current(plan_id: str) -> _Output:
    """Return the one row that names the plan in force: the one that was published last."""
    table = Table(
        name="current",
        meaning="the plan in force, in one row",
        label="current",
        key=(PLAN.name,),
        columns=(PLAN,),
    )
    return _Output(table=table, frame=pd.DataFrame({PLAN.name: [plan_id]}), of_plan=False)


def _kpis(kpis: Mapping[str, Any]) -> _Output:
    """Return what the plan costs, and what doing nothing does, each in its parts."""
    variants = ("plan", "nothing")
    measures = [name for name in kpis["plan"] if name in kpis["nothing"]]
    rows = [
        {PLAN.name: str(kpis["plan_id"]), "variant": variant}
        | {name: float(kpis[variant][name]) for name in measures}
        for variant in variants
    ]
    columns = (
        PLAN,
        id_column("variant", "plan, or nothing: no transfer at all", required=True),
        *(number_column(name, f"{KPIS}: {name.replace('_', ' ')}") for name in measures),
    )
    table = Table(
        name="kpis",
        meaning="what a plan is expected to cost, beside doing nothing",
        label="kpis of {plan_id}",
        key=(PLAN.name, "variant"),
        columns=columns,
    )
    return _Output(table=table, frame=pd.DataFrame(rows))
