"""Plain JSON, as most programs write it: arrays of objects, which DynamoDB does not import as they are.

Types are JSON's own: a string stays a string, and numbers keep all their digits. For what JSON has no type,
sets and bytes, the types are named, in nested objects too.
"""

from __future__ import annotations

from pathlib import Path

from aws_cdk import App, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from cdk_imported_table import ColumnType, ImportData, ImportedTable, ImportFormat

TYPES = {
    "reels": ColumnType.NUMBER_SET,
    "poster_sha256": ColumnType.BINARY,
    "scans": ColumnType.BINARY_SET,
    "info": ColumnType.map_of({"genres": ColumnType.STRING_SET}),
}


class FilmArchive(Stack):
    """Films by year and title."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)

        movies = ImportedTable(
            self,
            "Movies",
            # One object a line would be ImportFormat.json_lines(types=TYPES).
            data=ImportData.from_path(
                Path(__file__).parent / "data", input_format=ImportFormat.json(types=TYPES)
            ),
            partition_key=dynamodb.Attribute(name="year", type=dynamodb.AttributeType.NUMBER),
            sort_key=dynamodb.Attribute(name="title", type=dynamodb.AttributeType.STRING),
            # An example leaves nothing behind. The default keeps the table and its data.
            removal_policy=RemovalPolicy.DESTROY,
        )

        CfnOutput(self, "TableName", value=movies.table.table_name)


app = App()
FilmArchive(app, "FilmArchive")
app.synth()
