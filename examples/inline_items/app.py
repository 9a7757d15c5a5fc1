"""Items written in Python: for seeds that are easier to read next to the table than in a file.

The types are those of boto3's tables: `Decimal` for numbers with a fraction, `set` for sets, `bytes` for
binary, dicts and lists as deep as they go.
"""

from __future__ import annotations

from decimal import Decimal

from aws_cdk import App, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from cdk_imported_table import ImportData, ImportedTable

ITEMS = [
    {"flag": "new-checkout", "enabled": True, "share": Decimal("0.25"), "countries": {"CZ", "SK", "PL"}},
    {"flag": "dark-mode", "enabled": True, "share": Decimal(1), "levels": {1, 2, 3}},
    {"flag": "old-search", "enabled": False, "removed_in": None, "note": ""},
    {"flag": "signing-key", "enabled": True, "public_key": b"\x04\x8f\x00\xffkey", "retired": {b"k1", b"k2"}},
    {
        "flag": "limits",
        "enabled": True,
        "plans": {
            "free": {"requests": 1_000, "burst": Decimal("1.5"), "methods": ["GET"]},
            "paid": {"requests": 10**12, "burst": Decimal("7.125"), "methods": ["GET", "PUT", "DELETE"]},
        },
    },
]


class FeatureFlags(Stack):
    """Flags by name."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)

        flags = ImportedTable(
            self,
            "Flags",
            data=ImportData.from_items(ITEMS),
            partition_key=dynamodb.Attribute(name="flag", type=dynamodb.AttributeType.STRING),
            # An example leaves nothing behind. The default keeps the table and its data.
            removal_policy=RemovalPolicy.DESTROY,
        )

        CfnOutput(self, "TableName", value=flags.table.table_name)


app = App()
FeatureFlags(app, "FeatureFlags")
app.synth()
