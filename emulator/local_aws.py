"""`LocalAws`: an AWS on this machine, and the real CDK CLI that can reach nothing else."""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
import botocore.config
import botocore.session

from emulator import processes
from emulator.environment import ACCOUNT, NODE_MODULES, REGION, ROOT, clean, node

Item = dict[str, Any]
Resource = dict[str, Any]

_CDK = NODE_MODULES / "aws-cdk" / "bin" / "cdk"


class LocalAwsError(Exception):
    """Something about the local AWS failed; `output` is what the command printed."""

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(f"{message}\n{output}" if output else message)
        self.output = output


class LocalAws:
    """An emulated AWS account on 127.0.0.1, alive inside a `with` block.

        with LocalAws() as aws:
            aws.bootstrap()
            outputs = aws.deploy(Path("examples/csv_with_header"))
            print(aws.items(outputs["TableName"]))

    Attributes:
        url: Where it listens.
        env: The environment in which every command runs: no variable of the caller leads to a real account.
        folder: Its home, caches and logs; removed at the end unless it was given.
    """

    def __init__(self, folder: Path | None = None, *, patched: bool = True) -> None:
        """Start the emulator and wait until it answers.

        Args:
            folder: Where to put logs and temporary files. Default: a temporary folder, removed at the end.
            patched: False starts MiniStack as it is, which ignores imports: the tests show the difference.
        """
        self._temporary = folder is None
        self.folder = Path(tempfile.mkdtemp(prefix="local-aws-")) if folder is None else folder.resolve()
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: dict[str, Any] = {}
        try:
            self._start(patched)
        except BaseException:
            self.stop()
            raise

    def _start(self, patched: bool) -> None:
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"  # with a number for a name, every SDK addresses buckets by path
        self.env = clean(self.url, self.folder)
        env = {
            **self.env,
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "LAMBDA_EXECUTOR": "local",
            "NODE_PATH": str(NODE_MODULES),  # Lambda has the AWS SDK for JavaScript installed
            "PYTHONPATH": str(ROOT),
        }
        module = "emulator.ministack_import" if patched else "ministack"
        with self._log.open("wb") as log:
            self._process = processes.start(
                [sys.executable, "-m", module], cwd=self.folder, env=env, output=log, stdin=subprocess.PIPE
            )
        deadline = time.monotonic() + 60
        while not self._answers():
            if self._process.poll() is not None:
                raise LocalAwsError("the local AWS ended while it started", self.log())
            if time.monotonic() > deadline:
                raise LocalAwsError("the local AWS did not answer within 60 seconds", self.log())
            time.sleep(0.05)

    def _answers(self) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self.url}/_ministack/health", timeout=1):
                return True
        except OSError:
            return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the emulator and all that it has started. May be called twice."""
        if self._process:
            # Not politely: a function that hangs keeps MiniStack from ending, and there is nothing to save.
            processes.end(self._process)
            if self._process.stdin:
                self._process.stdin.close()
            self._process = None
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    # The CDK CLI

    def cdk(
        self,
        *args: str | Path,
        cwd: Path = ROOT,
        env: Mapping[str, str] | None = None,
        check: bool = True,
        timeout: float = 300,
        echo: bool = False,
    ) -> str:
        """Run the CDK CLI, and return what it printed.

        Args:
            args: The command and its options.
            cwd: The app's folder.
            env: More variables for the app.
            check: Raise `LocalAwsError` when the command fails.
            timeout: Seconds after which it is ended.
            echo: Print its output too, while it runs.
        """
        if not _CDK.exists():
            raise LocalAwsError(f"the CDK CLI is not in {NODE_MODULES}: run `./dev setup`")
        command = f"cdk {args[0]}"
        process = processes.start(
            [node(), _CDK, *args, "--no-notices", *([] if echo else ["--no-color"])],
            cwd=cwd,
            env={**self.env, **(env or {})},
            output=subprocess.PIPE,
        )
        try:
            if echo:
                output = _echoed(process)
            else:
                output = process.communicate(timeout=timeout)[0].decode(errors="replace")
        except subprocess.TimeoutExpired:
            raise LocalAwsError(f"`{command}` did not end within {timeout:g} seconds", self.log()) from None
        finally:
            processes.end(process)
            if process.stdout:
                process.stdout.close()
        if check and process.returncode:
            raise LocalAwsError(
                f"`{command}` failed with exit code {process.returncode}", "" if echo else output
            )
        return output

    def bootstrap(self) -> None:
        """Make CDK's bootstrap stack, as in any account before the first deploy."""
        self.cdk("bootstrap", f"aws://{ACCOUNT}/{REGION}")

    def deploy(
        self,
        app: Path,
        *stacks: str,
        context: Mapping[str, str] | None = None,
        env: Mapping[str, str] | None = None,
        echo: bool = False,
    ) -> dict[str, str]:
        """Deploy, and return the outputs: by `Key`, and by `Stack.Key` when several stacks have some.

        Args:
            app: The folder of an app (with its `cdk.json`), or of a synthesized cloud assembly.
            stacks: Which stacks. Default: all.
            context: CDK context, as with `-c`.
            env: More variables for the app.
            echo: Print the CLI's output while it runs.

        Raises:
            LocalAwsError: The app, the CLI or a stack failed.
        """
        with self._target(app, stacks, context) as (cwd, options, folder):
            outputs = folder / "outputs.json"
            options += ["--require-approval", "never", "--outputs-file", outputs]
            self.cdk("deploy", *options, cwd=cwd, env=env, echo=echo)
            found = json.loads(outputs.read_text("utf-8")) if outputs.exists() else {}
        if len(found) == 1:
            return dict(*found.values())
        return {f"{stack}.{key}": value for stack, values in found.items() for key, value in values.items()}

    def destroy(
        self,
        app: Path,
        *stacks: str,
        context: Mapping[str, str] | None = None,
        env: Mapping[str, str] | None = None,
        echo: bool = False,
    ) -> None:
        """Destroy what `deploy` with the same arguments has made."""
        with self._target(app, stacks, context) as (cwd, options, _):
            self.cdk("destroy", *options, "--force", cwd=cwd, env=env, echo=echo)

    @contextmanager
    def _target(
        self, app: Path, stacks: tuple[str, ...], context: Mapping[str, str] | None
    ) -> Iterator[tuple[Path, list[str | Path], Path]]:
        """Yield where to run the CLI, its arguments, and a folder for what it writes: never the app's."""
        app = app.resolve()
        with tempfile.TemporaryDirectory(dir=self.env["TMPDIR"]) as name:
            folder = Path(name)
            options: list[str | Path] = [*(stacks or ["--all"])]
            if (app / "manifest.json").exists():
                yield folder, [*options, "--app", app], folder
                return
            options += ["--output", folder / "cdk.out"]
            for key, value in (context or {}).items():
                options += ["--context", f"{key}={value}"]
            yield app, options, folder

    # What the account holds

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes its classes at run time
        """Return a boto3 client; the caller's profile, region, endpoints and proxies do not reach it."""
        if service not in self._clients:
            self._clients[service] = self._session.client(
                service,
                endpoint_url=self.url,
                region_name=REGION,
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=botocore.config.Config(proxies={}),
            )
        return self._clients[service]

    @cached_property
    def _session(self) -> Any:  # noqa: ANN401
        # (name in a configuration file, environment variable, value, conversion): nothing is the caller's.
        settings = {
            "profile": (None, None, None, None),
            "config_file": (None, None, self.env["AWS_CONFIG_FILE"], None),
            "credentials_file": (None, None, self.env["AWS_SHARED_CREDENTIALS_FILE"], None),
            "ca_bundle": (None, None, None, None),
        }
        return boto3.Session(botocore_session=botocore.session.Session(session_vars=settings))

    def tables(self) -> list[str]:
        """Return the names of all tables."""
        pages = self.client("dynamodb").get_paginator("list_tables").paginate()
        return [name for page in pages for name in page["TableNames"]]

    def items(self, table: str) -> list[Item]:
        """Return all items of a table, in DynamoDB JSON."""
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]

    def stacks(self) -> list[str]:
        """Return the names of all stacks that exist, CDK's bootstrap stack and nested ones included."""
        pages = self.client("cloudformation").get_paginator("describe_stacks").paginate()
        return [stack["StackName"] for page in pages for stack in page["Stacks"]]

    def status(self, stack: str) -> str:
        """Return a stack's status."""
        answer = self.client("cloudformation").describe_stacks(StackName=stack)
        return str(answer["Stacks"][0]["StackStatus"])

    def resources(self, stack: str) -> list[Resource]:
        """Return a stack's resources."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
        return [resource for page in pages for resource in page["StackResourceSummaries"]]

    def events(self, stack: str) -> list[Resource]:
        """Return a stack's events, the first one first. For a deleted stack, name it by its id."""
        pages = self.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack)
        return [event for page in pages for event in page["StackEvents"]][::-1]

    @property
    def _log(self) -> Path:
        return self.folder / "ministack.log"

    def log(self) -> str:
        """Return the end of the emulator's log."""
        return self._log.read_text("utf-8", errors="replace")[-5000:] if self._log.exists() else ""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _echoed(process: subprocess.Popen[bytes]) -> str:
    lines = []
    assert process.stdout
    for raw in process.stdout:
        line = raw.decode(errors="replace")
        print(line, end="", flush=True)
        lines.append(line)
    process.wait()
    return "".join(lines)
