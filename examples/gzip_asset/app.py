"""One file, gzipped, and a stack of one resource: the table.

The file goes to the bucket that `cdk bootstrap` has made, before the deploy begins. No bucket of its own, no
Lambda. A changed record makes a new table: right for reference data, which nobody writes to.
"""

from __future__ import annotations

from pathlib import Path

from aws_cdk import App, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from cdk_imported_table import ImportData, ImportedTable, ImportFormat, OnDataChange


class SpellingAlphabet(Stack):
    """Letters and digits, how to say them and how to send them."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)

        alphabet = ImportedTable(
            self,
            "Alphabet",
            data=ImportData.from_asset(
                Path(__file__).parent / "data" / "alphabet.json.gz",
                input_format=ImportFormat.dynamodb_json(),
                compression_type=dynamodb.InputCompressionType.GZIP,
            ),
            # Asked for by name, because it takes away what was written into the old table.
            on_data_change=OnDataChange.replace(),
            partition_key=dynamodb.Attribute(name="character", type=dynamodb.AttributeType.STRING),
            # With replace(), what the default keeps would be an old table after each change of the data.
            removal_policy=RemovalPolicy.DESTROY,
        )

        CfnOutput(self, "TableName", value=alphabet.table.table_name)


app = App()
SpellingAlphabet(app, "SpellingAlphabet")
app.synth()
