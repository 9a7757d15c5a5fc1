"""Custom resources: one that fails to be created is deleted in the rollback, and none is waited for too long.

CloudFormation sends `Delete` to a custom resource whose `Create` has failed. An upload that broke off halfway
can then remove what it has put into the bucket, and the bucket can go. MiniStack forgets the resource.
"""

import threading
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import custom_resource, provisioners

from emulator.patches import inner, replace
from emulator.patches.rollback import left_behind

# CloudFormation waits an hour for a custom resource whose function never answers. No test should.
LONGEST_WAIT = 120

_TYPE = "AWS::CloudFormation::CustomResource"
_failed: dict[tuple[str, str], str] = {}


def deliver_response(token: str, response: dict[str, Any]) -> bool:
    """Take the answer of a custom resource's function; remember the physical id in a bad one."""
    if response.get("Status") == "FAILED":
        place = (response["StackId"], response["LogicalResourceId"])
        _failed[place] = response.get("PhysicalResourceId") or response["LogicalResourceId"]
    return bool(_deliver_response(token, response))


def create(
    logical_id: str, props: dict[str, Any], stack_name: str, resource_type: str = _TYPE
) -> tuple[str, Any]:
    """Create a custom resource, or tell the rollback what is left of it."""
    try:
        created: tuple[str, Any] = _create(logical_id, props, stack_name, resource_type)
    except RuntimeError:  # it has answered FAILED
        stack_id = inner(cloudformation, "_stacks")[stack_name]["StackId"]
        physical_id = _failed.pop((stack_id, logical_id))
        left_behind(stack_name, logical_id, resource_type, physical_id, props)
        raise
    return created


def register_token(token: str) -> threading.Event:
    """Return what is waited for."""
    answered: threading.Event = _register_token(token)
    wait = answered.wait
    answered.wait = lambda timeout=None: wait(min(timeout or LONGEST_WAIT, LONGEST_WAIT))  # type: ignore[method-assign]
    return answered


_deliver_response = replace(custom_resource, "deliver_response", deliver_response)
_register_token = replace(custom_resource, "register_token", register_token)
_create = replace(provisioners, "_custom_resource_create", create)
inner(provisioners, "_RESOURCE_HANDLERS")[_TYPE]["create"] = create
