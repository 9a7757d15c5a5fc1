"""The tables of an app in moto, for unit tests. Needs the extra `testing` (moto and boto3)."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .aws import DEFAULT_REGION
from .dataset.app import AppTable, app_tables, find
from .dataset.assembly import Assembly
from .dataset.errors import DataError
from .loading import Where, load

if TYPE_CHECKING:
    from aws_cdk import App, Stack, Stage

_ELSEWHERE = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_PROFILE")
"""Variables with which boto3 would pass moto by."""


@dataclass(frozen=True)
class LoadedTable:
    """A table in moto, with its data."""

    name: str
    """Its name there: its `TableName`, or the name of its stack and its logical id."""
    table: Any
    """boto3's `Table`."""
    count: int
    """Items that were put; those that overwrote others too."""

    def items(self) -> list[dict[str, Any]]:
        """Return all items as Python values, in no order."""
        found: list[dict[str, Any]] = []
        more: dict[str, Any] = {}
        while True:
            page = self.table.scan(**more)
            found += page["Items"]
            if "LastEvaluatedKey" not in page:
                return found
            more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


class LoadedTables(Mapping[str, LoadedTable]):
    """The tables of an app: by construct id or path, logical id, or table name."""

    def __init__(self, tables: Mapping[str, LoadedTable], known: Collection[AppTable]) -> None:
        self._tables, self._known = tables, known

    def __getitem__(self, name: str) -> LoadedTable:
        try:
            return self._tables[find(self._known, name).name]
        except DataError as error:
            raise KeyError(str(error)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


class ImportedTables:
    """Makes the tables of apps in moto, and fills them."""

    def __call__(
        self,
        app: str | os.PathLike[str] | App | Stage | Stack,
        *,
        stacks: Collection[str] = (),
        data: Mapping[str, str | os.PathLike[str]] | None = None,
        empty: Collection[str] = (),
    ) -> LoadedTables:
        """Load an app. May be called more than once, for more than one app.

        Args:
            app: A cloud assembly (`cdk.out`), an `App`, a `Stage`, or a `Stack` (then its tables only).
            stacks: Names of stacks, if not all of the assembly are wanted.
            data: Where a copy of data is that is in S3 already, by the table's name or construct id.
            empty: Tables that are to stay empty.

        Raises:
            DataError: If the import would fail, or data is not there.
        """
        import boto3  # noqa: PLC0415 - of the extra

        folder, own = _synthesized(app)
        assembly = Assembly(folder)
        tables = app_tables(assembly, stacks or own)
        where = Where({name: Path(path) for name, path in (data or {}).items()}, empty)
        session = boto3.Session()  # its own: one for both reads the service's model once
        counts = load(session.client("dynamodb"), assembly, tables, where)
        resource = session.resource("dynamodb")
        return LoadedTables(
            {name: LoadedTable(name, resource.Table(name), count) for name, count in counts.items()}, tables
        )


def _synthesized(app: str | os.PathLike[str] | App | Stage | Stack) -> tuple[Path, list[str]]:
    """Return the folder of the assembly, and which of its templates are meant: none for all."""
    if isinstance(app, str | os.PathLike):
        return Path(app), []
    from aws_cdk import Stack, Stage  # noqa: PLC0415 - needs Node, and a path does not

    stage = app if isinstance(app, Stage) else Stage.of(app)
    if stage is None:
        raise DataError(
            f"{app!r} is not in an App, so it cannot be synthesized; give a Stack that is, or cdk.out"
        )
    folder = Path(stage.synth().directory)
    if not isinstance(app, Stack):
        return folder, []
    return folder, [app.template_file.removesuffix(".template.json")]


@contextmanager
def in_moto(
    set_variable: Callable[[str, str], object], drop_variable: Callable[[str, bool], object]
) -> Iterator[ImportedTables]:
    """Put moto in the place of AWS.

    Args:
        set_variable: Sets a variable of the environment, and is undone by somebody.
        drop_variable: Removes one, if it is there.

    Raises:
        DataError: If moto is not installed.
    """
    try:
        from moto import mock_aws  # noqa: PLC0415 - of the extra
    except ImportError:
        raise DataError("imported_tables needs moto: pip install 'cdk-imported-table[testing]'") from None
    for name in _ELSEWHERE:
        drop_variable(name, False)
    region = os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION") or DEFAULT_REGION
    set_variable("AWS_DEFAULT_REGION", region)
    with mock_aws():
        yield ImportedTables()
