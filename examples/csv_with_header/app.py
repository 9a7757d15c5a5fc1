"""CSV with semicolons and no header line: the columns are named here.

In an import from CSV the keys have types and every other column is a string, numbers too. The key of an index
is a key: that is why `elevation` becomes a number here, and `beds` does not.
"""

from __future__ import annotations

from pathlib import Path

from aws_cdk import App, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from cdk_imported_table import ImportData, ImportedTable, ImportFormat

COLUMNS = ["range", "hut", "name", "elevation", "beds", "note"]


class MountainHuts(Stack):
    """Huts by mountain range and number, and by elevation."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)

        huts = ImportedTable(
            self,
            "Huts",
            data=ImportData.from_path(
                Path(__file__).parent / "data",
                input_format=ImportFormat.csv(delimiter=";", header_list=COLUMNS),
            ),
            partition_key=dynamodb.Attribute(name="range", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="hut", type=dynamodb.AttributeType.NUMBER),
            # An example leaves nothing behind. The default keeps the table and its data.
            removal_policy=RemovalPolicy.DESTROY,
        )

        # Indexes are added as to any table. The import fills them too, at no further cost.
        huts.table.add_global_secondary_index(
            index_name="by-elevation",
            partition_key=dynamodb.Attribute(name="range", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="elevation", type=dynamodb.AttributeType.NUMBER),
        )

        CfnOutput(self, "TableName", value=huts.table.table_name)


app = App()
MountainHuts(app, "MountainHuts")
app.synth()
