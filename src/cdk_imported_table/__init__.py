"""`ImportedTable`: a DynamoDB table that is born full, for AWS CDK.

The public names are loaded when they are first used: the command line and the test helpers of this package
need neither `aws_cdk` nor the Node process that comes with it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .data import ImportData
    from .dataset.column_type import ColumnType, EmptyValue
    from .dataset.formats import Timestamps
    from .format import ImportFormat
    from .imported_table import ImportedTable
    from .on_data_change import OnDataChange
    from .preflight import Preflight

__all__ = [
    "ColumnType",
    "EmptyValue",
    "ImportData",
    "ImportFormat",
    "ImportedTable",
    "OnDataChange",
    "Preflight",
    "Timestamps",
]

_HOMES = {
    "ColumnType": "dataset.column_type",
    "EmptyValue": "dataset.column_type",
    "ImportData": "data",
    "ImportFormat": "format",
    "ImportedTable": "imported_table",
    "OnDataChange": "on_data_change",
    "Preflight": "preflight",
    "Timestamps": "dataset.formats",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
