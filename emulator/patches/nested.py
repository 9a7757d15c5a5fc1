"""Nested stacks that are deployed, rolled back and deleted by the same engine as all others.

MiniStack has a second, simpler engine for nested stacks: when one fails, what it made so far stays; when one
is deleted, `DeletionPolicy` is ignored and so are errors; what an update replaces goes at once. A table or a
bucket in a nested stack would then show nothing about CloudFormation. One difference is left: the nested
stack cleans up when *its* update is done, not when the whole tree's is.
"""

import asyncio
import copy
from typing import Any

from ministack.core.responses import get_account_id, get_region, new_uuid, now_iso
from ministack.services import cloudformation
from ministack.services.cloudformation import engine, helpers, stacks

from emulator.patches import handlers, inner
from emulator.patches.rollback import left_behind

Props = dict[str, Any]

_TYPE = "AWS::CloudFormation::Stack"
_FROM_PREVIOUS = (
    "_resources",
    "_template",
    "_template_body",
    "_resolved_params",
    "_conditions",
    "Parameters",
    "Tags",
    "Outputs",
)

_stacks = inner(cloudformation, "_stacks")
_add_event = inner(stacks, "_add_event")


def create(logical_id: str, props: Props, parent: str) -> tuple[str, Props]:
    """Deploy a new nested stack."""
    name = f"{parent}-{logical_id}-{new_uuid().replace('-', '')[:12].upper()}"
    stack_id = f"arn:aws:cloudformation:{get_region()}:{get_account_id()}:stack/{name}/{new_uuid()}"
    parent_id = _stacks[parent]["StackId"]
    _stacks[name] = {
        "StackName": name,
        "StackId": stack_id,
        "ParentId": parent_id,
        "RootId": _stacks[parent].get("RootId", parent_id),
        "CreationTime": now_iso(),
        "Outputs": [],
        "DisableRollback": False,
        "Capabilities": _stacks[parent].get("Capabilities", []),
        "_region": get_region(),
        "_resources": {},
    }
    try:
        return _deploy(_stacks[name], props, previous=None)
    except Exception:
        left_behind(parent, logical_id, _TYPE, stack_id, props)
        raise


def update(physical_id: str, _old: Props, new: Props, _parent: str) -> tuple[str, Props]:
    """Deploy a nested stack again."""
    stack = _by_id(physical_id)
    return _deploy(stack, new, previous=copy.deepcopy({key: stack[key] for key in _FROM_PREVIOUS}))


def delete(physical_id: str, _props: Props) -> None:
    """Delete a nested stack; fail when something of it cannot be deleted."""
    stack = _by_id(physical_id)
    asyncio.run(inner(stacks, "_delete_stack_async")(stack["StackName"], physical_id))
    if stack["StackStatus"] != "DELETE_COMPLETE":
        raise ValueError(
            f"Embedded stack {physical_id} was not successfully deleted: {stack['StackStatusReason']}"
        )


def _by_id(stack_id: str) -> dict[str, Any]:
    for stack in _stacks.values():
        if stack_id in (stack["StackId"], stack["StackName"]):
            found: dict[str, Any] = stack
            return found
    raise ValueError(f"Stack with id {stack_id} does not exist")


def _deploy(stack: dict[str, Any], props: Props, previous: dict[str, Any] | None) -> tuple[str, Props]:
    body, error = inner(helpers, "_resolve_template")({"TemplateURL": [props["TemplateURL"]]})
    if error or not body:
        raise ValueError(f"S3 error: the template {props['TemplateURL']} could not be read")
    template = inner(engine, "_parse_template")(body)
    given = [{"Key": key, "Value": str(value)} for key, value in (props.get("Parameters") or {}).items()]
    parameters = inner(engine, "_resolve_parameters")(template, given)
    verb = "UPDATE" if previous else "CREATE"
    name, stack_id = stack["StackName"], stack["StackId"]
    stack |= {
        "StackStatus": f"{verb}_IN_PROGRESS",
        "StackStatusReason": "",
        "LastUpdatedTime": now_iso(),
        "Description": template.get("Description", ""),
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": found["Value"], "NoEcho": found["NoEcho"]}
            for key, found in parameters.items()
        ],
        "Tags": props.get("Tags") or [],
        "_template": template,
        "_template_body": body,
        "_resolved_params": parameters,
        "_conditions": inner(engine, "_evaluate_conditions")(template, parameters),
    }
    _add_event(stack_id, name, name, _TYPE, stack["StackStatus"], "", stack_id)
    # CloudFormation's resource handlers for nested stacks run on a thread of their own, so a loop may run
    # here.
    deploy = inner(stacks, "_deploy_stack_async")
    asyncio.run(
        deploy(
            name,
            stack_id,
            template,
            parameters,
            False,
            stack["Tags"],
            is_update=bool(previous),
            previous_stack=previous,
        )
    )
    if stack["StackStatus"] != f"{verb}_COMPLETE":
        events = inner(cloudformation, "_stack_events")[stack_id]
        failed = [e["LogicalResourceId"] for e in events if e["ResourceStatus"] == f"{verb}_FAILED"]
        raise ValueError(
            f"Embedded stack {stack_id} was not successfully {verb.lower()}d: "
            f"The following resource(s) failed to {verb.lower()}: [{', '.join(failed[-1:])}]."
        )
    return stack_id, {f"Outputs.{output['OutputKey']}": output["OutputValue"] for output in stack["Outputs"]}


handlers(_TYPE).update(create=create, update=update, delete=delete)
