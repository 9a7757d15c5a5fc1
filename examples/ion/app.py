"""Amazon Ion: one item a line, with types that JSON does not have.

Ion is one of the two formats that DynamoDB exports to. Decimals, blobs and nested structures are written as
they are; an annotated list is a set: `$dynamodb_SS::["a", "b"]`.
"""

from __future__ import annotations

from pathlib import Path

from aws_cdk import App, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from cdk_imported_table import ImportData, ImportedTable, ImportFormat


class Library(Stack):
    """Books by shelf and number."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)

        books = ImportedTable(
            self,
            "Books",
            data=ImportData.from_path(
                Path(__file__).parent / "data" / "books.ion", input_format=ImportFormat.ion()
            ),
            partition_key=dynamodb.Attribute(name="shelf", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="number", type=dynamodb.AttributeType.NUMBER),
            # An example leaves nothing behind. The default keeps the table and its data.
            removal_policy=RemovalPolicy.DESTROY,
        )

        CfnOutput(self, "TableName", value=books.table.table_name)


app = App()
Library(app, "Library")
app.synth()
