"""What becomes of an endangered table's data, and what to do about it."""

from __future__ import annotations

import re
from typing import Final

from .compare import IMPORT, Endangered, Fate
from .templates import properties_of
from .values import Value

_KEEPING: Final = ("Retain", "RetainExceptOnCreate")
_HASHED: Final = re.compile(r"(?:-[0-9a-f]{16}/|^[0-9a-f]{64}\.[a-z.]+)$")
"""How prefixes end that `OnDataChange.replace()` makes, or what the key of an asset looks like."""


def refusal(table: Endangered) -> str | None:
    """Why CloudFormation would not even do it; None where it would."""
    name = _property(table.old, "TableName")
    if table.new is None:
        return None
    if table.fate is Fate.REMOVED:
        return "CloudFormation refuses to change the type of a resource: the deploy fails and changes nothing"
    if name is None or name != _property(table.new, "TableName"):
        return None
    if table.fate is Fate.REPLACED:
        return (
            f"the name {_text(name)} is fixed, and CloudFormation does not replace a table with a fixed name:"
            " the deploy fails, rolls back, and the table stays as it is"
        )
    if table.fate is Fate.RENAMED:
        return (
            f"the name {_text(name)} is fixed, and the table has it as long as it is there: the deploy fails,"
            " because a table of this name exists, and rolls back"
        )
    return None


def what_happens_to_the_data(table: Endangered) -> str:
    """One sentence about the old table, by the policies in the templates."""
    if refusal(table):
        return "none is lost: the table stays, with its rows"
    attribute, policies = _policies(table)
    told = f"{attribute}: {policies[0]}" + (
        f" in OLD, {policies[-1]} in NEW" if len({*map(str, policies)}) > 1 else ""
    )
    if _kept(policies):
        return (
            f"kept, but out of the stack: the old table stays in the account with its rows, and is billed"
            f" ({told}); nothing that uses the stack's table sees them"
        )
    if str(_property(table.old, "DeletionProtectionEnabled")).lower() == "true":
        return (
            f"kept for now: {told}, but DeletionProtectionEnabled makes DynamoDB refuse the deletion; the old"
            " table is left behind, out of the stack"
        )
    if table.fate is Fate.CONDITIONAL:
        return f"DELETED if the condition is false, with all that was written into the table ({told})"
    return f"DELETED with the old table, all that was written into it too ({told})"


def _policies(table: Endangered) -> tuple[str, list[Value]]:
    """The attribute that decides on the old table, and its value in OLD, and in NEW if that counts."""
    attribute = "UpdateReplacePolicy" if table.fate is Fate.REPLACED else "DeletionPolicy"
    policies = [table.old.get(attribute, "Delete")]
    if table.fate is Fate.REPLACED and table.new is not None:
        policies.append(table.new.get(attribute, "Delete"))
    return attribute, policies


def _kept(policies: list[Value]) -> bool:
    return all(policy in _KEEPING for policy in policies)


def what_comes_instead(table: Endangered) -> str | None:
    """One sentence about the new table; None where there is none."""
    if table.new is None or table.fate in (Fate.REMOVED, Fate.CONDITIONAL) or refusal(table):
        return None
    if _property(table.new, IMPORT) is None:
        return "the new table is EMPTY: it has no import"
    return "the new table holds what its import finds in S3, and nothing that was written since"


def what_to_do(table: Endangered) -> list[str]:
    """From the cause to the way round; the last one is for who wants it."""
    found: list[str] = []
    for change in table.changes:
        advice = _against(change.path, change.old, change.new, table.fate)
        if advice not in found:
            found.append(advice)
    if refusal(table):
        if table.fate is Fate.REPLACED:
            found.append("or, if it is meant: give the table another TableName in the same deploy, or none")
    elif not _kept(_policies(table)[1]):
        found.append(
            "or, if it is meant: take a backup of the table first, and set UpdateReplacePolicy and"
            " DeletionPolicy to Retain in a deploy of its own before this one"
        )
    return found


def _against(path: str, old: Value, new: Value, fate: Fate) -> str:
    if fate is Fate.RENAMED:
        return (
            f"put the construct's id and place in the tree back, or keep the logical id with"
            f" override_logical_id({_text(old)})"
        )
    if fate is Fate.REMOVED:
        return "put the table back into the template; to keep it outside of the stack, Retain it first"
    if fate is Fate.CONDITIONAL:
        return f"look whether the condition {_text(new)} holds where you deploy"
    if path == f"Properties.{IMPORT}" and new is None:
        return (
            "leave the import in the template: DynamoDB looks at it only when it creates a table"
            " (ImportData….frozen() keeps it without the data)"
        )
    if path == f"Properties.{IMPORT}" and old is None:
        return (
            "a table that exists cannot be imported into: leave the import out here (data=None), and write"
            " the items in another way"
        )
    if path.endswith(".S3KeyPrefix") and _hashed(old) and _hashed(new):
        return (
            "the data changed, and its hash is in the import, as OnDataChange.replace() or an asset has it:"
            " go back to the data that is deployed, or name that with frozen(content_hash=…)"
        )
    if path.startswith(f"Properties.{IMPORT}"):
        return "put the import back as it was: changed, it makes a new table, however small the change is"
    if path.startswith("(bucket)"):
        return "keep the bucket's name: with another name it is another bucket, and another import"
    if path == "Properties.TableName":
        return "put the table's name back: a table cannot be renamed"
    return "put the keys back: those of a table that exists cannot be changed"


def _hashed(value: Value) -> bool:
    return isinstance(value, str) and _HASHED.search(value) is not None


def _property(resource: dict[str, Value], name: str) -> Value:
    return properties_of(resource).get(name)


def _text(value: Value) -> str:
    return repr(value) if isinstance(value, str) else str(value)
