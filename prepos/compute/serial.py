"""One block after another, here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prepos.compute.blocks import Block, Given, Made, Watch


class Serial:
    """Does the blocks in this process; their kernels use all cores."""

    def __enter__(self) -> Serial:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def run(
        self,
        work: Callable[[Given], Made],
        blocks: Sequence[Block[Given]],
        watch: Watch,
        *,
        title: str,  # noqa: ARG002  # each block is told by itself
    ) -> list[Made]:
        """Return what the work makes of each block."""
        made = []
        for block in blocks:
            with watch.stage(block.name):
                made.append(work(block.given))
        return made
