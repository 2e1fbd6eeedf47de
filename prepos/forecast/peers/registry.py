"""The peers by name: adding one is adding a file and a line here."""

from __future__ import annotations

from prepos.forecast.peers.boosting import m5_means, m5_tune, pooled_means, pooled_tune
from prepos.forecast.peers.exponential import exponential_means
from prepos.forecast.peers.peer import Peer
from prepos.forecast.peers.series_library import (
    auto_ets,
    croston_sba,
    imapa,
    ses_optimised,
    tsb,
    tune_tsb,
)

SERIES, BOOST = "statsforecast", "lightgbm"

PEERS: dict[str, Peer] = {
    peer.name: peer
    for peer in (
        Peer(name="exponential", means=exponential_means),
        Peer(name="ses_optimised", means=ses_optimised, library=SERIES),
        Peer(name="croston_sba", means=croston_sba, library=SERIES),
        Peer(name="tsb", means=tsb, tune=tune_tsb, library=SERIES),
        Peer(name="imapa", means=imapa, library=SERIES),
        Peer(name="auto_ets", means=auto_ets, library=SERIES),
        Peer(name="lightgbm", means=m5_means, tune=m5_tune, library=BOOST, pools=True),
        Peer(
            name="lightgbm_pooled",
            means=pooled_means,
            tune=pooled_tune,
            library=BOOST,
            pools=True,
        ),
    )
}
"""``naive`` and ``moving_average`` are models of our own and run as such."""
