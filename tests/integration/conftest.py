"""Fixtures for tests that deploy. Everything here runs on 127.0.0.1 and ends with the test session.

- `aws`: the local AWS (`emulator.local_aws.LocalAws`), bootstrapped once. It is shared: give stacks, buckets
  and fixed tables names of your own (`name` helps), and look at your own tables, not at all tables.
- `name`: a name that no other test has, good for stacks and buckets.
- `synth`: turns a function that fills a stack into a cloud assembly, in this process; deploying that takes a
  second, where a whole `python app.py` takes five.
- `bucket`: a bucket of this test's own, outside any stack, and a function that puts objects there.

    def test_a_table_is_full(aws, synth, name):
        def build(stack):
            table = ImportedTable(stack, "Table", ...).table
            CfnOutput(stack, "TableName", value=table.table_name)

        outputs = aws.deploy(synth(build))
        assert aws.items(outputs["TableName"]) == [...]

A deploy that must fail: `with pytest.raises(LocalAwsError)`, then `aws.status(name)` and `aws.events(name)`.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from aws_cdk import App, Stack

from emulator.local_aws import LocalAws
from tests.integration.stacks import lines, write

_HERE = Path(__file__).parent


class Synth(Protocol):
    """Synthesizes an app of one stack."""

    def __call__(self, build: Callable[[Stack], object], stack: str | None = None) -> Path:
        """Return the folder of the assembly.

        Args:
            build: Fills the stack.
            stack: The stack's name. Default: the fixture `name`, so a second call is its next version.
        """


class Put(Protocol):
    """Puts objects into a test's own bucket, and returns the bucket's name."""

    def __call__(self, **objects: bytes) -> str:
        """Put objects, their keys as the argument names: `put(**{"data/a.json": b"…"})`."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder: nobody has to remember."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.integration)


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    """The local AWS of this test session."""
    with LocalAws() as aws:
        aws.bootstrap()
        yield aws


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A name that no other test has: letters, digits and dashes, at most 40."""
    unique = f"t{next(_numbers)}-{request.node.name.removeprefix('test_')}"
    return re.sub("[^a-z0-9]+", "-", unique.lower())[:40].strip("-")


_numbers = itertools.count(1)


@pytest.fixture
def synth(tmp_path: Path, name: str) -> Synth:
    """Synthesizes stacks in this process."""
    versions = itertools.count(1)

    def synth(build: Callable[[Stack], object], stack: str | None = None) -> Path:
        folder = tmp_path / f"assembly-{next(versions)}"
        app = App(outdir=str(folder), analytics_reporting=False)
        build(Stack(app, stack or name))
        app.synth()
        return folder

    return synth


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with two items in two files."""
    return write(tmp_path / "data", {"a.json": lines("a"), "b.json": lines("b")})


@pytest.fixture
def bucket(aws: LocalAws, name: str) -> Put:
    """A bucket of this test's own."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name)

    def put(**objects: bytes) -> str:
        for key, body in objects.items():
            s3.put_object(Bucket=name, Key=key, Body=body)
        return name

    return put
