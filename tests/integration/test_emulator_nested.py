"""The local AWS treats a nested stack like CloudFormation: as a stack."""

import json

import pytest

from emulator.local_aws import LocalAws
from tests.integration.conftest import Put
from tests.integration.templates import BAD, GOOD, Template, delete, deploy, physical_id, table


def nested(aws: LocalAws, bucket: str, **resources: Template) -> Template:
    """Return a nested stack of these resources, its template stored in the bucket."""
    outputs = {"Name": {"Value": {"Ref": "Table"}}}
    body = json.dumps({"Resources": resources, "Outputs": outputs})
    key = f"template-{hash(body)}"
    aws.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    return {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": f"{aws.url}/{bucket}/{key}"}}


def table_name(aws: LocalAws, stack: str) -> str:
    """Return the name of the table in the stack's nested stack."""
    return physical_id(aws, physical_id(aws, stack, "Nested"), "Table")


def tables_of(aws: LocalAws, stack: str) -> list[str]:
    """Return the tables whose generated names come from this stack."""
    return [name for name in aws.tables() if name.startswith(stack)]


def test_a_nested_stack_is_deployed_replaced_and_deleted(aws: LocalAws, bucket: Put, name: str) -> None:
    """Its table is imported; a change replaces it; nothing is left in the end."""
    source = bucket(one=GOOD, two=b'{"Item": {"pk": {"S": "new"}}}')
    assert deploy(aws, name, Nested=nested(aws, source, Table=table(source, "one"))) == "CREATE_COMPLETE"
    assert len(aws.items(table_name(aws, name))) == 2

    assert deploy(aws, name, Nested=nested(aws, source, Table=table(source, "two"))) == "UPDATE_COMPLETE"
    assert tables_of(aws, name) == [table_name(aws, name)]
    assert aws.items(table_name(aws, name)) == [{"pk": {"S": "new"}}]

    assert delete(aws, name) == "DELETE_COMPLETE"
    assert tables_of(aws, name) == []


@pytest.mark.parametrize(("policy", "left"), [("Retain", 1), ("RetainExceptOnCreate", 0), ("Delete", 0)])
def test_a_failed_create_in_a_nested_stack_is_rolled_back(
    aws: LocalAws, bucket: Put, name: str, policy: str, left: int
) -> None:
    """All the way up, and the table is left to its DeletionPolicy there too."""
    source = bucket(bad=BAD)
    made = nested(aws, source, Table=table(source, "bad", DeletionPolicy=policy))

    assert deploy(aws, name, Nested=made) == "ROLLBACK_COMPLETE"
    assert len(tables_of(aws, name)) == left
    assert [stack for stack in aws.stacks() if stack.startswith(name)] == [name]


def test_a_failed_update_in_a_nested_stack_keeps_the_old_table(aws: LocalAws, bucket: Put, name: str) -> None:
    """Parent and child are what they were."""
    source = bucket(good=GOOD, bad=BAD)
    deploy(aws, name, Nested=nested(aws, source, Table=table(source, "good")))
    old = table_name(aws, name)

    status = deploy(aws, name, Nested=nested(aws, source, Table=table(source, "bad")))
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert (tables_of(aws, name), len(aws.items(old))) == ([old], 2)


def test_deleting_a_nested_stack_keeps_what_is_retained(aws: LocalAws, bucket: Put, name: str) -> None:
    """And fails when something in it cannot be deleted."""
    source = bucket(data=GOOD)
    deploy(aws, name, Nested=nested(aws, source, Table=table(source, "data", DeletionPolicy="Retain")))
    assert delete(aws, name) == "DELETE_COMPLETE"
    assert len(tables_of(aws, name)) == 1

    protected = table(source, "data")
    protected["Properties"]["DeletionProtectionEnabled"] = True
    deploy(aws, f"{name}-p", Nested=nested(aws, source, Table=protected))
    assert delete(aws, f"{name}-p") == "DELETE_FAILED"
