"""`cdk-imported-table load`: what it takes, and what it says."""

from __future__ import annotations

import itertools
import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import aws_cdk as cdk
import pytest
from moto.server import ThreadedMotoServer

from cdk_imported_table import ImportData, aws, cli_output
from cdk_imported_table.aws import is_local
from cdk_imported_table.cli import main
from tests.unit.support import JSON, folder, imported, line, python


@pytest.fixture
def assembly(tmp_path: Path) -> str:
    """An app with one imported table."""
    app = cdk.App(outdir=str(tmp_path / "cdk.out"))
    path = folder(tmp_path / "data", a__json=line("a") + line("b"))
    imported(cdk.Stack(app, "Shop"), ImportData.from_path(path, input_format=JSON), table_name="events")
    return str(app.synth().directory)


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """A server of moto's."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:8000", True),
        ("http://LOCALHOST:4566", True),
        ("http://s3.localhost:4566", True),
        ("https://localhost.localstack.cloud:4566", True),
        ("http://localhost.example.com", False),
        ("http://dynamodb:8000", False),
        ("http://10.0.0.1:8000", False),
        ("https://dynamodb.eu-west-1.amazonaws.com", False),
        ("http://127.0.0.1@example.com", False),
    ],
)
def test_an_endpoint_is_local_by_its_name(url: str, local: bool) -> None:
    """Nothing is looked up: a name that may be anywhere is not local."""
    assert is_local(url) is local


def test_tables_are_made_and_filled(assembly: str, moto: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line a table, or JSON; a second run ends the same."""
    assert main(["load", assembly, "--endpoint-url", moto]) == 0
    assert capsys.readouterr().out == "events  2 items  (Shop/T)\n"
    assert main(["load", assembly, "--endpoint-url", moto, "--json", "--table", "T", "--recreate"]) == 0
    (table,) = json.loads(capsys.readouterr().out)["tables"]
    assert (table["table"], table["path"], table["imported"], table["items"]) == ("events", "Shop/T", True, 2)


def test_a_progress_bar_is_drawn_where_a_person_looks(
    assembly: str, moto: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And wiped off at the end; a log gets none."""
    monkeypatch.setattr(cli_output, "time", SimpleNamespace(monotonic=itertools.count(step=5).__next__))
    load = ["load", assembly, "--endpoint-url", moto]
    assert main(load) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(load) == 0
    err = capsys.readouterr().err
    assert err.startswith("\r[##############################] 0 MB")
    assert err.endswith(" \r")


def test_an_endpoint_elsewhere_has_to_be_said_twice(
    assembly: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A flag, and the host once more; tables are never deleted there."""
    load = ["load", assembly, "--endpoint-url", "http://db.invalid:1"]
    for more in (
        [],
        ["--not-local"],
        ["--confirm-host", "db.invalid"],
        ["--not-local", "--confirm-host", "x"],
    ):
        assert main([*load, *more]) == 2
        assert "is not on this machine, and would be written to" in capsys.readouterr().err
    assert main([*load, "--not-local", "--confirm-host", "db.invalid", "--recreate"]) == 2
    assert "--recreate deletes tables" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nothing-here", "--endpoint-url", "http://127.0.0.1:1"], "there is no folder 'nothing-here'"),
        (
            ["ASSEMBLY", "--endpoint-url", "127.0.0.1:8000"],
            "is not a URL; write it like http://127.0.0.1:8000",
        ),
        (["ASSEMBLY", "--endpoint-url", "http://127.0.0.1:1"], "http://127.0.0.1:1/ does not answer"),
        (["ASSEMBLY", "--endpoint-url", "http://127.0.0.1:1", "--stack", "X"], "there is no stack 'X'"),
        (
            ["ASSEMBLY", "--endpoint-url", "http://127.0.0.1:1", "--data", "T=no"],
            "there is no file or folder",
        ),
        (["ASSEMBLY", "--endpoint-url", "http://127.0.0.1:1", "--data", "T"], "'T' is not TABLE=PATH"),
        (["ASSEMBLY", "--endpoint-url", "http://127.0.0.1:1", "--profile", "nobody"], "nobody"),
        (["ASSEMBLY"], "required: --endpoint-url"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: list[str], says: str, assembly: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stderr, with exit code 2, and never a traceback."""
    given = [assembly if argument == "ASSEMBLY" else argument for argument in arguments]
    assert main(["load", *given]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert "Traceback" not in err


def test_an_endpoint_that_takes_calls_and_never_answers_is_given_up(
    assembly: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a while, with the same sentence as where nothing listens."""
    monkeypatch.setattr(aws, "LOCAL_PATIENCE", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert main(["load", assembly, "--endpoint-url", url]) == 2
    assert f"{url}/ does not answer" in capsys.readouterr().err


def test_bad_data_makes_nothing(tmp_path: Path, moto: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The findings are printed as `check` prints them; exit code 1."""
    app = cdk.App(context={"cdk-imported-table:preflight": "off"}, outdir=str(tmp_path / "cdk.out"))
    path = folder(tmp_path / "data", a__json=b'{"Item":{"id":{"S":"a"}}}\n')
    imported(cdk.Stack(app, "Shop"), ImportData.from_path(path, input_format=JSON), table_name="bad")
    assert main(["load", app.synth().directory, "--endpoint-url", moto]) == 1
    err = capsys.readouterr().err
    assert "table Shop/T: nothing was made" in err
    assert "a.json:1: error: attribute 'pk':" in err


def test_without_boto3_the_extra_is_named(assembly: str) -> None:
    """`load` needs it, and `check` does not."""
    code = (
        "import sys; sys.modules['boto3'] = None; from cdk_imported_table.cli import main;"
        f"assert main(['check', {assembly!r}]) == 0;"
        f"sys.exit(main(['load', {assembly!r}, '--endpoint-url', 'http://127.0.0.1:1']))"
    )
    done = python("-c", code, cwd=Path.cwd())
    assert done.returncode == 2
    assert done.stderr == (
        "cdk-imported-table load: this needs boto3: pip install 'cdk-imported-table[aws]'\n"
    )
