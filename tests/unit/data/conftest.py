"""Let tests find the modules that cut the sample; they lie beside the data, outside the package."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "data"))
