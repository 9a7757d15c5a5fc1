"""Which imported tables would not be there any more as they are, and why.

By the resource's schema `TableName` and `ImportSourceSpecification` are create-only, and `KeySchema` is where
the table cannot be changed; by CloudFormation's documentation, another type of an attribute replaces the
table too. Without its logical id, a table is out of the stack.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .templates import StackTemplate, properties_of
from .values import Value, references

TABLE: Final = "AWS::DynamoDB::Table"
IMPORT: Final = "ImportSourceSpecification"


class Fate(StrEnum):
    """What happens to the resource."""

    REPLACED = "replaced"
    REMOVED = "removed"
    RENAMED = "renamed"
    """Removed, and made anew under another logical id."""
    CONDITIONAL = "conditional"
    """Its condition changed; what that means is only known at deploy time."""


@dataclass(frozen=True)
class Change:
    """One value that is responsible."""

    path: str
    old: Value
    new: Value


@dataclass(frozen=True)
class Endangered:
    """A table that a deploy would take away or replace."""

    stack: str
    logical_id: str
    fate: Fate
    changes: tuple[Change, ...]
    old: dict[str, Value]
    """The resource in OLD."""
    new: dict[str, Value] | None
    """The resource in NEW: the same, or the one it was renamed to."""

    @property
    def construct(self) -> str | None:
        """The path of the construct, where CDK wrote it down."""
        metadata = self.old.get("Metadata")
        path = metadata.get("aws:cdk:path") if isinstance(metadata, dict) else None
        return path if isinstance(path, str) else None


def endangered(old: StackTemplate, new: StackTemplate | None) -> Iterator[Endangered]:
    """The tables of a stack, and of all that is nested in it; `new` is None for a nested stack that goes."""
    for logical_id, resource in old.resources():
        if resource.get("Type") != TABLE:
            continue
        successor = new.resource(logical_id) if new else None
        if IMPORT not in properties_of(resource) and IMPORT not in properties_of(successor or {}):
            continue
        if new is None or successor is None or successor.get("Type") != TABLE:
            yield _gone(old, new, logical_id, resource, successor)
            continue
        changes = tuple(_changes(old, new, resource, successor))
        asked = (
            old.values.condition(resource.get("Condition")),
            new.values.condition(successor.get("Condition")),
        )
        if changes:
            yield Endangered(old.name, logical_id, Fate.REPLACED, changes, resource, successor)
        elif asked[0] != asked[1] and asked[1] is not None:
            change = Change("Condition", *asked)
            yield Endangered(old.name, logical_id, Fate.CONDITIONAL, (change,), resource, successor)
    for logical_id, nested in old.nested.items():
        if new is None or logical_id not in new.unread:
            yield from endangered(nested, new.nested.get(logical_id) if new else None)


def _gone(
    old: StackTemplate,
    new: StackTemplate | None,
    logical_id: str,
    resource: dict[str, Value],
    successor: dict[str, Value] | None,
) -> Endangered:
    if successor is not None:
        change = Change("Type", resource.get("Type"), successor.get("Type"))
        return Endangered(old.name, logical_id, Fate.REMOVED, (change,), resource, successor)
    if new is None:
        change = Change("the nested stack", old.name, None)
        return Endangered(old.name, logical_id, Fate.REMOVED, (change,), resource, None)
    heir = _heir(old, new, resource)
    if heir is None:
        change = Change("the logical id", logical_id, None)
        return Endangered(old.name, logical_id, Fate.REMOVED, (change,), resource, None)
    change = Change("the logical id", logical_id, heir[0])
    return Endangered(old.name, logical_id, Fate.RENAMED, (change,), resource, heir[1])


def _heir(
    old: StackTemplate, new: StackTemplate, resource: dict[str, Value]
) -> tuple[str, dict[str, Value]] | None:
    """The one new table that looks like the old one: a construct whose id, or whose parents, changed."""
    before = dict(old.resources())
    wanted = _identity(old, resource)
    alike = []
    for logical_id, candidate in new.resources():
        if candidate.get("Type") == TABLE and logical_id not in before:
            found = _identity(new, candidate)
            if all(
                found[part] == wanted[part] for part in ("KeySchema", "TableName", "AttributeDefinitions")
            ):
                alike.append((logical_id, candidate))
    return alike[0] if len(alike) == 1 else None


def _identity(stack: StackTemplate, resource: dict[str, Value]) -> dict[str, Value]:
    """What a deployed table cannot change."""
    properties = stack.values.plain(properties_of(resource))
    if not isinstance(properties, dict):
        properties = {}
    return {
        "TableName": properties.get("TableName"),
        IMPORT: properties.get(IMPORT),
        "KeySchema": _by_name(properties.get("KeySchema"), "KeyType", "AttributeName"),
        "AttributeDefinitions": _by_name(
            properties.get("AttributeDefinitions"), "AttributeName", "AttributeType"
        ),
    }


def _by_name(pairs: Value, key: str, value: str) -> Value:
    """A list of pairs as a mapping: their order means nothing."""
    if not isinstance(pairs, list) or not all(isinstance(pair, dict) for pair in pairs):
        return pairs
    return {str(pair.get(key)): pair.get(value) for pair in pairs}


def _changes(
    old: StackTemplate, new: StackTemplate, resource: dict[str, Value], successor: dict[str, Value]
) -> Iterator[Change]:
    before, after = _identity(old, resource), _identity(new, successor)
    types, new_types = before.pop("AttributeDefinitions"), after.pop("AttributeDefinitions")
    yield from _differences("Properties", before, after)
    if isinstance(types, dict) and isinstance(new_types, dict):
        # One that is added or taken away belongs to an index, which is changed in place.
        common = [name for name in types if name in new_types]
        yield from _differences(
            "Properties.AttributeDefinitions",
            {name: types[name] for name in common},
            {name: new_types[name] for name in common},
        )
    for name in sorted(references(before[IMPORT]) & references(after[IMPORT])):
        yield from _renamed_bucket(old, new, name)


def _renamed_bucket(old: StackTemplate, new: StackTemplate, logical_id: str) -> Iterator[Change]:
    """A bucket that is replaced itself: the import then names another one."""
    before, after = old.resource(logical_id), new.resource(logical_id)
    if before and after and before.get("Type") == after.get("Type") == "AWS::S3::Bucket":
        names = [
            stack.values.plain(properties_of(bucket).get("BucketName"))
            for stack, bucket in ((old, before), (new, after))
        ]
        yield from _differences(f"(bucket) {logical_id}.Properties.BucketName", *names)


def _differences(path: str, old: Value, new: Value) -> Iterator[Change]:
    """The smallest parts that differ; a function is one part."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict) and not _is_function(old) and not _is_function(new):
        for name in [*old, *(name for name in new if name not in old)]:
            yield from _differences(f"{path}.{name}", old.get(name), new.get(name))
    else:
        yield Change(path, old, new)


def _is_function(value: dict[str, Value]) -> bool:
    return any(name in ("Ref", "FromParent", "Condition") or name.startswith("Fn::") for name in value)
