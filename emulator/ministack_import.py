"""Start MiniStack so that a DynamoDB table with `ImportSourceSpecification` is really imported.

    python -m emulator.ministack_import

Of the emulators one can install, none imports through CloudFormation: the stack is CREATE_COMPLETE and the
table empty, for bad data too. MiniStack has a working `ImportTable`; the modules in `patches/` make its
CloudFormation call it, and mend what else stands between its answers and CloudFormation's where this project
would notice.
"""

import os
import signal
import sys
import threading

from emulator import patches


def main() -> None:
    """Apply the patches and serve until killed, or until the program that started this is gone."""
    patches.check_version()
    # Importing them applies them, and some apply only before the server is imported.
    from emulator.patches import (  # noqa: F401, PLC0415
        buckets,
        custom_resources,
        events,
        functions,
        imports,
        nested,
        rollback,
        tables,
    )

    # How this module was found; the emulated Lambda functions shall not find it.
    os.environ.pop("PYTHONPATH", None)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from ministack import app  # noqa: PLC0415

    app.main()


def _end_with_parent() -> None:
    """End when standard input ends: the parent held its other side, and may be killed at any time."""
    while sys.stdin.buffer.read(1):
        pass
    if sys.platform == "win32":
        os._exit(1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
