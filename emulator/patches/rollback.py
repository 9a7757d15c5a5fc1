"""Rollback of what a failed creation left behind.

CloudFormation knows a resource from the moment its creation starts. MiniStack's engine records it when the
creation has ended well, so what a failed one leaves (half a table, half an upload, a nested stack) would be
forgotten. Whoever fails that way says so with `left_behind`, and the rollback treats the thing like all that
the operation created: by its `DeletionPolicy`, with the usual events.
"""

from typing import Any

from ministack.services.cloudformation import handlers, stacks

from emulator.patches import replace

_left: dict[tuple[str, str], dict[str, Any]] = {}


def left_behind(
    stack_name: str, logical_id: str, resource_type: str, physical_id: str, props: dict[str, Any]
) -> None:
    """Tell the rollback of this stack's operation about a resource whose creation failed halfway."""
    _left[stack_name, logical_id] = {
        "ResourceType": resource_type,
        "PhysicalResourceId": physical_id,
        "Properties": props,
        "Attributes": {},
    }


async def roll_back(
    stack_name: str, stack_id: str, stack: dict[str, Any], operation: dict[str, Any], reason: str = ""
) -> None:
    """Roll back a failed operation, and with it what it left behind."""
    logical_id = operation.get("failed_logical_id")
    if logical_id and (left := _left.pop((stack_name, logical_id), None)):
        stack["_resources"][logical_id] = left
        operation["created"].append(logical_id)
    await _roll_back(stack_name, stack_id, stack, operation, reason)


_roll_back = replace(stacks, "_roll_back_operation", roll_back)
replace(handlers, "_roll_back_operation", roll_back)
