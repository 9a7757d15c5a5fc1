"""All tables of a synthesized app: what they are called, and how they are made."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .assembly import TABLE, Assembly, Imported, imported, resources_of, schema_of
from .errors import DataError
from .intrinsics import NotKnownError, known_parameters, resolve
from .malformed import said_if_malformed
from .origin import Origin
from .schema import TableSchema

_LONGEST_NAME: Final = 255
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(frozen=True)
class AppTable:
    """A table of an app."""

    stack: str
    """The name of its stack."""
    template: str
    logical_id: str
    path: str
    """The construct's path: `Shop/CustomerEvents`. Empty if the app keeps its paths out of the assembly."""
    name: str
    """Its `TableName`; without one that is known before a deploy, the stack's name and the logical id."""
    properties: Mapping[str, Any]
    """As they stand in the template."""
    known: Mapping[str, Any]
    """What `Ref` gives in its stack."""
    source: Imported | None
    """`None`: an ordinary table."""
    origin: Origin | None = None
    """The user's own files, where the assembly names them."""

    @property
    def schema(self) -> TableSchema:
        """Its keys."""
        return self.source.schema if self.source is not None else schema_of(self.properties)

    @property
    def names(self) -> set[str]:
        """All that it may be called by."""
        parts = self.path.split("/")
        return {self.name, self.logical_id, *("/".join(parts[place:]) for place in range(len(parts)))} - {""}

    def resolved(self, *names: str) -> dict[str, Any]:
        """Return those of the properties whose values are known before a deploy."""
        found = {}
        for name in names:
            if name in self.properties:
                try:
                    found[name] = resolve(self.properties[name], self.known)
                except NotKnownError:
                    continue
        return found


@said_if_malformed
def app_tables(assembly: Assembly, stacks: Collection[str] = ()) -> list[AppTable]:
    """Return the tables of an assembly, imported and ordinary ones.

    Args:
        assembly: The synthesized app.
        stacks: Names of stacks, or of their templates; nested stacks go with their parents. Default: all.

    Raises:
        DataError: If a stack is not there, or a table cannot be read.
    """
    wanted = set(stacks)
    templates = {}
    for template in assembly.templates:
        names = _stack_names(assembly, template)
        if not stacks or names & set(stacks):
            templates[template] = assembly.templates[template]
            wanted -= names
    if wanted:
        there = ", ".join(sorted({assembly.stack(template).name for template in assembly.templates}))
        raise DataError(
            f"there is no stack {min(wanted)!r} in {str(assembly.folder)!r}; there are: {there or 'none'}"
        )
    return list(_tables(assembly, templates))


def find(tables: Iterable[AppTable], name: str) -> AppTable:
    """Return the table that is called `name`: table name, logical id, or the end of the construct's path.

    Raises:
        DataError: If there is none, or more than one.
    """
    tables = list(tables)
    found = [table for table in tables if name in table.names]
    if len(found) == 1:
        return found[0]
    if found:
        raise DataError(f"{name!r} may be any of {_listed(found)}; name one by its path or its table name")
    raise DataError(f"there is no table {name!r}; there are: {_listed(tables)}")


def check_names(tables: Sequence[AppTable]) -> None:
    """Raise `DataError` if two tables have one name: they cannot both be in one place."""
    seen: dict[str, AppTable] = {}
    for table in tables:
        other = seen.setdefault(table.name, table)
        if other is not table:
            raise DataError(
                f"the stacks {other.stack!r} and {table.stack!r} both have a table named {table.name!r};"
                f" choose one of "
                "the stacks"
            )


def _listed(tables: Sequence[AppTable]) -> str:
    return ", ".join(sorted(table.path or table.logical_id for table in tables)) or "none"


def _stack_names(assembly: Assembly, template: str | None) -> set[str]:
    names: set[str] = set()
    while template is not None:
        stack = assembly.stack(template)
        names |= {stack.name, template}
        template = stack.parent
    return names


def _tables(assembly: Assembly, templates: Mapping[str, Mapping[str, Any]]) -> Iterator[AppTable]:
    for template, content in templates.items():
        stack = assembly.stack(template)
        known = {**known_parameters(content), **pseudo_parameters(stack.name, stack.account, stack.region)}
        for logical_id, resource in resources_of(content, TABLE):
            properties = resource.get("Properties") or {}
            source = (
                imported(template, logical_id, properties)
                if "ImportSourceSpecification" in properties
                else None
            )
            path = _path(resource, stack.path(logical_id))
            yield AppTable(
                stack.name,
                template,
                logical_id,
                path,
                _name(stack.name, logical_id, properties, known),
                properties,
                known,
                source,
                stack.origins.get(path),
            )


def pseudo_parameters(stack: str, account: str | None, region: str | None) -> dict[str, str]:
    """Return CloudFormation's own parameters, with an emulator's values where there are no others."""
    return {
        "AWS::StackName": stack,
        "AWS::AccountId": account or "000000000000",
        "AWS::Region": region or "us-east-1",
        "AWS::Partition": "aws",
        "AWS::URLSuffix": "amazonaws.com",
    }


def _name(stack: str, logical_id: str, properties: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    try:
        name = resolve(properties.get("TableName"), known)
    except NotKnownError:
        name = None
    if isinstance(name, str) and name:
        return name
    return _NO_NAME.sub("-", f"{stack}-{logical_id}")[:_LONGEST_NAME]


def _path(resource: Mapping[str, Any], otherwise: str) -> str:
    path = str((resource.get("Metadata") or {}).get("aws:cdk:path") or otherwise)
    return path.removesuffix("/Resource").removesuffix("/Default")
