"""What an exporter is given: the plan's lines, in documents of one departure each, with their keys.

A line's key is the same whenever the same plan is exported, and whatever part of it is. So is a
document's: it holds the lines of one vehicle (or, where a lane has none, of one lane and day), no
SKU twice, since some targets know a line by its document and item alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from prepos.core.run import LOADS, REDIRECTS, TRANSFERS, line_of
from prepos.core.types import AnyArray, BoolArray, IntArray

DEPARTURE = ["origin", "destination", "lane_id", "ship_date", "arrival_date", "load_id"]
DIGITS = 12  # of a document's digest: 48 bits


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Batch:
    """A plan's n lines, sorted by document.

    Attributes
    ----------
    transfers, loads, redirects : frames
        As the run's files; ``transfers`` has n rows.
    line : (n,) int
        Where each stands in ``transfers.csv``; the header is 1.
    keys : (n,) str
    documents : (n,) int
        From 0, without gaps.
    document_keys : (n,) str
    run_id, plan_id, currency : str
    stem : str
        What every key begins with.
    today : date
        Of the export.
    """

    transfers: pd.DataFrame
    loads: pd.DataFrame
    redirects: pd.DataFrame
    line: IntArray
    keys: AnyArray
    documents: IntArray
    document_keys: AnyArray
    run_id: str
    plan_id: str
    stem: str
    currency: str
    today: date

    @property
    def heads(self) -> BoolArray:
        """(n,) whether a line is its document's first."""
        return np.asarray(np.diff(self.documents, prepend=-1) != 0)

    def text(self, column: str) -> AnyArray:
        """(n,) str of a text column."""
        return self.transfers[column].to_numpy(dtype=object)

    def units(self) -> IntArray:
        """(n,) int."""
        return self.transfers["quantity"].to_numpy(dtype=np.int64)

    def day(self, column: str) -> AnyArray:
        """(n,) datetime64[D]."""
        return self.transfers[column].to_numpy().astype("datetime64[D]")

    def iso(self, column: str) -> AnyArray:
        """(n,) str, days as YYYY-MM-DD."""
        return np.datetime_as_string(self.day(column), unit="D").astype(object)

    def on_heads(self, cells: AnyArray) -> AnyArray:
        """(n,) str: the cells on each document's first line, nothing on the others."""
        return np.where(self.heads, cells, "")

    def places(self, column: str, names: Mapping[str, str]) -> AnyArray:
        """(n,) str: what the target calls a column's nodes."""
        codes, nodes = pd.factorize(self.text(column))
        return np.array([names[node] for node in nodes], dtype=object)[codes]

    def only(self, transfer_ids: frozenset[str]) -> Batch:
        """Return the lines of these transfers, their keys unchanged."""
        kept = np.array([name in transfer_ids for name in self.text("transfer_id")], dtype=np.bool_)
        return replace(
            self,
            transfers=self.transfers[kept].reset_index(drop=True),
            line=self.line[kept],
            keys=self.keys[kept],
            documents=pd.factorize(self.documents[kept])[0].astype(np.int64),
            document_keys=self.document_keys[kept],
        )


def make_batch(
    frames: Mapping[str, pd.DataFrame], *, run_id: str, key: str, currency: str, today: date
) -> Batch:
    """Return all lines of a run's tables.

    Parameters
    ----------
    frames : file name to frame
        ``transfers.csv``; ``loads.csv`` and ``redirects.csv`` where the run has them.
    key : str
        ``plan`` or ``transfer``: what a key names.
    """
    transfers = frames[TRANSFERS]
    plan_id = str(transfers["plan_id"].iloc[0]) if len(transfers) else run_id
    stem = f"prepos.{plan_id}_" if key == "plan" else "prepos."
    names = transfers["transfer_id"].to_numpy(dtype=object)
    nothing = np.zeros(len(names), dtype=np.int64)
    batch = Batch(
        transfers=transfers,
        loads=frames.get(LOADS, pd.DataFrame()),
        redirects=frames.get(REDIRECTS, pd.DataFrame()),
        line=np.arange(len(names)) + line_of(TRANSFERS, 0),
        keys=np.array([f"{stem}{name}" for name in names], dtype=object),
        documents=nothing,
        document_keys=nothing.astype(object),
        run_id=run_id,
        plan_id=plan_id,
        stem=stem,
        currency=currency,
        today=today,
    )
    repeats = transfers.groupby([*DEPARTURE, "sku"], sort=False).cumcount()
    return group_lines(batch, DEPARTURE, repeats.to_numpy().astype(np.int64))


def group_lines(batch: Batch, by: Sequence[str], part: IntArray | None = None) -> Batch:
    """Return the lines in documents that agree in the columns (and in the part), sorted by them."""
    transfers = batch.transfers.assign(part=0 if part is None else part)
    groups = transfers.groupby([*by, "part"], sort=False).ngroup().to_numpy()
    order = np.argsort(groups, kind="stable")
    first = np.unique(groups, return_index=True)[1]
    columns = (_words_of(transfers[name].iloc[first].to_numpy()) for name in (*by, "part"))
    digests = [hashlib.sha256("|".join(row).encode()) for row in zip(*columns, strict=True)]
    keys = [f"{batch.stem}D{digest.hexdigest()[:DIGITS]}" for digest in digests]
    documents = groups[order].astype(np.int64)
    return replace(
        batch,
        transfers=batch.transfers.iloc[order].reset_index(drop=True),
        line=batch.line[order],
        keys=batch.keys[order],
        documents=documents,
        document_keys=np.array(keys, dtype=object)[documents],
    )


def _words_of(cells: AnyArray) -> list[str]:
    """Return cells as text, days as YYYY-MM-DD."""
    if cells.dtype.kind == "M":
        days: list[str] = np.datetime_as_string(cells, unit="D").tolist()
        return days
    return [str(cell) for cell in cells.tolist()]
