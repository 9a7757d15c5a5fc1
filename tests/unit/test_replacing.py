"""`OnDataChange.replace()`: what cannot be had with it, and what is said of it at each synth."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb

from cdk_imported_table import ImportData, ImportedTable, OnDataChange
from tests.unit.support import (
    JSON,
    folder,
    imported,
    line,
    messages,
    new_stack,
    resources_of,
    table_of,
    template_of,
)

REPLACE, DESTROY = OnDataChange.replace(), cdk.RemovalPolicy.DESTROY


@pytest.fixture
def data(tmp_path: Path) -> ImportData:
    """One local file with one record."""
    return ImportData.from_path(folder(tmp_path / "data", a__json=line("a")), input_format=JSON)


def _cfn(table: ImportedTable) -> dynamodb.CfnTable:
    cfn_table = table.table.node.default_child
    assert isinstance(cfn_table, dynamodb.CfnTable)
    return cfn_table


def _said(stack: cdk.Stack) -> str:
    with pytest.raises(RuntimeError) as raised:
        template_of(stack)
    return str(raised.value)


@pytest.mark.parametrize("name", ["fixed", cdk.Fn.ref("Name")])
@pytest.mark.parametrize("overridden", [True, False])
def test_a_fixed_table_name_is_refused(data: ImportData, name: str, overridden: bool) -> None:
    """Rule 6.8: the new table comes while the old one still has the name, however it got it."""
    options: Any = {"property_overrides": {"TableName": name}} if overridden else {"table_name": name}
    with pytest.raises(ValueError, match=r"table_name .* cannot be fixed with OnDataChange.replace"):
        imported(new_stack(), data, on_data_change=REPLACE, **options)


def test_a_table_name_that_is_fixed_later_is_refused_at_synth(data: ImportData) -> None:
    """On the resource itself."""
    stack = new_stack()
    _cfn(imported(stack, data, on_data_change=REPLACE)).table_name = "fixed"
    assert "[Stack/T] table_name 'fixed' cannot be fixed with OnDataChange.replace()" in _said(stack)


@pytest.mark.parametrize("overridden", [True, False])
def test_deletion_protection_is_refused_where_the_old_table_is_to_be_deleted(
    data: ImportData, overridden: bool
) -> None:
    """DynamoDB would refuse the delete minutes later; where old tables are retained nothing is deleted."""
    options: Any = {"deletion_protection": True}
    if overridden:
        options = {"property_overrides": {"DeletionProtectionEnabled": True}}
    with pytest.raises(ValueError, match="deletion_protection cannot be on"):
        imported(new_stack(), data, removal_policy=DESTROY, on_data_change=REPLACE, **options)
    stack = new_stack()
    imported(stack, data, on_data_change=REPLACE, **options)
    assert table_of(stack)["Properties"]["DeletionProtectionEnabled"] is True


def test_deletion_protection_is_refused_under_the_policy_that_the_table_has_at_synth(
    data: ImportData,
) -> None:
    """The policy may come later than the protection."""
    stack = new_stack()
    table = imported(stack, data, on_data_change=REPLACE, deletion_protection=True)
    table.table.apply_removal_policy(DESTROY)
    assert "[Stack/T] deletion_protection cannot be on with OnDataChange.replace()" in _said(stack)


def test_a_policy_that_retains_is_warned_about(data: ImportData) -> None:
    """Each change leaves a billed table behind."""
    stack = new_stack()
    table = imported(stack, data, on_data_change=REPLACE)
    template_of(stack)
    (said,) = messages(table)
    assert "leaves the old table behind, no longer in the stack, and billed" in said
    assert said.endswith("[ack: cdk-imported-table:replaceRetains]")
    stack = new_stack()
    quiet = imported(
        stack, ImportData.from_items([{"pk": "a"}]), on_data_change=REPLACE, removal_policy=DESTROY
    )
    template_of(stack)
    assert messages(quiet) == []


def _for_the_table(policy: cdk.RemovalPolicy) -> Callable[[ImportedTable], None]:
    return lambda table: table.table.apply_removal_policy(policy)


def _for_the_stack(table: ImportedTable) -> None:
    cdk.RemovalPolicies.of(cdk.Stack.of(table)).destroy()


@pytest.mark.parametrize(
    ("first", "then", "deleted"),
    [
        (None, _for_the_table(DESTROY), True),
        (None, _for_the_stack, True),
        (DESTROY, _for_the_table(cdk.RemovalPolicy.RETAIN), False),
    ],
)
def test_what_is_said_of_the_old_table_is_what_the_template_does_with_it(
    data: ImportData,
    first: cdk.RemovalPolicy | None,
    then: Callable[[ImportedTable], None],
    deleted: bool,
) -> None:
    """A policy that is set after the table was made, by an aspect too."""
    stack = new_stack()
    table = imported(stack, data, on_data_change=REPLACE, removal_policy=first)
    then(table)
    assert table_of(stack)["UpdateReplacePolicy"] == ("Delete" if deleted else "Retain")
    (info,) = messages(table, "aws:cdk:info")
    assert ("the old one is deleted" if deleted else "the old one stays, outside of the stack") in info
    assert (messages(table) == []) is deleted


HERE = cdk.Environment(account="111111111111", region="eu-west-1")
THERE = cdk.Environment(account="222222222222", region="eu-west-1")


@pytest.mark.parametrize("policy", [OnDataChange.keep(), REPLACE], ids=repr)
def test_a_name_that_cdk_makes_if_needed_is_no_name_where_it_is_not(
    data: ImportData, policy: OnDataChange
) -> None:
    """As with the L2: neither in the table nor in what makes its upload run again."""
    stack = new_stack(env=HERE)
    table = imported(stack, data, on_data_change=policy, table_name=cdk.PhysicalName.GENERATE_IF_NEEDED)
    cdk.CfnOutput(stack, "Name", value=table.table.table_name)
    assert "TableName" not in table_of(stack)["Properties"]
    (upload,) = resources_of(stack, "Custom::CDKBucketDeployment").values()
    assert "TableName" not in upload["Properties"]["RepeatFor"]


@pytest.mark.parametrize("policy", [OnDataChange.keep(), REPLACE], ids=repr)
def test_a_name_that_another_environment_needs_is_a_fixed_one(data: ImportData, policy: OnDataChange) -> None:
    """CDK makes the name for the reference alone, which is known at synth."""
    app = cdk.App()
    stack, other = cdk.Stack(app, "Stack", env=HERE), cdk.Stack(app, "Other", env=THERE)
    table = imported(stack, data, on_data_change=policy, table_name=cdk.PhysicalName.GENERATE_IF_NEEDED)
    cdk.CfnOutput(other, "Name", value=table.table.table_name)
    if policy is REPLACE:
        assert "[Stack/T] table_name 'stackstackt" in _said(stack)
        return
    name = table_of(stack)["Properties"]["TableName"]
    assert name.startswith("stackstackt")
    (upload,) = resources_of(stack, "Custom::CDKBucketDeployment").values()
    assert upload["Properties"]["RepeatFor"]["TableName"] == name
