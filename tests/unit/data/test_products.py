"""What a product type is said to fill and cost."""

from __future__ import annotations

import pandas as pd
from cutting.products import make_products

BASKETS = pd.DataFrame(
    {
        "sku": ["milk", "milk", "milk", "corn", "lamp"],
        "name": ["FLUID MILK", "FLUID MILK", "FLUID MILK", "CORN", "LAMP"],
        "department": ["GROCERY", "GROCERY", "DELI", "PRODUCE", "TOYS"],
        "quantity": [1, 2, 1, 4, 1],
        "sales": [2.0, 6.0, 4.0, 1.0, 0.0],
    }
)


def test_products_follow_department_name_and_price() -> None:
    """Bulky names win over departments, median prices make values, quick sellers go by the case."""
    products = make_products(BASKETS, weekly_units_per_node=pd.Series({"milk": 12.0, "corn": 5.9}))

    products = products.set_index("sku")
    assert products["category"].to_dict() == {"corn": "PRODUCE", "lamp": "TOYS", "milk": "GROCERY"}
    assert products["unit_volume_m3"].to_dict() == {"corn": 0.0018, "lamp": 0.002, "milk": 0.0032}
    assert products["unit_value"].to_dict() == {"corn": 0.25, "lamp": 0.05, "milk": 3.0}
    assert products["case_pack"].to_dict() == {"corn": 1, "lamp": 1, "milk": 12}
    assert products.loc["milk", "shortage_cost"] == 6.75
    assert products["shelf_life_days"].isna().to_dict() == {
        "corn": False,
        "lamp": True,
        "milk": True,
    }
