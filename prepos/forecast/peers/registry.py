"""The peers by name: adding one is adding a file and a line here."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from prepos.errors import ConfigError
from prepos.forecast.peers.boosting import m5_means, m5_tune, pooled_means, pooled_tune
from prepos.forecast.peers.exponential import exponential_means, tune_exponential
from prepos.forecast.peers.peer import Peer, load_library
from prepos.forecast.peers.series_library import (
    auto_ets,
    croston_sba,
    imapa,
    ses_optimised,
    tsb,
    tune_tsb,
)

SERIES, BOOST = "statsforecast", "lightgbm"
ALL = "all"

PEERS: dict[str, Peer] = {
    peer.name: peer
    for peer in (
        Peer(name="exponential", means=exponential_means, tune=tune_exponential),
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


def chosen_peers(names: Sequence[str]) -> tuple[Peer, ...]:
    """Return the peers of these names; ``all`` is every one, no name those that need no library.

    Raises
    ------
    ConfigError
        If a name is unknown.
    ExternalError
        If a library that one of them needs is not installed.
    """
    unknown = [name for name in names if name not in (*PEERS, ALL)]
    if unknown:
        near = get_close_matches(unknown[0], (*PEERS, ALL), n=1, cutoff=0.0)
        raise ConfigError(
            f"--peer is {unknown[0]!r}, expected {ALL} or some of {', '.join(PEERS)}; "
            f"the nearest is {near[0]!r}"
        )
    wanted = names or [name for name, peer in PEERS.items() if not peer.library]
    peers = tuple(peer for name, peer in PEERS.items() if name in wanted or ALL in wanted)
    for library in sorted({peer.library for peer in peers} - {""}):
        load_library(library)
    return peers
