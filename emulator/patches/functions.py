"""Lambda functions run as local processes: here they get the `/opt` of their layers, unpacked once.

CDK's BucketDeployment runs `/opt/awscli/aws`. On this machine a layer lies in a temporary folder, whose name
MiniStack hands to the function's process; a start of `/opt/...` there is sent to that folder. MiniStack would
unpack the layer, more than four thousand files, for every function anew, and Python compile them for every
run: that takes longer than the upload.
"""

import hashlib
import io
import tempfile
import threading
import zipfile
from pathlib import Path

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from emulator.patches import replace

_unpacking = threading.Lock()
_layers = Path(tempfile.mkdtemp(prefix="layers-"))


def layer_zip(attachment: str | dict[str, str]) -> bytes | None:
    """Return, for a layer, an archive that only says where the layer is already unpacked."""
    content: bytes | None = _layer_zip(attachment)
    if not content:
        return content
    layer = _layers / hashlib.sha256(content).hexdigest()[:16]
    with _unpacking:
        if not layer.exists():
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if any(name.startswith("nodejs/") for name in archive.namelist()):
                    return content  # MiniStack hands it to Node by other ways
                archive.extractall(layer)
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w") as archive:
        archive.writestr("unpacked-in", str(layer))
    return told.getvalue()


_layer_zip = replace(lambda_svc, "_resolve_layer_zip", layer_zip)

# Runs inside the function's process, before its own code.
_OPT = """
def _opt_of_layers():
    import os, subprocess, sys
    start = subprocess.Popen.__init__
    layers = []
    for layer in filter(None, os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep)):
        told = os.path.join(layer, "unpacked-in")
        if os.path.exists(told):
            with open(told) as file:
                layer = file.read()
        layers.append(layer)
    os.environ["_LAMBDA_LAYERS_DIRS"] = os.pathsep.join(layers)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # so that a program of a layer is compiled once
    def found(program):
        for layer in layers:
            path = os.path.join(layer, program[len("/opt/"):])
            if os.path.exists(path):
                return path
        return program
    def __init__(self, args, *rest, **options):
        if isinstance(args, (list, tuple)) and str(args[0]).startswith("/opt/"):
            path = found(str(args[0]))
            with open(path, "rb") as file:
                is_python = b"python" in file.readline()
            # Its first line names an interpreter of Lambda's, and zipfile has dropped its permission to run.
            args = [*([sys.executable] if is_python else []), path, *args[1:]]
        start(self, args, *rest, **options)
    subprocess.Popen.__init__ = __init__
_opt_of_layers()
"""

_script = replace(lambda_runtime, "_PYTHON_WORKER_SCRIPT", "")
replace(lambda_runtime, "_PYTHON_WORKER_SCRIPT", _OPT + _script)
