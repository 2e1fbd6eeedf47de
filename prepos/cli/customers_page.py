"""What ``prepos forecast --customers`` tells of the customers' next orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType

    from prepos.core.run import RunFiles

SHOWN_CUSTOMERS, SHOWN_SKUS = 5, 3
NOBODY = (
    "no customer's next order is told: no order names a customer who agreed to be looked at one by "
    "one (the table consents, else privacy.default_consent.personal_forecast)"
)


def customers_facts(files: RunFiles) -> dict[str, Any]:
    """Return what the JSON tells: how many customers, and how many orders are expected of them."""
    each = _each(files)
    facts: dict[str, Any] = {
        "customers": len(each),
        "customers_expected_orders": float(each["expected_orders"].sum()),
    }
    return facts if len(each) else {**facts, "customers_told": NOBODY}


def customers_page(files: RunFiles) -> RenderableType:
    """Return the customers likeliest to order, and what their next order is likeliest to hold."""
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    each = _each(files)
    if not len(each):
        return Text(f"\n{NOBODY}", "yellow")
    told = Text(f"\n{each['expected_orders'].sum():,.0f} orders are expected", "bold")
    told.append(f" of {len(each):,} customers; the likeliest SKUs of each next order")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("customer", min_width=16)
    table.add_column("chance of an order", justify="right")
    table.add_column("likeliest in it")
    frame = _frame(files)
    first = each.sort_values("chance_of_order", ascending=False, kind="stable")
    for customer in first.head(SHOWN_CUSTOMERS).itertuples():
        own = frame[frame["customer_id"] == customer.customer_id].head(SHOWN_SKUS)
        skus = ", ".join(f"{row.sku} {row.chance:.0%}" for row in own.itertuples())
        table.add_row(
            Text(str(customer.customer_id)), f"{customer.chance_of_order:.0%}", Text(skus)
        )
    return Group(told, table)


def _frame(files: RunFiles) -> pd.DataFrame:
    """Return the customers' table."""
    from prepos.core.run import CUSTOMERS

    return files.frames[CUSTOMERS]


def _each(files: RunFiles) -> pd.DataFrame:
    """Return one row a customer."""
    frame = _frame(files)
    return frame[frame["rank"] == 1]
