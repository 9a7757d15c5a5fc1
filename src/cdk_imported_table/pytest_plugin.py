"""The pytest plugin: the fixture `imported_tables`.

It is loaded in every test session of whoever installed this package, so it imports nothing before the fixture
is used: not `aws_cdk`, not moto, not boto3.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .moto_tables import ImportedTables


@pytest.fixture
def imported_tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImportedTables]:
    """The tables of a CDK app in moto, with their data: `imported_tables("cdk.out")["CustomerEvents"]`.

    Takes a cloud assembly, a `Stack` or an `App`. From the first line of the test to its end, AWS is moto.
    """
    from .moto_tables import in_moto  # noqa: PLC0415 - not before it is used

    with in_moto(monkeypatch.setenv, monkeypatch.delenv) as tables:
        yield tables
