"""What a product type fills, weighs and costs: invented by department, valued by real prices.

The source knows prices only. Every figure below is ours, plausible and no measurement.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

# department: litres and kg a unit, gross margin, days it keeps (0 = long), units in a full case
DEPARTMENTS = {
    "GROCERY": (1.6, 0.8, 0.25, 0, 12),
    "DRUG GM": (0.9, 0.4, 0.35, 0, 6),
    "PRODUCE": (1.8, 0.9, 0.35, 10, 6),
    "MEAT": (1.4, 1.1, 0.25, 14, 6),
    "MEAT-PCKGD": (0.9, 0.5, 0.28, 30, 12),
    "DELI": (1.1, 0.5, 0.40, 14, 6),
    "PASTRY": (3.0, 0.5, 0.45, 7, 6),
    "NUTRITION": (0.8, 0.4, 0.35, 0, 6),
    "SEAFOOD": (1.0, 0.6, 0.30, 7, 6),
    "SEAFOOD-PCKGD": (0.9, 0.5, 0.30, 30, 6),
    "SALAD BAR": (1.0, 0.4, 0.45, 5, 6),
    "COSMETICS": (0.3, 0.1, 0.45, 0, 6),
    "FLORAL": (6.0, 0.6, 0.45, 7, 1),
}
OTHER = (2.0, 0.8, 0.35, 0, 1)
BULKY = {  # a word in the product type: litres and kg a unit
    "12/18&15pk": (8.0, 5.5),
    "2 liter": (2.4, 2.1),
    "toilet tissue": (9.0, 0.9),
    "paper towel": (9.0, 0.8),
    "diaper": (8.0, 1.8),
    "water": (4.0, 3.5),
    "beer": (6.0, 5.0),
    "potato chips": (4.0, 0.3),
    "tortilla": (3.5, 0.3),
    "cereal": (4.0, 0.4),
    "dog food": (5.0, 4.0),
    "litter": (7.0, 6.0),
    "milk": (3.2, 3.2),
    "potatoes": (4.5, 2.5),
    "charcoal": (12.0, 4.0),
    "can cat": (0.2, 0.2),
    "candy bar": (0.1, 0.06),
    "gum": (0.1, 0.05),
    "cigarettes": (0.2, 0.03),
    "powder pouches": (0.1, 0.05),
}
LOST_BASKET = 6.0  # dollars a unit short, beside its margin: dearer than the dearest delivery
HOLDING = 0.004  # of the value a week, and 4 dollars a m3
RETURN = 0.08  # of the value, and 0.25 dollars a unit


def make_products(baskets: pd.DataFrame, *, weekly_units_per_node: pd.Series) -> pd.DataFrame:
    """Return the contract's products, one a SKU of the baskets, sorted.

    A SKU travels in its department's full cases where a forward node uses at least one a week, else
    in single units.
    """
    facts = baskets.groupby("sku").agg(name=("name", "first"), category=("department", _commonest))
    price = (baskets["sales"] / baskets["quantity"]).groupby(baskets["sku"]).median().round(2)
    litres, kg, margin, days, case = (
        np.array(column)
        for column in zip(*map(_figures, facts["name"], facts["category"]), strict=True)
    )
    weekly = weekly_units_per_node.reindex(facts.index, fill_value=0).to_numpy()
    value = price.to_numpy().clip(min=0.05)
    return pd.DataFrame(
        {
            "sku": facts.index,
            "category": facts["category"].to_numpy(),
            "unit_volume_m3": litres / 1000,
            "unit_weight_kg": kg,
            "unit_value": value,
            "shortage_cost": (LOST_BASKET + margin * value).round(2),
            "holding_cost": (HOLDING * value + 4 * litres / 1000).round(4),
            "return_cost": (0.25 + RETURN * value).round(2),
            "case_pack": np.where(weekly >= case, case, 1).astype(int),
            "shelf_life_days": pd.array(np.where(days > 0, days, None), dtype="Int64"),
        }
    )


def _figures(name: str, department: str) -> tuple[float, float, float, int, int]:
    """Return litres, kg, margin, days and case of one product type."""
    litres, kg, margin, days, case = DEPARTMENTS.get(department, OTHER)
    for word, bulk in BULKY.items():
        if word in name.lower():
            litres, kg = bulk
            break
    return litres, kg, margin, days, case


def _commonest(values: pd.Series) -> str:
    """Return the most frequent value, the first by name where two tie."""
    counts = values.value_counts()
    return str(min(counts.index[counts == counts.max()]))
