"""The type of a frame's text column: the same in every version of pandas that we run on."""

from __future__ import annotations

import numpy as np
import pandas as pd

TEXT_TYPE = pd.StringDtype(na_value=np.nan)  # an empty cell is not a number, never the word None
