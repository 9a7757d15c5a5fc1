"""`cdk-imported-table replaces --stack`: what is asked of CloudFormation, and what is said where it fails."""

from __future__ import annotations

import json
from pathlib import Path

import aws_cdk as cdk
import pytest

from cdk_imported_table import ImportData
from cdk_imported_table.cli import main
from tests.unit.extras.answers import Answer, answering
from tests.unit.support import JSON, folder, imported, line, python

NO_STACK = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code>"
    "<Message>Stack with id Shop does not exist</Message></Error></ErrorResponse>"
)
NO_RESOURCES = (
    "<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries/>"
    "</ListStackResourcesResult></ListStackResourcesResponse>"
)


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the caller's leads to AWS."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def account(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Credentials, a region, and the address of CloudFormation, all from the environment."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    """An app with one imported table."""
    app = cdk.App(outdir=str(tmp_path / "cdk.out"))
    path = folder(tmp_path / "data", a__json=line("a"))
    imported(cdk.Stack(app, "Shop"), ImportData.from_path(path, input_format=JSON))
    return Path(app.synth().directory)


def test_the_deployed_template_is_compared(
    assembly: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same one is no danger; one with other keys would be replaced. AWS_REGION is enough of a region."""
    template = (assembly / "Shop.template.json").read_text("utf-8")
    other = template.replace('"AttributeName": "pk"', '"AttributeName": "was"')
    assert other != template
    for body, code in ((template, 0), (other, 1)):
        escaped = body.replace("&", "&amp;").replace("<", "&lt;")
        answers: dict[str, Answer] = {
            "GetTemplate": f"<GetTemplateResponse><GetTemplateResult><TemplateBody>{escaped}</TemplateBody>"
            "</GetTemplateResult></GetTemplateResponse>",
            "ListStackResources": NO_RESOURCES,
        }
        with answering(answers) as url:
            account(monkeypatch, url)
            assert main(["replaces", str(assembly), "--stack", "Shop", "--json"]) == code
        assert len(json.loads(capsys.readouterr().out)["tables"]) == code


def test_what_cannot_be_asked_is_one_sentence(
    assembly: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No region, no credentials, no answer, no such stack: the same sentences as in the other commands."""
    replaces = ["replaces", str(assembly), "--stack", "Shop"]

    def said() -> str:
        assert main(replaces) == 2
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        return err

    assert "there is no AWS region; set AWS_REGION, or give --region NAME" in said()
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert "the deployed stack 'Shop' cannot be read: there are no AWS credentials; log in" in said()
    account(monkeypatch, "http://127.0.0.1:1")
    assert "cannot be read: http://127.0.0.1:1/ does not answer" in said()
    with answering({"GetTemplate": NO_STACK}) as url:
        account(monkeypatch, url)
        assert "Stack with id Shop does not exist (ValidationError)" in said()


def test_without_boto3_the_extra_is_named(assembly: Path) -> None:
    """One sentence in the place of an ImportError."""
    code = (
        "import sys; sys.modules['boto3'] = None; from cdk_imported_table.cli import main;"
        f"sys.exit(main(['replaces', {str(assembly)!r}, '--stack', 'Shop']))"
    )
    done = python("-c", code, cwd=assembly)
    assert done.returncode == 2
    assert done.stderr == (
        "cdk-imported-table replaces: this needs boto3: pip install 'cdk-imported-table[aws]'\n"
    )
