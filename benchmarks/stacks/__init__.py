"""The stacks that are measured: each staging once by hand, and once with `ImportedTable`."""

from typing import Final

STAGINGS: Final = ("from_path", "from_path_replace", "from_asset", "from_bucket", "from_items")
"""Names of the functions that both `handwritten` and `imported` have."""
