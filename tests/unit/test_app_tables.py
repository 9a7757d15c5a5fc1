"""The tables of a cloud assembly, and their data: whatever made it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment

from cdk_imported_table import ImportData, OnDataChange
from cdk_imported_table.cli import main
from cdk_imported_table.dataset.app import AppTable, app_tables, check_names, find
from cdk_imported_table.dataset.assembly import Assembly
from cdk_imported_table.dataset.errors import DataError
from tests.unit.support import JSON, PK, folder, imported, line


def assembly_of(app: cdk.App) -> Assembly:
    """The synthesized app."""
    return Assembly(Path(app.synth().directory))


def names_of_files(assembly: Assembly, table: AppTable) -> list[str] | None:
    """The names of the files that a table imports."""
    assert table.source is not None
    with assembly.data(table.source) as files:
        return None if files is None else [file.name for file in files]


def plain_table(scope: cdk.Stack, bucket: s3.IBucket, **options: Any) -> dynamodb.Table:
    """CDK's own table, with CDK's own import."""
    source = dynamodb.ImportSourceSpecification(
        bucket=bucket, key_prefix="seed/", input_format=dynamodb.InputFormat.dynamo_db_json()
    )
    return dynamodb.Table(scope, "Plain", partition_key=PK, import_source=source, **options)


def upload(scope: cdk.Stack, bucket: s3.IBucket, data: Path, **options: Any) -> None:
    """CDK's own upload."""
    s3_deployment.BucketDeployment(
        scope,
        "Upload",
        destination_bucket=bucket,
        destination_key_prefix="seed",
        sources=[s3_deployment.Source.asset(str(data))],
        **options,
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two files."""
    return folder(tmp_path / "data", a__json=line("a"), b__json=line("b"))


def test_a_table_has_all_its_names(data: Path) -> None:
    """It is found by construct id, path, logical id and the name that it will have in an emulator."""
    app = cdk.App()
    table = imported(cdk.Stack(app, "Shop"), ImportData.from_path(data, input_format=JSON))
    (found,) = app_tables(assembly_of(app))
    logical_id = table.table.stack.get_logical_id(table.table.node.default_child)  # type: ignore[arg-type]
    assert found.names == {"T", "Shop/T", logical_id, f"Shop-{logical_id}"}
    assert names_of_files(assembly_of(app), found) == ["a.json", "b.json"]


def test_a_fixed_name_is_kept_and_a_computed_one_resolved() -> None:
    """Pseudo parameters are filled in; what only a deploy knows gives way to a derived name."""
    app = cdk.App()
    stack = cdk.Stack(app, "Shop", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    for number, name in enumerate(["events", f"{cdk.Aws.STACK_NAME}-{cdk.Aws.REGION}", cdk.Aws.STACK_ID]):
        dynamodb.Table(stack, f"T{number}", partition_key=PK, table_name=name)
    first, second, third = app_tables(assembly_of(app))
    assert (first.name, second.name) == ("events", "Shop-eu-west-1")
    assert third.name == f"Shop-{third.logical_id}"
    assert first.source is None


def test_the_asset_of_from_asset_is_found(data: Path) -> None:
    """The table names the key of an asset in the bootstrap bucket."""
    app = cdk.App()
    source = ImportData.from_asset(data, input_format=JSON)
    imported(cdk.Stack(app, "Shop"), source, on_data_change=OnDataChange.replace())
    (table,) = app_tables(assembly_of(app))
    assert len(names_of_files(assembly_of(app), table) or ()) == 1


def test_plain_tables_find_the_upload_of_their_own_stack(data: Path) -> None:
    """Nothing of this library is in the app; files that the upload leaves out are left out here."""
    app = cdk.App()
    stack = cdk.Stack(app, "Shop")
    bucket = s3.Bucket(stack, "Bucket")
    upload(stack, bucket, data, exclude=["*"], include=["b.*"])
    plain_table(stack, bucket)
    (table,) = app_tables(assembly_of(app))
    assert names_of_files(assembly_of(app), table) == ["b.json"]


def test_the_upload_of_another_stack_is_found(data: Path) -> None:
    """Exports are followed to the bucket, and from there to what fills it."""
    app = cdk.App()
    archive = cdk.Stack(app, "Archive")
    bucket = s3.Bucket(archive, "Bucket")
    upload(archive, bucket, data)
    plain_table(cdk.Stack(app, "Shop"), bucket)
    (table,) = app_tables(assembly_of(app))
    assert names_of_files(assembly_of(app), table) == ["a.json", "b.json"]


def test_nested_stacks_and_stages_are_read(data: Path) -> None:
    """A nested stack's bucket comes as a parameter; a stage has a folder of its own."""
    app = cdk.App()
    shop = cdk.Stack(cdk.Stage(app, "Dev"), "Shop")
    bucket = s3.Bucket(shop, "Bucket")
    upload(shop, bucket, data)
    plain_table(cdk.NestedStack(shop, "Inner"), bucket)
    assembly = assembly_of(app)
    (table,) = app_tables(assembly)
    assert names_of_files(assembly, table) == ["a.json", "b.json"]
    assert table.path == "Dev/Shop/Inner/Plain"
    assert table.stack.startswith("Dev-Shop-Inner")
    assert app_tables(assembly, ["Dev-Shop"]) == [table]


@pytest.mark.parametrize("names", [("Alpha", "Beta"), ("Beta", "Alpha")])
def test_a_stack_and_those_nested_in_it_may_share_a_logical_id(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    """Each table has its own path and its own data, however deep, whichever template is read first."""
    app = cdk.App()
    scope: cdk.Stack = cdk.Stack(app, "Shop")
    for number, name in enumerate(["Table", *names]):
        scope = cdk.NestedStack(scope, name) if number else scope
        seed = folder(tmp_path / f"seed{number}", a__json=line(str(number)))
        imported(scope, ImportData.from_path(seed, input_format=JSON))
    imported(cdk.NestedStack(cdk.Stack.of(app.node.find_child("Shop")), "Other"), None)
    found = {table.path: table for table in app_tables(assembly_of(app))}
    outer, inner = f"Shop/{names[0]}", f"Shop/{names[0]}/{names[1]}"
    assert sorted(found) == sorted([f"{path}/T" for path in ("Shop", outer, inner, "Shop/Other")])
    assert len({table.logical_id for table in found.values()}) == 1
    origins = [found[f"{path}/T"].origin for path in ("Shop", outer, inner)]
    assert [origin and origin.path.name for origin in origins] == ["seed0", "seed1", "seed2"]
    assert found["Shop/Other/T"].origin is None
    assert found[f"{inner}/T"].stack.startswith(found[f"{outer}/T"].stack)


def test_files_with_values_of_the_deploy_are_not_taken_for_the_data() -> None:
    """`Source.json_data` puts placeholders into the asset, which only the deploy fills."""
    app = cdk.App()
    stack = cdk.Stack(app, "Shop")
    bucket = s3.Bucket(stack, "Bucket")
    source = s3_deployment.Source.data("seed/a.json", f'{{"Item":{{"pk":{{"S":"{bucket.bucket_name}"}}}}}}')
    s3_deployment.BucketDeployment(stack, "Upload", destination_bucket=bucket, sources=[source])
    plain_table(stack, bucket)
    (table,) = app_tables(assembly_of(app))
    assert names_of_files(assembly_of(app), table) is None


def test_data_that_is_in_s3_already_is_not_there() -> None:
    """A bucket that no stack of the app fills: the assembly has no data for it."""
    app = cdk.App()
    stack = cdk.Stack(app, "Shop")
    plain_table(stack, s3.Bucket.from_bucket_name(stack, "Theirs", "theirs"))
    (table,) = app_tables(assembly_of(app))
    assert names_of_files(assembly_of(app), table) is None


def test_the_users_own_files_are_known_wherever_the_checkout_lies(data: Path, tmp_path: Path) -> None:
    """What is left out of the data is left out here; on another machine there are none, and no error."""
    work = tmp_path / "work"
    data = data.rename(folder(work) / "data")
    folder(data, old__json=line("old"))
    source = ImportData.from_path(data, input_format=JSON, exclude=["old*"])
    app = cdk.App(outdir=str(work / "cdk.out"))
    imported(cdk.Stack(app, "Shop"), source)
    app.synth()
    work = work.rename(tmp_path / "elsewhere")
    (table,) = app_tables(Assembly(work / "cdk.out"))
    assert table.origin is not None
    files = [file.path for file in table.origin.files()]
    assert files == [work / "data" / "a.json", work / "data" / "b.json"]
    (work / "data").rename(tmp_path / "gone")
    assert table.origin.files() == []


def test_the_upload_of_frozen_data_is_none(data: Path) -> None:
    """It keeps the objects of an earlier deploy: the assembly does not have them."""
    app = cdk.App()
    imported(cdk.Stack(app, "Shop"), ImportData.from_path(data, input_format=JSON).frozen())
    (table,) = app_tables(assembly_of(app))
    assert names_of_files(assembly_of(app), table) is None


@pytest.mark.usefixtures("data")
def test_an_app_of_another_language_is_files_only(tmp_path: Path) -> None:
    """A hand-written assembly without paths, manifest or numbers as numbers is enough."""
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "ImportSourceSpecification": {
                "InputFormat": "DYNAMODB_JSON",
                "S3BucketSource": {"S3Bucket": "theirs", "S3KeyPrefix": "abc.json"},
            },
        },
    }
    (tmp_path / "Shop.template.json").write_text(json.dumps({"Resources": {"Events": table}}))
    files = {
        "files": {
            "abc": {"source": {"path": "data/a.json"}, "destinations": {"here": {"objectKey": "abc.json"}}}
        }
    }
    (tmp_path / "Shop.assets.json").write_text(json.dumps(files))
    assembly = Assembly(tmp_path)
    (found,) = app_tables(assembly)
    assert (found.name, found.path) == ("Shop-Events", "")
    assert names_of_files(assembly, found) == ["a.json"]


def test_what_is_not_there_is_said_with_what_is(tmp_path: Path) -> None:
    """A wrong folder, stack or table: one sentence, with the names to choose from."""
    app = cdk.App()
    for name in ("Dev", "Prod"):
        dynamodb.Table(cdk.Stack(app, name), "T", partition_key=PK, table_name="events")
    assembly = assembly_of(app)
    tables = app_tables(assembly)
    with pytest.raises(DataError, match="there is no folder"):
        Assembly(tmp_path / "nothing")
    with pytest.raises(DataError, match=r"there is no stack 'Test' .* there are: Dev, Prod"):
        app_tables(assembly, ["Test"])
    with pytest.raises(DataError, match=r"there is no table 'X'; there are: Dev/T, Prod/T"):
        find(tables, "X")
    with pytest.raises(DataError, match="'T' may be any of Dev/T, Prod/T"):
        find(tables, "T")
    with pytest.raises(DataError, match="both have a table named 'events'; choose one"):
        check_names(tables)


@pytest.mark.parametrize(
    "command", [["check"], ["permissions"], ["load", "--endpoint-url", "http://127.0.0.1:1"]]
)
@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("Shop.template.json", '{"Resources": [1]}'),
        (
            "Shop.template.json",
            '{"Resources": {"T": {"Type": "AWS::DynamoDB::Table", "Properties": 1}}}',
        ),
        ("Shop.assets.json", '{"files": {"a": 1}}'),
        ("manifest.json", '{"artifacts": {"Shop": []}}'),
        ("manifest.json", "{"),
    ],
)
def test_a_file_that_was_cut_off_or_edited_is_one_sentence(
    command: list[str],
    file: str,
    content: str,
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each command says so, with exit code 2."""
    app = cdk.App(outdir=str(tmp_path / "cdk.out"))
    imported(cdk.Stack(app, "Shop"), ImportData.from_path(data, input_format=JSON))
    folder = Path(app.synth().directory)
    (folder / file).write_text(content, "utf-8")
    assert main([command[0], str(folder), *command[1:]]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "is not as CDK writes it" in err or "cannot read" in err or "cannot be read" in err
