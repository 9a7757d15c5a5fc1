"""A table from data that somebody else puts into somebody else's bucket.

Here the other one is a first stack, `Archive`. A bucket that no app of yours makes is taken by
`s3.Bucket.from_bucket_name`; its data is there already, so `uploaded_by` is left out.
"""

from __future__ import annotations

from pathlib import Path

from aws_cdk import App, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from constructs import Construct

from cdk_imported_table import ImportData, ImportedTable, ImportFormat


class Archive(Stack):
    """A bucket with more in it than a table: plain CDK, nothing of this library."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        # An example leaves nothing behind, the objects in its bucket included.
        self.bucket = s3.Bucket(
            self, "Bucket", enforce_ssl=True, removal_policy=RemovalPolicy.DESTROY, auto_delete_objects=True
        )
        folder = s3_deployment.Source.asset(str(Path(__file__).parent / "data"))
        self.upload = s3_deployment.BucketDeployment(
            self, "Upload", destination_bucket=self.bucket, sources=[folder]
        )


class Tides(Stack):
    """The tides of 2024, by harbour and time."""

    def __init__(self, scope: Construct, id: str, *, archive: Archive) -> None:
        super().__init__(scope, id)
        data = ImportData.from_bucket(
            archive.bucket,
            # Matched as a raw string: `tides/2024` would take `tides/2024-draft/` too.
            key_prefix="tides/2024/",
            input_format=ImportFormat.csv(),
            # The table waits for it. An import that comes first finds nothing, and succeeds.
            uploaded_by=archive.upload,
            # The same data here, so that it is checked before it is deployed.
            local_copy=Path(__file__).parent / "data" / "tides" / "2024",
        )
        tides = ImportedTable(
            self,
            "Tides",
            data=data,
            partition_key=dynamodb.Attribute(name="harbour", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="time", type=dynamodb.AttributeType.STRING),
            removal_policy=RemovalPolicy.DESTROY,
        )
        CfnOutput(self, "TableName", value=tides.table.table_name)


app = App()
Tides(app, "Tides", archive=Archive(app, "TideArchive"))
app.synth()
