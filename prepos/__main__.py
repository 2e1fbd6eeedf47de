"""``python -m prepos`` is ``prepos``."""

from __future__ import annotations

import sys

from prepos.cli import main

if __name__ == "__main__":
    sys.exit(main())
