"""Whose orders may be looked at one by one: the latest word each customer gave."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from prepos.core.axes import Axis
from prepos.core.types import BoolArray


def consented_customers(
    consents: pd.DataFrame | None, customers: Axis, *, purpose: str, at: date, default: bool
) -> BoolArray:
    """Return which customers granted the purpose, by their latest row at or before a day.

    Rows of one instant that disagree mean no, rows after the day are not known yet, and with a
    table a customer without a row means no.

    Parameters
    ----------
    consents : frame or None
        The ``consents`` table: customer_id, purpose, granted (bool), at (date or timestamp).
    purpose : str
        ``personal_forecast`` or ``offers``.
    default : bool
        What holds for everyone where there is no table at all.

    Returns
    -------
    (C,) bool
    """
    if consents is None:
        return np.full(len(customers), default, dtype=np.bool_)
    granted = np.zeros(len(customers), dtype=np.bool_)
    when = pd.to_datetime(consents["at"].astype(str), format="ISO8601", utc=True)
    known = (consents["purpose"] == purpose) & (when <= pd.Timestamp(at, tz="UTC"))
    rows = pd.DataFrame(
        {
            "customer": customers.positions(consents.loc[known, "customer_id"].tolist()),
            "at": when[known].to_numpy(),
            "granted": consents.loc[known, "granted"].astype(bool).to_numpy(),
        }
    )
    rows = rows[rows["customer"] >= 0]
    latest = rows[rows["at"] == rows.groupby("customer")["at"].transform("max")]
    word = latest.groupby("customer")["granted"].all()
    granted[word.index.to_numpy(dtype=np.int64)] = word.to_numpy(dtype=np.bool_)
    return granted
