"""The same table twice: full where people develop, empty where customers will fill it.

`data=None` is an ordinary table. It has the same logical id, so code and template say the same of both.
"""

from __future__ import annotations

from pathlib import Path

from aws_cdk import App, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from cdk_imported_table import ImportData, ImportedTable, ImportFormat


class Shop(Stack):
    """Orders by customer and day."""

    def __init__(self, scope: Construct, id: str, *, seed: Path | None = None) -> None:
        super().__init__(scope, id)

        orders = ImportedTable(
            self,
            "Orders",
            data=ImportData.from_path(seed, input_format=ImportFormat.dynamodb_json()) if seed else None,
            partition_key=dynamodb.Attribute(name="customer", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="placed", type=dynamodb.AttributeType.STRING),
            # An example leaves nothing behind. In a real app leave this out, for production above all: the
            # default keeps the table and its data.
            removal_policy=RemovalPolicy.DESTROY,
        )

        CfnOutput(self, "TableName", value=orders.table.table_name)


app = App()
Shop(app, "ShopDev", seed=Path(__file__).parent / "data")
Shop(app, "ShopProd")
app.synth()
