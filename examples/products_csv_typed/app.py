"""CSV whose columns have types: numbers, booleans, sets, bytes and JSON, where DynamoDB would make strings.

Nothing is guessed: a column that is not named stays a string, and a cell that does not fit its type stops
synth, with its file, line and column.
"""

from __future__ import annotations

from pathlib import Path

from aws_cdk import App, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from cdk_imported_table import ColumnType, EmptyValue, ImportData, ImportedTable, ImportFormat

TYPES = {
    "price": ColumnType.NUMBER,
    "list_price": ColumnType.number(decimal_mark=",", thousands_mark="."),
    "in_stock": ColumnType.BOOL,
    "hazardous": ColumnType.boolean(true=["yes"], false=["no"]),
    "size_si": ColumnType.NUMBER,
    "tags": ColumnType.string_set(separator="|"),
    "joints": ColumnType.number_set(separator="|"),
    "epc": ColumnType.binary(encoding="hex"),
    "old_epcs": ColumnType.binary_set(separator="|", encoding="hex"),
    "spec": ColumnType.JSON,
    "replaced_by": ColumnType.string(empty=EmptyValue.NULL),
    "note": ColumnType.string(empty=EmptyValue.EMPTY_STRING),
}


class LabSupplies(Stack):
    """Articles by number, and by category and price."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)

        products = ImportedTable(
            self,
            "Products",
            data=ImportData.from_path(
                Path(__file__).parent / "data", input_format=ImportFormat.csv(types=TYPES)
            ),
            partition_key=dynamodb.Attribute(name="sku", type=dynamodb.AttributeType.STRING),
            # An example leaves nothing behind. The default keeps the table and its data.
            removal_policy=RemovalPolicy.DESTROY,
        )
        products.table.add_global_secondary_index(
            index_name="by-price",
            partition_key=dynamodb.Attribute(name="category", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="price", type=dynamodb.AttributeType.NUMBER),
        )
        CfnOutput(self, "TableName", value=products.table.table_name)


app = App()
LabSupplies(app, "LabSupplies")
app.synth()
