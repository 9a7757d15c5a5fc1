"""From a table of a template to the parameters of `CreateTable`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .dataset.app import AppTable
from .dataset.malformed import said_if_malformed

_DEFAULT_CAPACITY: Final = 5
"""CDK's own, where a template has one that only a deploy knows."""
_INDEX_KINDS: Final = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")


@said_if_malformed
def creation(table: AppTable) -> dict[str, Any]:
    """Return what makes the table: keys, indexes, capacity, stream and class.

    Encryption, tags, policies, backups and deletion protection are left out: they need what is not on this
    machine, or stand in the way of a test's end.
    """
    properties = table.resolved(
        "AttributeDefinitions",
        "KeySchema",
        "BillingMode",
        "ProvisionedThroughput",
        *_INDEX_KINDS,
        "StreamSpecification",
        "TableClass",
    )
    on_demand = properties.get("BillingMode") == "PAY_PER_REQUEST"
    wanted: dict[str, Any] = {
        "TableName": table.name,
        "AttributeDefinitions": properties["AttributeDefinitions"],
        "KeySchema": properties["KeySchema"],
        "BillingMode": "PAY_PER_REQUEST" if on_demand else "PROVISIONED",
    }
    if not on_demand:
        wanted["ProvisionedThroughput"] = _capacity(properties)
    for kind in _INDEX_KINDS:
        indexes = [
            {
                **{name: index[name] for name in ("IndexName", "KeySchema", "Projection")},
                **(
                    {"ProvisionedThroughput": _capacity(index)}
                    if kind == "GlobalSecondaryIndexes" and not on_demand
                    else {}
                ),
            }
            for index in properties.get(kind) or ()
        ]
        if indexes:
            wanted[kind] = indexes
    stream = properties.get("StreamSpecification")
    if stream:
        wanted["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": stream["StreamViewType"]}
    if properties.get("TableClass"):
        wanted["TableClass"] = properties["TableClass"]
    return wanted


def differences(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """Return in words in what a described table differs from a wanted one; empty if it may be used."""
    if _keys(there) != _keys(wanted):
        return "keys"
    if any(_indexes(there, kind) != _indexes(wanted, kind) for kind in _INDEX_KINDS):
        return "indexes"
    return ""


def _indexes(table: Mapping[str, Any], kind: str) -> list[tuple[str, Any]]:
    types = _types(table)
    return sorted((index["IndexName"], _schema(index, types)) for index in table.get(kind) or ())


def _keys(table: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return _schema(table, _types(table))


def _types(table: Mapping[str, Any]) -> dict[str, str]:
    return {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]}


def _schema(table: Mapping[str, Any], types: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [(key["KeyType"], key["AttributeName"], types[key["AttributeName"]]) for key in table["KeySchema"]]


def _capacity(owner: Mapping[str, Any]) -> dict[str, int]:
    given = owner.get("ProvisionedThroughput") or {}
    return {
        name: int(given.get(name) or _DEFAULT_CAPACITY)
        for name in ("ReadCapacityUnits", "WriteCapacityUnits")
    }
