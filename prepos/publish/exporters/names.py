"""What a target calls our nodes: by the table of locations, else by the format's pattern."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from prepos.core.types import AnyArray
from prepos.publish.exporters.batch import Batch


def name_places(
    batch: Batch, locations: Mapping[str, str], pattern: str, **marks: Mapping[str, str]
) -> tuple[AnyArray, AnyArray]:
    """Return the (n,) names of origins and destinations.

    Parameters
    ----------
    locations : node id to name
        Wins over the pattern.
    pattern : str
        Holds ``{node}``, or one of the marks.
    marks : mark to node id to text
        The node's id where the inner mapping has none.
    """
    names = {
        node: locations.get(node)
        or pattern.format(node=node, **{mark: of.get(node, node) for mark, of in marks.items()})
        for column in ("origin", "destination")
        for node in pd.unique(batch.text(column))
    }
    return batch.places("origin", names), batch.places("destination", names)
