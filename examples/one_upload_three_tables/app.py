"""One folder, uploaded once, feeds three tables and a function.

The upload is a `BucketDeployment` of your own: one bucket, one Lambda for all. Each table reads its folder.
"""

from __future__ import annotations

from pathlib import Path

from aws_cdk import App, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from constructs import Construct

from cdk_imported_table import ImportData, ImportedTable, ImportFormat

HERE = Path(__file__).parent
TABLES = {"Plans": "plan", "Regions": "region", "Features": "feature"}


class Catalogue(Stack):
    """What is sold, where, and with what in it; a function reads the same upload, and the tables."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        # An example leaves nothing behind, the objects in its bucket included.
        bucket = s3.Bucket(
            self, "Bucket", enforce_ssl=True, removal_policy=RemovalPolicy.DESTROY, auto_delete_objects=True
        )
        folder = s3_deployment.Source.asset(str(HERE / "data"))
        upload = s3_deployment.BucketDeployment(self, "Upload", destination_bucket=bucket, sources=[folder])
        reader = lambda_.Function(
            self,
            "Reader",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="reader.handler",
            code=lambda_.Code.from_asset(str(HERE / "reader")),
            environment={"BUCKET": bucket.bucket_name},
        )
        bucket.grant_read(reader)

        for name, key in TABLES.items():
            imported = ImportedTable(
                self,
                name,
                data=ImportData.from_bucket(
                    bucket,
                    key_prefix=f"{name.lower()}/",
                    input_format=ImportFormat.dynamodb_json(),
                    uploaded_by=upload,  # or a table is imported before its data is there, and stays empty
                    local_copy=HERE / "data" / name.lower(),  # the same data here, to be checked at synth
                ),
                partition_key=dynamodb.Attribute(name=key, type=dynamodb.AttributeType.STRING),
                removal_policy=RemovalPolicy.DESTROY,
            )
            imported.table.grant_read_data(reader)
            reader.add_environment(name.upper(), imported.table.table_name)
            CfnOutput(self, f"{name}TableName", value=imported.table.table_name)


app = App()
Catalogue(app, "Catalogue")
app.synth()
