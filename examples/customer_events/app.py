"""Five files of DynamoDB JSON become one full table.

A bucket, the upload of `data/`, a table that is imported from it, and the order between them: one construct.
"""

from __future__ import annotations

from pathlib import Path

from aws_cdk import App, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from cdk_imported_table import ImportData, ImportedTable, ImportFormat


class CustomerEvents(Stack):
    """Customers, products, features and events in one table, told apart by their keys."""

    def __init__(self, scope: Construct, id: str, *, data: str | Path) -> None:
        super().__init__(scope, id)

        events = ImportedTable(
            self,
            "CustomerEvents",
            data=ImportData.from_path(data, input_format=ImportFormat.dynamodb_json()),
            partition_key=dynamodb.Attribute(name="PK", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="SK", type=dynamodb.AttributeType.STRING),
            # An example leaves nothing behind. The default keeps the table and its data.
            removal_policy=RemovalPolicy.DESTROY,
        )

        # `.table` is CDK's own Table: hand it to grants, event sources and whatever else takes one.
        CfnOutput(self, "TableName", value=events.table.table_name)


app = App()
data = app.node.try_get_context("data") or Path(__file__).parent / "data"
CustomerEvents(app, "CustomerEvents", data=data)
app.synth()
