"""Files of an assembly that somebody has edited, or cut off: one sentence in the place of a traceback."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from .errors import DataError

_P = ParamSpec("_P")
_R = TypeVar("_R")


def said_if_malformed(reading: Callable[_P, _R]) -> Callable[_P, _R]:
    """Have a function that reads an assembly raise `DataError` where something in it is of another shape.

    It goes on functions that only look into what was parsed: elsewhere it would hide mistakes.
    """

    @wraps(reading)
    def read(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return reading(*args, **kwargs)
        except DataError:
            raise
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"the cloud assembly is not as CDK writes it ({type(error).__name__}: {error}); synthesize it"
                " again"
            ) from error

    return read
