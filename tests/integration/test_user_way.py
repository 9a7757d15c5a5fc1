"""The real CDK CLI on an app in a folder, as a person runs it, from the first deploy to the last destroy."""

from pathlib import Path

import pytest

from emulator.environment import ROOT
from emulator.local_aws import LocalAws, LocalAwsError
from tests.integration.stacks import lines, outputs, pks, put, table_name, tables, write

APP = """
from pathlib import Path
from aws_cdk import App, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from cdk_imported_table import ImportData, ImportedTable, ImportFormat, OnDataChange

DATA = Path(__file__).parent / "data"
FORMAT = ImportFormat.dynamodb_json()
KEY = dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING)

app = App()
shop = Stack(app, "NAME")
kept = ImportedTable(
    shop, "Kept", data=ImportData.from_path(DATA, input_format=FORMAT), partition_key=KEY,
    removal_policy=RemovalPolicy.DESTROY,
)
swapped = ImportedTable(
    shop, "Swapped", data=ImportData.from_asset(DATA, input_format=FORMAT), partition_key=KEY,
    on_data_change=OnDataChange.replace(), removal_policy=RemovalPolicy.DESTROY,
)
CfnOutput(shop, "KeptName", value=kept.table.table_name)
CfnOutput(shop, "SwappedName", value=swapped.table.table_name)

other = Stack(app, "NAME-other")
table = ImportedTable(
    other, "Table", data=ImportData.from_items([{"pk": "x"}]), partition_key=KEY,
    removal_policy=RemovalPolicy.DESTROY,
)
CfnOutput(other, "TableName", value=table.table.table_name)
app.synth()
"""
# Begins like a gzip file: whoever reads it must raise.
BROKEN = b"\x1f\x8b\x08\x00broken"


class Shop:
    """An app's folder, and the CLI in it."""

    def __init__(self, aws: LocalAws, folder: Path, name: str) -> None:
        self._aws = aws
        self.folder = folder
        self.data = folder / "data"
        folder.mkdir()
        (folder / "app.py").write_text(APP.replace("NAME", name))
        (folder / "cdk.json").write_text('{"app": "python app.py"}')

    def cdk(self, *args: str) -> str:
        """Run a command in the folder and return what it printed."""
        return self._aws.cdk(*args, cwd=self.folder, env={"PYTHONPATH": str(ROOT / "src")})


@pytest.fixture
def shop(aws: LocalAws, tmp_path: Path, name: str) -> Shop:
    """An app of two stacks: one with two tables from `data/`, one without any file."""
    return Shop(aws, tmp_path / "shop", name)


def test_from_the_first_deploy_to_the_last_destroy(aws: LocalAws, shop: Shop, name: str) -> None:
    """The diff says what the next deploy then does, and broken data stops a deploy.

    Nothing reads the data for `ls`, for the deploy of another stack, and for `destroy`.
    """
    write(shop.data, {"a.json": lines("a"), "b.json": lines("b")})
    shop.cdk("deploy", name, "--require-approval", "never")
    first = outputs(aws, name)
    assert pks(aws, first["KeptName"]) == pks(aws, first["SwappedName"]) == ["a", "b"]
    put(aws, first["KeptName"], {"pk": {"S": "written by a user"}})

    write(shop.data, {"c.json": lines("c")})
    diff = shop.cdk("diff", name)
    (changed,) = [line for line in diff.splitlines() if "AWS::DynamoDB::Table" in line]
    assert changed.startswith("[~] AWS::DynamoDB::Table Swapped")
    assert changed.endswith("replace")
    assert "Custom::CDKBucketDeployment" in diff
    shop.cdk("deploy", name, "--require-approval", "never")
    second = outputs(aws, name)
    assert second["KeptName"] == first["KeptName"]
    assert pks(aws, second["KeptName"]) == ["a", "b", "written by a user"]
    assert pks(aws, second["SwappedName"]) == ["c"]

    write(shop.data, {"c.json": BROKEN})
    assert shop.cdk("ls").split() == [name, f"{name}-other"]
    shop.cdk("deploy", "-e", f"{name}-other", "--require-approval", "never")
    assert pks(aws, table_name(aws, f"{name}-other")) == ["x"]

    with pytest.raises(LocalAwsError) as failed:
        shop.cdk("deploy", name, "--require-approval", "never")
    assert "begins as a GZIP file but cannot be decompressed" in failed.value.output
    assert str(shop.data / "c.json") in failed.value.output
    assert outputs(aws, name) == second

    shop.cdk("destroy", "--all", "--force")
    assert tables(aws, name) == []
    assert not {name, f"{name}-other"} & set(aws.stacks())
