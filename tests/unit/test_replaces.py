"""`cdk-imported-table replaces` on templates by hand: any language, no CDK."""

import copy
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from cdk_imported_table.cli import main

Template = dict[str, Any]

TABLE: Template = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "gk", "AttributeType": "S"},
        ],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "ImportSourceSpecification": {
            "InputFormat": "DYNAMODB_JSON",
            "S3BucketSource": {"S3Bucket": {"Ref": "Bucket"}, "S3KeyPrefix": "data/"},
        },
    },
    "UpdateReplacePolicy": "Retain",
    "DeletionPolicy": "RetainExceptOnCreate",
    "Metadata": {"aws:cdk:path": "Shop/Events/Resource"},
}
IMPORT = "Properties.ImportSourceSpecification"
SOURCE = f"{IMPORT}.S3BucketSource"


def template(table: Template | None = TABLE, id: str = "Events", **sections: Any) -> Template:
    """A template with this table, and a bucket."""
    resources: Template = {"Bucket": {"Type": "AWS::S3::Bucket"}, **sections.pop("Resources", {})}
    if table is not None:
        resources[id] = table
    return {"Resources": resources, **sections}


def changed(path: str, value: Any, table: Template = TABLE) -> Template:
    """The table with another value at a path; None takes it out."""
    made = copy.deepcopy(table)
    *parents, last = path.split(".")
    found = made
    for name in parents:
        found = found.setdefault(name, {})
    if value is None:
        del found[last]
    else:
        found[last] = value
    return made


class Compared:
    """What the command said."""

    def __init__(self, code: int, output: str, errors: str) -> None:
        self.code, self.output, self.errors = code, output, errors
        assert "Traceback" not in output + errors

    @property
    def tables(self) -> list[dict[str, Any]]:
        """What `--json` says."""
        found: list[dict[str, Any]] = json.loads(self.output)["tables"]
        return found


class Compare:
    """Runs the command on two templates."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder, self._capsys = folder, capsys

    def __call__(self, old: Any, new: Any, *options: str) -> Compared:
        """Run it."""
        paths = []
        for name, content in (("old", old), ("new", new)):
            path = self._folder / f"{name}.template.json"
            path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
            paths.append(str(path))
        code = main(["replaces", *paths, *options])
        return Compared(code, *self._capsys.readouterr())

    def one(self, old: Any, new: Any) -> dict[str, Any]:
        """The one table that is in danger."""
        compared = self(old, new, "--json")
        assert compared.code == 1
        (table,) = compared.tables
        return table


@pytest.fixture
def compare(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Compare:
    """The command, on two templates."""
    return Compare(tmp_path, capsys)


def test_nothing_changed(compare: Compare) -> None:
    """Exit code 0, and a word about it."""
    compared = compare(template(), template())
    assert (compared.code, compared.output) == (0, "no imported table would be replaced (in old)\n")


@pytest.mark.parametrize(
    "new",
    [
        changed("Properties.BillingMode", "PAY_PER_REQUEST"),
        changed("Properties.KeySchema", [{"KeyType": "HASH", "AttributeName": "pk"}]),
        changed("Properties.AttributeDefinitions", TABLE["Properties"]["AttributeDefinitions"][::-1]),
        changed("Properties.AttributeDefinitions", TABLE["Properties"]["AttributeDefinitions"][:1]),
        changed("DependsOn", ["Upload"]),
        changed("UpdateReplacePolicy", "Delete"),
        changed(f"{SOURCE}.S3KeyPrefix", {"Fn::Sub": "data/"}),
        changed(f"{SOURCE}.S3KeyPrefix", {"Fn::Join": ["", ["da", "ta/"]]}),
        changed(f"{SOURCE}.S3Bucket", {"Fn::Sub": "${Bucket}"}),
        changed(f"{IMPORT}.InputCompressionType", {"Ref": "AWS::NoValue"}),
    ],
)
def test_what_is_changed_in_place_is_no_danger(compare: Compare, new: Template) -> None:
    """Nor is another way of writing the same."""
    assert compare(template(), template(new)).code == 0


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (f"{SOURCE}.S3KeyPrefix", "other/", f"{SOURCE}.S3KeyPrefix"),
        (f"{SOURCE}.S3Bucket", {"Ref": "Other"}, f"{SOURCE}.S3Bucket"),
        (f"{SOURCE}.S3BucketOwner", "222222222222", f"{SOURCE}.S3BucketOwner"),
        (f"{IMPORT}.InputFormat", "ION", f"{IMPORT}.InputFormat"),
        (f"{IMPORT}.InputCompressionType", "NONE", f"{IMPORT}.InputCompressionType"),
        (f"{IMPORT}.InputFormatOptions.Csv", {"Delimiter": ";"}, f"{IMPORT}.InputFormatOptions"),
        (IMPORT, None, IMPORT),
        ("Properties.TableName", "events", "Properties.TableName"),
        (
            "Properties.KeySchema",
            [{"AttributeName": "gk", "KeyType": "HASH"}],
            "Properties.KeySchema.HASH",
        ),
        (
            "Properties.AttributeDefinitions",
            [{"AttributeName": "pk", "AttributeType": "N"}],
            "Properties.AttributeDefinitions.pk",
        ),
    ],
)
def test_what_replaces_is_named_with_both_values(compare: Compare, path: str, value: Any, named: str) -> None:
    """In both directions: adding a property replaces the table as taking it out does."""
    forward = compare.one(template(), template(changed(path, value)))
    backward = compare.one(template(changed(path, value)), template())
    assert forward["fate"] == backward["fate"] == "replaced"
    (there,), (back,) = forward["changes"], backward["changes"]
    assert there["path"] == back["path"] == named
    assert (there["old"], there["new"]) == (back["new"], back["old"])
    assert there["old"] != there["new"]


def test_a_person_reads_why_and_what_to_do(compare: Compare) -> None:
    """Table, construct, property, both values, the data, the way round."""
    new = changed(f"{SOURCE}.S3KeyPrefix", "data-403e945b7b476af0/")
    old = changed(f"{SOURCE}.S3KeyPrefix", "data-0123456789abcdef/")
    compared = compare(template(old), template(new))
    assert compared.code == 1
    assert compared.output == (
        "old: Events (Shop/Events/Resource): would be REPLACED\n"
        f"    {SOURCE}.S3KeyPrefix:"
        ' "data-0123456789abcdef/" -> "data-403e945b7b476af0/"\n'
        "    data: kept, but out of the stack: the old table stays in the account with its rows, and is"
        " billed (UpdateReplacePolicy: Retain); nothing that uses the stack's table sees them\n"
        "    then: the new table holds what its import finds in S3, and nothing that was written since\n"
        "    what to do: the data changed, and its hash is in the import, as OnDataChange.replace() or an"
        " asset has it: go back to the data that is deployed, or name that with frozen(content_hash=…)\n"
        "\n"
        "1 imported table in danger (in old)\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Retain", "Retain", r"kept, but out of the stack"),
        ("Delete", "Delete", r"DELETED with the old table"),
        (None, None, r"DELETED with the old table"),
        ("Retain", "Delete", r"DELETED .*Retain in OLD, Delete in NEW"),
        ("Delete", "Retain", r"DELETED .*Delete in OLD, Retain in NEW"),
    ],
)
def test_the_data_goes_by_update_replace_policy(
    compare: Compare, old: str | None, new: str | None, said: str
) -> None:
    """Where OLD and NEW do not agree, the worse is told, with both."""
    before = changed("UpdateReplacePolicy", old)
    after = changed(f"{SOURCE}.S3KeyPrefix", "other/", changed("UpdateReplacePolicy", new))
    table = compare.one(template(before), template(after))
    assert re.search(said, table["data"])


def test_a_protected_table_is_left_behind(compare: Compare) -> None:
    """DynamoDB refuses the deletion, after the new table was made."""
    old = changed("Properties.DeletionProtectionEnabled", True, changed("UpdateReplacePolicy", "Delete"))
    table = compare.one(template(old), template(changed(f"{SOURCE}.S3KeyPrefix", "other/", old)))
    assert "DynamoDB refuse the deletion" in table["data"]


def test_a_fixed_name_makes_the_deploy_fail(compare: Compare) -> None:
    """Unless the name changes too."""
    named = changed("Properties.TableName", "events")
    moved = changed(f"{SOURCE}.S3KeyPrefix", "other/", named)
    table = compare.one(template(named), template(moved))
    assert "CloudFormation does not replace a table with a fixed name" in table["refused"]
    assert table["data"] == "none is lost: the table stays, with its rows"
    assert table["instead"] is None

    table = compare.one(template(named), template(changed("Properties.TableName", "other", moved)))
    assert table["refused"] is None
    compared = compare(template(named), template(moved))
    assert "Events (Shop/Events/Resource): the deploy FAILS" in compared.output


def test_another_logical_id_takes_the_table_away(compare: Compare) -> None:
    """By its DeletionPolicy; the one new table that looks like it is named."""
    table = compare.one(template(), template(id="Happenings"))
    assert table["fate"] == "renamed"
    assert table["changes"] == [{"path": "the logical id", "old": "Events", "new": "Happenings"}]
    assert "DeletionPolicy: RetainExceptOnCreate" in table["data"]
    assert "override_logical_id('Events')" in table["what_to_do"][0]

    named = changed("Properties.TableName", "events")
    assert "a table of this name exists" in compare.one(template(named), template(named, "New"))["refused"]


def test_a_table_that_is_taken_out(compare: Compare) -> None:
    """It is removed, also where another one, with other keys, comes."""
    other = changed("Properties.KeySchema", [{"AttributeName": "gk", "KeyType": "HASH"}])
    for new in (template(None), template(other, "Other")):
        table = compare.one(template(changed("DeletionPolicy", "Delete")), new)
        assert (table["fate"], table["instead"]) == ("removed", None)
        assert "DELETED" in table["data"]


def test_a_table_of_another_type_is_refused(compare: Compare) -> None:
    """TableV2 under the same logical id: CloudFormation says no."""
    table = compare.one(template(), template(changed("Type", "AWS::DynamoDB::GlobalTable")))
    assert "refuses to change the type" in table["refused"]


def test_adding_and_removing_the_import(compare: Compare) -> None:
    """Both replace the table, and one leaves it empty."""
    plain = changed(IMPORT, None)
    table = compare.one(template(), template(plain))
    assert table["instead"] == "the new table is EMPTY: it has no import"
    assert "frozen()" in table["what_to_do"][0]
    table = compare.one(template(plain), template())
    assert "a table that exists cannot be imported into" in table["what_to_do"][0]


def test_tables_without_import_are_none_of_ours(compare: Compare) -> None:
    """And a new table is no danger."""
    plain = changed(IMPORT, None)
    assert compare(template(plain), template(None)).code == 0
    assert compare(template(plain), template(changed("Properties.TableName", "x", plain))).code == 0
    assert compare(template(None), template()).code == 0


def test_a_bucket_that_is_replaced_changes_the_import(compare: Compare) -> None:
    """The import says the same, `Ref`, but of another bucket."""
    old, new = template(), template()
    for one, name in ((old, "one"), (new, "two")):
        one["Resources"]["Bucket"] = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
    table = compare.one(old, new)
    assert table["changes"] == [{"path": "(bucket) Bucket.Properties.BucketName", "old": "one", "new": "two"}]


def test_values_behind_parameters_mappings_and_conditions(compare: Compare) -> None:
    """What is known in the template is looked up."""

    def version(prefix: str, asked: str = "yes") -> Template:
        return template(
            changed(
                f"{SOURCE}.S3KeyPrefix",
                {
                    "Fn::Sub": [
                        "${P}-${M}/${!x}${I}",
                        {
                            "M": {"Fn::FindInMap": ["Stages", "prod", "prefix"]},
                            "I": {"Fn::If": ["C", "a", {"Ref": "AWS::NoValue"}]},
                        },
                    ]
                },
            ),
            Parameters={"P": {"Type": "String", "Default": prefix}},
            Mappings={"Stages": {"prod": {"prefix": prefix}}},
            Conditions={"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, asked]}},
        )

    assert compare(version("a"), version("a")).code == 0
    assert compare.one(version("a"), version("b"))["changes"][0]["path"] == f"{SOURCE}.S3KeyPrefix"
    assert compare.one(version("a"), version("a", "no"))["fate"] == "replaced"


def test_a_new_condition_may_take_the_table_away(compare: Compare) -> None:
    """Whether it does is known at deploy time only."""
    conditions = {"C": {"Fn::Equals": ["a", "b"]}}
    table = compare.one(
        template(changed("DeletionPolicy", "Delete")),
        template(changed("Condition", "C"), Conditions=conditions),
    )
    assert table["fate"] == "conditional"
    assert "DELETED if the condition is false" in table["data"]


YAML = """
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Events:
    Type: AWS::DynamoDB::Table
    UpdateReplacePolicy: Retain
    Properties:
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      ImportSourceSpecification:
        InputFormat: DYNAMODB_JSON
        S3BucketSource:
          S3Bucket: !Ref Bucket
          S3KeyPrefix: !Join [ "", [ "da", !Sub "ta/", !If [C, 2024-01-01, !GetAtt Bucket.Arn] ] ]
Conditions:
  C: !Not [ !Condition D ]
  D: !Equals [ !Ref AWS::Region, x ]
"""


def test_templates_in_yaml(compare: Compare) -> None:
    """With CloudFormation's tags, and dates that are text."""
    pytest.importorskip("yaml")
    assert compare(YAML, YAML).code == 0
    (change,) = compare.one(YAML, YAML.replace("2024-01-01", "2024-01-02"))["changes"]
    assert change["path"] == f"{SOURCE}.S3KeyPrefix"
    assert "2024-01-02" in json.dumps(change["new"])


def test_yaml_without_its_parser(compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said clearly, with what to install."""
    monkeypatch.setitem(sys.modules, "yaml", None)
    compared = compare(YAML, YAML)
    assert compared.code == 2
    assert "pip install 'cdk-imported-table[yaml]'" in compared.errors


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is no CloudFormation template"),
        ("{", "cannot be read as JSON"),
        ("{}", "it has no Resources"),
        ('{"Resources": []}', "it has no Resources"),
        ("{" * 100_000, "cannot be read as JSON"),
        ("a: [", "cannot be read as YAML"),
        ("- a", "is no CloudFormation template"),
        ("\x00", "cannot be read as YAML"),
    ],
)
def test_what_is_no_template_is_wrong_use(compare: Compare, content: str, said: str) -> None:
    """Exit code 2, one sentence."""
    pytest.importorskip("yaml")
    compared = compare(template(), content)
    assert compared.code == 2
    assert said in compared.errors


@pytest.mark.parametrize(("policy", "advised"), [("Retain", False), ("Delete", True)])
def test_nobody_is_told_to_retain_what_is_retained(compare: Compare, policy: str, advised: bool) -> None:
    """The data is kept already: a backup and the policy are for those who would lose it."""
    before = changed("UpdateReplacePolicy", policy)
    after = changed(f"{SOURCE}.S3KeyPrefix", "other/", before)
    (_, *more) = compare.one(template(before), template(after))["what_to_do"]
    assert ["to Retain in a deploy of its own" in one for one in more] == ([True] if advised else [])


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the number that the system has for it."""
    missing = str(tmp_path / "missing")
    assert main(["replaces", missing, missing]) == 2
    said = capsys.readouterr().err
    assert said == f"cdk-imported-table replaces: cannot read {missing!r}: no such file or directory\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["one"],
        ["one", "two", "three"],
        ["/nowhere", "/nowhere"],
        [str(Path(__file__).parent), str(Path(__file__).parent)],
    ],
)
def test_wrong_use(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and no traceback."""
    assert main(["replaces", *arguments]) == 2
    assert "Traceback" not in capsys.readouterr().err
