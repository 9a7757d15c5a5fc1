"""The template of a deployed stack, with its nested ones."""

from __future__ import annotations

import json
from typing import Any

from cdk_imported_table.dataset.errors import DataError

from .templates import NESTED, FindNested, Found, Template, parse, stack_template


def load_deployed(name: str, *, region: str | None = None, profile: str | None = None) -> Found:
    """Ask CloudFormation. It is read only: `GetTemplate` and `ListStackResources`.

    Raises:
        DataError: If there is no such stack, no permission, no credentials, or no boto3.
    """
    try:
        import boto3  # noqa: PLC0415 - an extra
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    except ImportError:
        raise DataError(
            "a deployed stack is asked for with the extra: pip install 'cdk-imported-table[aws]'"
        ) from None
    try:
        session = boto3.Session(region_name=region, profile_name=profile)
        client = session.client("cloudformation")
        stack = stack_template(name, _template(client, name), _finder(client, name))
    except (BotoCoreError, ClientError) as error:
        raise DataError(f"the deployed stack {name!r} cannot be read: {error}") from None
    return Found(f"the deployed stack {name!r}", {(name, ""): stack})


def _template(client: Any, name: str) -> Template:  # noqa: ANN401 - boto3 makes its classes at run time
    body = client.get_template(StackName=name)["TemplateBody"]
    # A dict if it was JSON, else the text as it was sent.
    return parse(body if isinstance(body, str) else json.dumps(body), f"the deployed stack {name!r}")


def _finder(client: Any, name: str) -> FindNested:  # noqa: ANN401
    pages = client.get_paginator("list_stack_resources").paginate(StackName=name)
    nested = {
        resource["LogicalResourceId"]: resource.get("PhysicalResourceId")
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == NESTED
    }

    def find(logical_id: str, _: Template) -> tuple[Template, FindNested] | None:
        physical_id = nested.get(logical_id)
        return (_template(client, physical_id), _finder(client, physical_id)) if physical_id else None

    return find
