"""`cdk-imported-table replaces` on cloud assemblies: stages, nested stacks, plain L2 tables, broken files."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct
from hypothesis import given, settings
from hypothesis import strategies as st

from cdk_imported_table import ImportData, ImportedTable, OnDataChange
from cdk_imported_table.cli import main
from cdk_imported_table.dataset.errors import DataError
from cdk_imported_table.replacement.advice import what_happens_to_the_data, what_to_do
from cdk_imported_table.replacement.compare import endangered
from cdk_imported_table.replacement.templates import stack_template
from tests.unit.support import JSON, PK, folder, line

Build = Callable[[cdk.App], object]
Answer = list[tuple[str, str, list[str]]]


@pytest.fixture
def replaces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Synthesizes two apps and returns stack, fate and paths of each table in danger."""

    def run(old: Build, new: Build, *options: str) -> Answer:
        for name, build in (("old", old), ("new", new)):
            app = cdk.App(outdir=str(tmp_path / name))
            build(app)
            app.synth()
        code = main(["replaces", str(tmp_path / "old"), str(tmp_path / "new"), "--json", *options])
        tables = json.loads(capsys.readouterr().out)["tables"]
        assert code == (1 if tables else 0)
        return [
            (
                table["stack"],
                table["fate"],
                [change["path"].rsplit(".", 1)[-1] for change in table["changes"]],
            )
            for table in tables
        ]

    return run


def _plain(scope: Construct, prefix: str, bucket: s3.IBucket | None = None) -> None:
    """CDK's own table."""
    dynamodb.Table(
        scope,
        "Plain",
        partition_key=PK,
        import_source=dynamodb.ImportSourceSpecification(
            bucket=bucket or s3.Bucket.from_bucket_name(scope, "Named", "some-bucket"),
            key_prefix=prefix,
            input_format=dynamodb.InputFormat.dynamo_db_json(),
        ),
    )


def test_keep_is_no_danger_and_replace_is_one(replaces: Callable[..., Answer], tmp_path: Path) -> None:
    """The same change of the data under each policy; and of several stacks, the one that was asked for."""

    def version(data: str, *others: str) -> Build:
        def build(app: cdk.App) -> None:
            path = folder(tmp_path / data, a__json=line(data))
            shop = cdk.Stack(app, "Shop")
            for id, policy in (("Keep", OnDataChange.keep()), ("Replace", OnDataChange.replace())):
                ImportedTable(
                    shop,
                    id,
                    data=ImportData.from_path(path, input_format=JSON),
                    partition_key=PK,
                    on_data_change=policy,
                )
            for other in others:
                _plain(cdk.Stack(app, other), data)

        return build

    assert replaces(version("one"), version("one")) == []
    assert replaces(version("one"), version("two")) == [("Shop", "replaced", ["S3KeyPrefix"])]
    both = replaces(version("one", "Other"), version("two", "Other"))
    assert [stack for stack, _, _ in both] == ["Other", "Shop"]
    only = replaces(version("one", "Other"), version("two", "Other"), "--stack", "Other")
    assert only == [("Other", "replaced", ["S3KeyPrefix"])]


def test_stages_and_nested_stacks(replaces: Callable[..., Answer]) -> None:
    """A nested stack's import names a bucket of the parent by a parameter, and is followed there."""

    def version(prefix: str, bucket: str, nested: str = "Inner") -> Build:
        def build(app: cdk.App) -> None:
            for environment in ("Beta", "Prod"):
                stage = cdk.Stage(app, environment)
                stack = cdk.Stack(stage, "Shop")
                made = s3.Bucket(stack, bucket)
                _plain(cdk.NestedStack(stack, nested), prefix, made)

        return build

    assert replaces(version("a/", "Bucket"), version("a/", "Bucket")) == []
    for new, named in (
        (version("b/", "Bucket"), "S3KeyPrefix"),
        (version("a/", "Other"), "S3Bucket"),
    ):
        found = replaces(version("a/", "Bucket"), new)
        assert [(fate, paths) for _, fate, paths in found] == [("replaced", [named])] * 2
        assert found[0][0].startswith("Beta-Shop/InnerNestedStack")
    gone = replaces(version("a/", "Bucket"), version("a/", "Bucket", "Renamed"))
    assert [(fate, paths) for _, fate, paths in gone] == [("removed", ["the nested stack"])] * 2


def test_a_template_against_an_assembly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What somebody kept of the last deploy; with several stacks, which one must be said."""
    for name, prefix in (("old", "a"), ("new", "b")):
        app = cdk.App(outdir=str(tmp_path / name))
        _plain(cdk.Stack(app, "Shop"), prefix)
        app.synth()
    kept = tmp_path / "kept.json"
    (tmp_path / "old" / "Shop.template.json").rename(kept)
    assert main(["replaces", str(kept), str(tmp_path / "new")]) == 1

    app = cdk.App(outdir=str(tmp_path / "new"))
    for name in ("Shop", "Other"):
        _plain(cdk.Stack(app, name), "b")
    app.synth()
    capsys.readouterr()
    assert main(["replaces", str(kept), str(tmp_path / "new")]) == 2
    assert "no stack is on both sides" in capsys.readouterr().err
    assert main(["replaces", str(kept), str(tmp_path / "new"), "--stack", "Shop"]) == 1


def test_a_stack_that_left_the_app_is_left_alone(replaces: Callable[..., Answer]) -> None:
    """A deploy does not remove it; a stack that is new has nothing to lose."""

    def version(*names: str) -> Build:
        def build(app: cdk.App) -> None:
            for name in names:
                _plain(cdk.Stack(app, name), "a")

        return build

    assert replaces(version("Shop", "Old"), version("Shop", "New")) == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"artifacts": {"a": 5}}', '{"artifacts": []}'])
def test_a_broken_manifest_is_wrong_use(tmp_path: Path, content: str) -> None:
    """One sentence, no traceback."""
    (tmp_path / "manifest.json").write_text(content)
    assert main(["replaces", str(tmp_path), str(tmp_path)]) == 2


_TEXTS = st.sampled_from(
    ["Events", "Bucket", "pk", "HASH", "${Events}", "${a.b}", "AWS::NoValue", "AWS::DynamoDB::Table", "", "C"]
)
_NAMES = st.sampled_from(
    [
        *("Ref", "Fn::Sub", "Fn::Join", "Fn::If", "Fn::GetAtt", "Fn::FindInMap", "Condition", "Type", "a"),
        *("Properties", "Parameters", "Metadata", "Default", "ImportSourceSpecification", "KeySchema"),
        *("AttributeDefinitions", "TableName", "AttributeName", "KeyType"),
    ]
)
_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=12,
)
_TEMPLATES = st.fixed_dictionaries(
    {
        "Resources": st.dictionaries(
            _TEXTS,
            _VALUES
            | st.fixed_dictionaries(
                {
                    "Type": st.sampled_from(
                        ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::CloudFormation::Stack"]
                    ),
                    "Properties": st.fixed_dictionaries(
                        {"ImportSourceSpecification": _VALUES, "KeySchema": _VALUES, "BucketName": _VALUES}
                    )
                    | _VALUES,
                }
            ),
            max_size=3,
        )
    },
    optional={
        name: st.dictionaries(_TEXTS, _VALUES, max_size=2)
        for name in ("Parameters", "Conditions", "Mappings")
    },
)


@settings(deadline=None, max_examples=300)
@given(_TEMPLATES, _TEMPLATES)
def test_no_template_is_too_strange(old: dict[str, Any], new: dict[str, Any]) -> None:
    """An answer or one sentence; and a template is never a danger to itself."""
    with contextlib.suppress(DataError):
        for pair in ((old, new), (old, old)):
            stacks = [stack_template("s", body, lambda *_: None) for body in pair]
            found = list(endangered(*stacks))
            for table in found:
                assert what_happens_to_the_data(table)
                assert what_to_do(table)
        assert found == []
