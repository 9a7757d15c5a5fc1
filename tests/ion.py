"""Tests that read Ion: not where its library has no wheel."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

import pytest

ION_IS_HERE: Final = find_spec("amazon") is not None
needs_ion: Final = pytest.mark.skipif(not ION_IS_HERE, reason="amazon.ion has no wheel for this Python")
