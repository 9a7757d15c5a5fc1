"""The whole life of deployed tables by the real CDK CLI: each step, for each policy, items each time."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from emulator import processes
from emulator.environment import NODE_MODULES, ROOT, node
from emulator.local_aws import LocalAws, LocalAwsError
from tests.integration.stacks import BAD, buckets, keys, lines, outputs, pks, put, tables, write

APP = """
from pathlib import Path
from aws_cdk import App, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from cdk_imported_table import ImportData, ImportedTable, ImportFormat, OnDataChange

DATA = ImportData.from_path(Path(__file__).parent / "data", input_format=ImportFormat.dynamodb_json())
KEY = dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING)

app = App()
without = (app.node.try_get_context("without") or "").split(",")
for name in ("NAME", "NAME-two"):
    stack = Stack(app, name)
    CfnOutput(stack, "Always", value="x")
    for id, policy, removal in (
        ("Kept", OnDataChange.keep(), RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE),
        ("Swapped", OnDataChange.replace(), RemovalPolicy.DESTROY),
    ):
        if id not in without:
            made = ImportedTable(
                stack, id, data=DATA, partition_key=KEY, on_data_change=policy, removal_policy=removal,
            )
            CfnOutput(stack, f"{id}Name", value=made.table.table_name)
            CfnOutput(stack, f"{id}Bucket", value=made.bucket.bucket_name)
app.synth()
"""
OFF = ("-c", "cdk-imported-table:preflight=OFF")


class Shop:
    """An app's folder, and the CLI in it."""

    def __init__(self, aws: LocalAws, folder: Path, name: str) -> None:
        self._aws, self._folder, self.name = aws, folder, name
        self.data = folder / "data"
        folder.mkdir()
        (folder / "app.py").write_text(APP.replace("NAME", name))
        (folder / "cdk.json").write_text('{"app": "python app.py"}')
        self._env = {
            "PYTHONPATH": str(ROOT / "src"),
            "CDK_VALIDATION": "false",
            "CDK_IMPORTED_TABLE_CACHE": str(folder / "cache"),
        }

    def cdk(self, *args: str) -> str:
        """Run a command in the folder and return what it printed."""
        return self._aws.cdk(*args, cwd=self._folder, env=self._env)

    def deploy(self, *options: str, stack: str | None = None) -> dict[str, str]:
        """Deploy, and return the stack's outputs."""
        stack = stack or self.name
        self.cdk("deploy", stack, "--require-approval", "never", "--progress", "events", *options)
        return outputs(self._aws, stack)

    def killed_deploy(self) -> None:
        """Deploy, and kill the CLI as soon as CloudFormation has begun."""
        process = processes.start(
            [
                *(node(), NODE_MODULES / "aws-cdk" / "bin" / "cdk", "deploy", self.name),
                *("--require-approval", "never", "--no-notices"),
            ],
            cwd=self._folder,
            env={**self._aws.env, **self._env},
            output=subprocess.DEVNULL,
        )
        try:
            before = len(self._aws.events(self.name))
            deadline = time.monotonic() + 60
            while len(self._aws.events(self.name)) == before:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.02)
        finally:
            processes.end(process)


@pytest.fixture
def shop(aws: LocalAws, tmp_path: Path, name: str) -> Shop:
    """An app with two environments, each with a table under keep() and one under replace()."""
    return Shop(aws, tmp_path / "shop", name)


def test_the_whole_life(aws: LocalAws, shop: Shop, name: str) -> None:
    """Create, write, change, second environment, bad data, repair, take the constructs out, destroy."""
    two = f"{name}-two"
    write(shop.data, {"a.json": lines("a", "b")})
    first = shop.deploy()
    for id in ("Kept", "Swapped"):
        assert pks(aws, first[f"{id}Name"]) == ["a", "b"]
        put(aws, first[f"{id}Name"], {"pk": {"S": "written by a user"}})

    # Two changes before one deploy: what lay between was never there.
    write(shop.data, {"a.json": lines("never deployed")})
    shop.cdk("synth", "--quiet")
    write(shop.data, {"a.json": lines("a", "c")})
    second = shop.deploy()
    assert second["KeptName"] == first["KeptName"]
    assert pks(aws, second["KeptName"]) == ["a", "b", "written by a user"]
    assert second["SwappedName"] != first["SwappedName"]
    assert pks(aws, second["SwappedName"]) == ["a", "c"]
    assert sorted(tables(aws, name)) == sorted([second["KeptName"], second["SwappedName"]])

    # Another environment from the same app is born with the data of today.
    other = shop.deploy(stack=two)
    assert pks(aws, other["KeptName"]) == pks(aws, other["SwappedName"]) == ["a", "c"]

    # Bad data is stopped at synth; with the check off, the deploy fails and the old tables are in service.
    put(aws, second["SwappedName"], {"pk": {"S": "written by a user"}})
    staged = {id: keys(aws, second[f"{id}Bucket"]) for id in ("Kept", "Swapped")}
    write(shop.data, {"a.json": lines("a"), "b.json": BAD})
    with pytest.raises(LocalAwsError) as stopped:
        shop.deploy()
    assert "the import would fail: 1 error" in stopped.value.output
    with pytest.raises(LocalAwsError) as failed:
        shop.deploy(*OFF)
    assert "ItemValidationError" in failed.value.output
    assert aws.status(name) == "UPDATE_ROLLBACK_COMPLETE"
    assert outputs(aws, name) == second
    assert pks(aws, second["KeptName"]) == ["a", "b", "written by a user"]
    assert pks(aws, second["SwappedName"]) == ["a", "c", "written by a user"]
    assert {id: keys(aws, second[f"{id}Bucket"]) for id in ("Kept", "Swapped")} == staged
    assert sorted(tables(aws, name)) == sorted([*tables(aws, two), second["KeptName"], second["SwappedName"]])

    # Repaired.
    write(shop.data, {"a.json": lines("a"), "b.json": lines("d")})
    third = shop.deploy()
    assert third["KeptName"] == second["KeptName"]
    assert pks(aws, third["SwappedName"]) == ["a", "d"]

    # The constructs are taken out: the policies say what stays. Then the stacks go.
    fourth = shop.deploy("-c", "without=Kept,Swapped")
    assert fourth == {"Always": "x"}
    assert pks(aws, third["KeptName"]) == ["a", "b", "written by a user"]
    assert third["SwappedName"] not in aws.tables()
    shop.cdk("destroy", "--all", "--force")
    assert not {name, two} & set(aws.stacks())
    assert sorted(tables(aws, name)) == sorted([third["KeptName"], other["KeptName"]])
    assert buckets(aws, name) == []


def test_a_deploy_that_is_killed_is_repeated(aws: LocalAws, shop: Shop, name: str) -> None:
    """CloudFormation goes on without the CLI; the next deploy finds nothing to do, or does what is left."""
    write(shop.data, {"a.json": lines("a")})
    first = shop.deploy("-c", "without=Kept")
    write(shop.data, {"a.json": lines("b")})
    shop.killed_deploy()
    shop.deploy()
    while aws.status(name).endswith("_IN_PROGRESS"):
        time.sleep(0.05)
    again = shop.deploy()
    assert pks(aws, again["KeptName"]) == pks(aws, again["SwappedName"]) == ["b"]
    assert again["SwappedName"] != first["SwappedName"]
    assert len(tables(aws, name)) == 2
    assert len(keys(aws, again["SwappedBucket"])) == 1
    shop.cdk("destroy", name, "--force")
    assert buckets(aws, name) == []


def test_what_a_deploy_would_do_is_known_beforehand(aws: LocalAws, shop: Shop, name: str) -> None:
    """`replaces` against the deployed stack: by name, read only, and right."""
    write(shop.data, {"a.json": lines("a")})
    shop.deploy()

    def replaces(*options: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "cdk_imported_table.cli", "replaces", *options],
            cwd=shop.data.parent,
            env={**aws.env, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    shop.cdk("synth", "--quiet")
    assert replaces("cdk.out", "--stack", name)[0] == 0
    write(shop.data, {"a.json": lines("b")})
    shop.cdk("synth", "--quiet")
    code, said = replaces("cdk.out", "--stack", name, "--json")
    (table,) = json.loads(said)["tables"]
    assert code == 1
    assert table["construct"] == f"{name}/Swapped/Default/Resource"
    assert table["data"].startswith("DELETED")

    code, said = replaces("cdk.out", "--stack", "nobody")
    assert code == 2
    assert "the deployed stack 'nobody' cannot be read" in said
    assert "Traceback" not in said
    shop.cdk("destroy", name, "--force")
