"""The real CDK CLI, used as a person does: an app with its `cdk.json`, deployed, changed, destroyed."""

from pathlib import Path

from emulator.local_aws import LocalAws

# CDK's own constructs only: a bucket, an upload by BucketDeployment, a table imported from it.
APP = """
import os
from aws_cdk import App, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb, aws_s3 as s3, aws_s3_deployment as deployment

app = App()
stack = Stack(app, os.environ["STACK"])
bucket = s3.Bucket(stack, "Bucket", removal_policy=RemovalPolicy.DESTROY, auto_delete_objects=True)
upload = deployment.BucketDeployment(
    stack, "Upload", destination_bucket=bucket, destination_key_prefix="data/",
    sources=[deployment.Source.asset(app.node.get_context("data"))],
)
table = dynamodb.Table(
    stack, "Table", removal_policy=RemovalPolicy.DESTROY, billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
    partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
    import_source=dynamodb.ImportSourceSpecification(
        bucket=bucket, key_prefix="data/", input_format=dynamodb.InputFormat.dynamo_db_json()
    ),
)
table.node.add_dependency(upload)
CfnOutput(stack, "TableName", value=table.table_name)
CfnOutput(stack, "BucketName", value=bucket.bucket_name)
app.synth()
"""


def test_an_app_is_deployed_and_destroyed_by_the_cli(aws: LocalAws, name: str, tmp_path: Path) -> None:
    """Upload before import, the Python and the Node function of CDK run, nothing is left."""
    app, data = tmp_path / "app", tmp_path / "data"
    app.mkdir()
    data.mkdir()
    (app / "app.py").write_text(APP)
    (app / "cdk.json").write_text('{"app": "python app.py"}')
    (data / "items.json").write_text('{"Item": {"pk": {"S": "a"}}}\n{"Item": {"pk": {"S": "b"}}}\n')
    target = {"context": {"data": str(data)}, "env": {"STACK": name}}

    outputs = aws.deploy(app, **target)  # type: ignore[arg-type]
    assert sorted(item["pk"]["S"] for item in aws.items(outputs["TableName"])) == ["a", "b"]
    done = [e["LogicalResourceId"] for e in aws.events(name) if e["ResourceStatus"] == "CREATE_COMPLETE"]
    (upload,) = [logical_id for logical_id in done if logical_id.startswith("UploadCustomResource")]
    (table,) = [logical_id for logical_id in done if logical_id.startswith("Table")]
    assert done.index(upload) < done.index(table)

    aws.destroy(app, **target)  # type: ignore[arg-type]
    assert name not in aws.stacks()
    assert outputs["TableName"] not in aws.tables()
    buckets = [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]]
    assert outputs["BucketName"] not in buckets
    assert not (app / "cdk.out").exists()
