"""The local AWS cannot reach a real account, and nothing of it outlives its use."""

import importlib.machinery
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from emulator.environment import ROOT
from emulator.local_aws import LocalAws, LocalAwsError

# What a developer's shell may hold, all of it pointing somewhere real.
HOSTILE = {
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SECRET_ACCESS_KEY": "real-secret",
    "AWS_SESSION_TOKEN": "real-token",
    "AWS_PROFILE": "real-profile",
    "AWS_DEFAULT_PROFILE": "real-profile",
    "AWS_REGION": "eu-real-1",
    "AWS_DEFAULT_REGION": "eu-real-1",
    "AWS_ENDPOINT_URL": "https://real.example",
    "AWS_ENDPOINT_URL_S3": "https://real.example",
    "AWS_CONFIG_FILE": "/real/config",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/real/token",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "https://real.example",
    "AWS_CA_BUNDLE": "/real/bundle",
    "CDK_DEFAULT_ACCOUNT": "999999999999",
    "CDK_DEFAULT_REGION": "eu-real-1",
    "CDK_CONTEXT_JSON": '{"real": "context"}',
    "HTTP_PROXY": "http://real.example:3128",
    "HTTPS_PROXY": "http://real.example:3128",
    "http_proxy": "http://real.example:3128",
    "https_proxy": "http://real.example:3128",
    "ALL_PROXY": "http://real.example:3128",
    "NODE_OPTIONS": "--require /real/hook.js",
    "HOME": "/real/home",
}


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller's environment holds the credentials, region, endpoints and proxies of a real account."""
    for variable, value in HOSTILE.items():
        monkeypatch.setenv(variable, value)


@pytest.mark.usefixtures("hostile")
def test_nothing_of_the_callers_environment_reaches_a_child(tmp_path: Path) -> None:
    """Neither the emulator, nor the CLI, nor the app it runs, nor boto3 here."""
    app = tmp_path / "app"
    app.mkdir()
    (app / "app.py").write_text(
        "import json, os, pathlib, aws_cdk\n"
        "pathlib.Path('seen.json').write_text(json.dumps(dict(os.environ)))\n"
        "app = aws_cdk.App(); aws_cdk.Stack(app, 'S'); app.synth()\n"
    )
    (app / "cdk.json").write_text('{"app": "python app.py"}')

    with LocalAws() as aws:
        aws.bootstrap()
        aws.cdk("synth", "--quiet", cwd=app)
        seen = json.loads((app / "seen.json").read_text())
        identity = aws.client("sts").get_caller_identity()

    assert identity["Account"] == "000000000000"
    assert seen["AWS_ENDPOINT_URL"] == aws.url
    assert (seen["CDK_DEFAULT_ACCOUNT"], seen["CDK_DEFAULT_REGION"]) == ("000000000000", "us-east-1")
    assert {variable: value for variable, value in seen.items() if "real" in value.lower()} == {}
    assert {variable: value for variable, value in aws.env.items() if "real" in value.lower()} == {}


@pytest.mark.usefixtures("hostile")
def test_dev_keeps_the_callers_account_out_of_everything_it_starts() -> None:
    """Also where no local AWS is: pytest, mypy, the benchmarks."""
    loader = importlib.machinery.SourceFileLoader("dev", str(ROOT / "dev"))
    spec = importlib.util.spec_from_loader("dev", loader)
    assert spec
    dev = importlib.util.module_from_spec(spec)
    loader.exec_module(dev)

    environment = dev.child_environment()
    assert [variable for variable in environment if variable.startswith(("AWS_", "CDK_"))] == [
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_EC2_METADATA_DISABLED",
    ]
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux answers on all of 127.0.0.0/8")
def test_only_this_machine_can_reach_it(aws: LocalAws) -> None:
    """It listens on 127.0.0.1, not on all addresses."""
    port = urlsplit(aws.url).port
    assert port
    socket.create_connection(("127.0.0.1", port), timeout=2).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=2)


def test_nothing_is_left_after_the_end() -> None:
    """No process, no folder; also when the block is left by an error."""
    with pytest.raises(LocalAwsError), LocalAws() as aws:
        aws.cdk("no-such-command")
    assert not aws.folder.exists()
    aws.stop()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", urlsplit(aws.url).port or 0), timeout=2)


@pytest.mark.skipif(os.name != "posix", reason="kills a process group")
def test_it_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    """Even if that is killed and cannot clean up."""
    code = (
        "import pathlib, sys, time; from emulator.local_aws import LocalAws;"
        "print(LocalAws(pathlib.Path(sys.argv[1])).url, flush=True); time.sleep(99)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        port = urlsplit(program.stdout.readline().strip()).port
        assert port
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
        program.send_signal(signal.SIGKILL)

    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.05)
    pytest.fail("the emulator outlived the program that started it")


def test_a_command_that_fails_is_one_clear_error(aws: LocalAws, tmp_path: Path) -> None:
    """With what the command printed."""
    with pytest.raises(LocalAwsError, match="`cdk synth` failed with exit code 1") as failed:
        aws.cdk("synth", cwd=tmp_path)
    assert "--app is required" in failed.value.output


def test_a_command_that_hangs_is_ended(aws: LocalAws, tmp_path: Path) -> None:
    """With everything it has started."""
    with pytest.raises(LocalAwsError, match="did not end within 2 seconds"):
        aws.cdk(
            "synth", "--app", f"{sys.executable} -c 'import time; time.sleep(77)'", cwd=tmp_path, timeout=2
        )
