"""Lambda functions run as local processes: here they get the `/opt` of their layers.

CDK's BucketDeployment runs `/opt/awscli/aws`. On this machine the layer lies in a temporary folder, whose
name MiniStack hands to the function's process; a start of `/opt/...` there is sent to that folder.
"""

from ministack.core import lambda_runtime

from emulator.patches import replace

# Runs inside the function's process, before its own code.
_OPT = """
def _opt_of_layers():
    import os, subprocess, sys
    start = subprocess.Popen.__init__
    def found(program):
        for layer in filter(None, os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep)):
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
