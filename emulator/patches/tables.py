"""`AWS::DynamoDB::Table` in CloudFormation: `ImportSourceSpecification`, and what happens when it fails.

MiniStack accepts the property and ignores it: a green stack with an empty table. Here the table is made by
MiniStack's own `ImportTable`, and a failed import fails the resource. Two more things differ from
CloudFormation there, and would hide mistakes of ours:

- the engine forgets a resource whose creation failed, so its rollback could not leave the half-filled table
  to the `DeletionPolicy` as CloudFormation does: `Retain` keeps it, `RetainExceptOnCreate` and `Delete`
  remove it;
- the generated name of a table is the same every time, so a table that was left over would block the next
  deploy of its stack, where CloudFormation would take another name; and a table of that name was silently
  overwritten.
"""

import json
import time
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners, stacks

from emulator.patches import handlers, inner, replace
from emulator.patches.rollback import left_behind

Props = dict[str, Any]
Created = tuple[str, dict[str, Any]]

_TYPE = "AWS::DynamoDB::Table"
# What ImportTable takes, and what CloudFormation sets afterwards with UpdateTable.
_WITH_IMPORT = (
    "AttributeDefinitions",
    "KeySchema",
    "BillingMode",
    "ProvisionedThroughput",
    "OnDemandThroughput",
    "SSESpecification",
    "GlobalSecondaryIndexes",
)
_AFTER_IMPORT = ("StreamSpecification", "DeletionProtectionEnabled", "TableClass")

_handlers = handlers(_TYPE)
_create_empty, _update_in_place, _delete = (_handlers[name] for name in ("create", "update", "delete"))


def create(logical_id: str, props: Props, stack_name: str) -> Created:
    """Create a table, empty or through an import."""
    generated = f"{stack_name}-{logical_id}"[:242] + "-" + new_uuid().replace("-", "")[:12].upper()
    name = props.get("TableName") or generated
    if name in inner(dynamodb, "_tables"):
        raise ValueError(f"Resource of type '{_TYPE}' with identifier '{name}' already exists.")
    if not props.get("ImportSourceSpecification"):
        created: Created = _create_empty(logical_id, {**props, "TableName": name}, stack_name)
        return created
    _import(name, props, logical_id, stack_name)
    return name, _finish(name, props)


def _import(name: str, props: Props, logical_id: str, stack_name: str) -> None:
    parameters = {"TableName": name, **{key: props[key] for key in _WITH_IMPORT if key in props}}
    request = {**props["ImportSourceSpecification"], "TableCreationParameters": parameters}
    arn = _call("_import_table", request)["ImportTableDescription"]["ImportArn"]
    job = inner(dynamodb, "_imports")[arn]
    # Waiting here holds up the whole emulator, on purpose: a small import is done before the CDK CLI looks
    # for the first time, and the CLI's next look is five seconds later.
    while job["ImportStatus"] == "IN_PROGRESS":
        time.sleep(0.005)
    if job["ImportStatus"] == "COMPLETED":
        return
    if name in inner(dynamodb, "_tables"):
        left_behind(stack_name, logical_id, _TYPE, name, props)
    raise ValueError(
        f"Import of table {name} failed with {job['FailureCode']}: {job['FailureMessage']} "
        f"({job['ImportedItemCount']} items imported, {job['ErrorCount']} errors)"
    )


def _finish(name: str, props: Props) -> dict[str, Any]:
    """Set what an import cannot set, and return the attributes for `Fn::GetAtt`."""
    after = {key: props[key] for key in _AFTER_IMPORT if key in props}
    if "StreamSpecification" in after:
        after["StreamSpecification"] = {"StreamEnabled": True, **after["StreamSpecification"]}
    if after:
        _call("_update_table", {"TableName": name, **after})
    table = inner(dynamodb, "_tables")[name]
    table["TableStatus"] = "ACTIVE"
    if props.get("Tags"):
        tags = inner(provisioners, "_tag_map")(props["Tags"])
        inner(dynamodb, "_tags")[table["TableArn"]] = [{"Key": k, "Value": v} for k, v in tags.items()]
    attributes: dict[str, Any] = inner(provisioners, "_ddb_attrs")(table)
    return attributes


def _call(operation: str, request: Props) -> dict[str, Any]:
    """Call one of MiniStack's DynamoDB operations; raise its error as CloudFormation would report it."""
    status, _, body = inner(dynamodb, operation)(request)
    answer: dict[str, Any] = json.loads(body)
    if status != 200:
        raise ValueError(answer.get("message") or answer.get("Message") or str(answer))
    return answer


def update(
    physical_id: str, old: Props, new: Props, stack_name: str, logical_id: str | None = None
) -> Created:
    """Update in place: a table with a generated name keeps it."""
    named = {"TableName": physical_id}
    updated: Created = _update_in_place(
        physical_id, {**old, **named}, {**new, **named}, stack_name, logical_id
    )
    return updated


def delete(physical_id: str, props: Props) -> None:
    """Delete a table, unless it is protected."""
    if (inner(dynamodb, "_tables").get(physical_id) or {}).get("DeletionProtectionEnabled"):
        raise ValueError(
            f"Resource cannot be deleted as it is currently protected against deletion: {physical_id}"
        )
    _delete(physical_id, props)


# Which changes make CloudFormation create another table. MiniStack has the import and the name; a changed key
# would be done by its update handler, which empties the table under the same name.
_replacing = inner(provisioners, "_REPLACING_PROPERTIES")
if _replacing.get(_TYPE) != ("TableName", "ImportSourceSpecification"):
    raise SystemExit(f"what replaces a table has changed in ministack: {_replacing.get(_TYPE)}")
_replacing[_TYPE] += ("KeySchema", "LocalSecondaryIndexes")

# The type of an attribute replaces the table too, and MiniStack knows that for tables with a fixed name only.
_type_changed = inner(provisioners, "_requires_replacement_dynamodb")
_is_replaced = inner(provisioners, "_replacing_change")


def replacing_change(resource_type: str, old: Props, new: Props) -> bool:
    """Whether an update creates a new resource."""
    return bool(_is_replaced(resource_type, old, new) or (resource_type == _TYPE and _type_changed(old, new)))


for _module in (provisioners, stacks):
    replace(_module, "_replacing_change", replacing_change)
replace(provisioners, "_ddb_create", create)
_handlers.update(create=create, update=update, delete=delete)
