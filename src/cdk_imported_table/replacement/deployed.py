"""The template of a deployed stack, with its nested ones."""

from __future__ import annotations

import json

from cdk_imported_table.aws import AwsError, Client, client, sentences

from .templates import NESTED, FindNested, Found, Template, parse, stack_template


def load_deployed(name: str, *, region: str | None = None, profile: str | None = None) -> Found:
    """Ask CloudFormation. It is read only: `GetTemplate` and `ListStackResources`.

    Raises:
        AwsError: If there is no such stack, no permission, no credentials, or no boto3.
    """
    cloudformation = client("cloudformation", region=region, profile=profile)
    try:
        with sentences():
            stack = stack_template(name, _template(cloudformation, name), _finder(cloudformation, name))
    except AwsError as error:
        raise AwsError(f"the deployed stack {name!r} cannot be read: {error}") from None
    return Found(f"the deployed stack {name!r}", {(name, ""): stack})


def _template(cloudformation: Client, name: str) -> Template:
    body = cloudformation.get_template(StackName=name)["TemplateBody"]
    # A dict if it was JSON, else the text as it was sent.
    return parse(body if isinstance(body, str) else json.dumps(body), f"the deployed stack {name!r}")


def _finder(cloudformation: Client, name: str) -> FindNested:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
    nested = {
        resource["LogicalResourceId"]: resource.get("PhysicalResourceId")
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == NESTED
    }

    def find(logical_id: str, _: Template) -> tuple[Template, FindNested] | None:
        physical_id = nested.get(logical_id)
        if not physical_id:
            return None
        return _template(cloudformation, physical_id), _finder(cloudformation, physical_id)

    return find
