"""With CDK's own CloudFormation validator on, and strict: what we render, it takes."""

import os
import subprocess
import sys
from pathlib import Path

import aws_cdk as cdk
import pytest

from tests.unit.support import folder, line

APP = """
import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb, aws_s3 as s3
from cdk_imported_table import ImportData, ImportedTable, ImportFormat, OnDataChange

app = cdk.App(context={"@aws-cdk/core:strictCfnValidateErrors": True})
stack = cdk.Stack(app, "Stack")
json = ImportFormat.dynamodb_json()
for name, data, policy in (
    ("Path", ImportData.from_path("data", input_format=json), OnDataChange.keep()),
    ("Replaced", ImportData.from_path("data", input_format=json), OnDataChange.replace()),
    ("Asset", ImportData.from_asset("data", input_format=json), OnDataChange.replace()),
    ("Items", ImportData.from_items([{"pk": "a"}]), OnDataChange.keep()),
    ("Bucket", ImportData.from_bucket(
        s3.Bucket.from_bucket_name(stack, "B", "some-bucket"), key_prefix="x/", bucket_owner="222222222222",
        input_format=ImportFormat.csv(delimiter=";", header_list=["pk"])), OnDataChange.keep()),
    ("None", None, OnDataChange.keep()),
):
    ImportedTable(
        stack, name, data=data, on_data_change=policy,
        partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
        removal_policy=cdk.RemovalPolicy.DESTROY)
if BROKEN:
    cdk.CfnResource(stack, "Wrong", type="AWS::DynamoDB::Table", properties={"KeySchema": 7})
app.synth()
"""


@pytest.mark.skipif(not hasattr(cdk, "Validations"), reason="this CDK is older than its validator")
@pytest.mark.parametrize("broken", [False, True])
def test_every_staging_passes_cdks_strict_validation(tmp_path: Path, broken: bool) -> None:
    """And a wrong resource beside them does not, so the validator was really at work."""
    folder(tmp_path / "data", a__json=line("a"))
    (tmp_path / "app.py").write_text(APP.replace("BROKEN", str(broken)))
    env = {name: value for name, value in os.environ.items() if name != "CDK_VALIDATION"}
    paths = os.pathsep.join([str(Path(__file__).parents[2] / "src"), env.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=tmp_path,
        env={**env, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode != 0) is broken, done.stderr
