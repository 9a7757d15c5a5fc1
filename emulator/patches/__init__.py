"""What MiniStack lacks for this project. Each module here mends one part; importing it applies the mend.

MiniStack's inner names may move with any version, and a patch that hits nothing would give green tests over
empty tables. So every inner name is taken through `inner` or `replace`, which stop the emulator when it is
not there.
"""

from importlib.metadata import version
from typing import Any

MINISTACK = "1.5.33"


def check_version() -> None:
    """Stop unless the installed MiniStack is the one that the patches were written for."""
    found = version("ministack")
    if found != MINISTACK:
        raise SystemExit(f"the emulator needs ministack {MINISTACK}, but {found} is installed")


def inner(owner: Any, name: str) -> Any:  # noqa: ANN401 - MiniStack has no types
    """Return MiniStack's own `name`, or stop."""
    if not hasattr(owner, name):
        raise SystemExit(
            f"{owner.__name__}.{name} is gone: the emulator's patches are for ministack {MINISTACK}"
        )
    return getattr(owner, name)


def replace(owner: Any, name: str, new: object) -> Any:  # noqa: ANN401
    """Put `new` in the place of MiniStack's own `name`, and return what was there."""
    old = inner(owner, name)
    setattr(owner, name, new)
    return old


def handlers(resource_type: str) -> dict[str, Any]:
    """Return the functions that create, update and delete one CloudFormation resource type."""
    from ministack.services.cloudformation import provisioners  # noqa: PLC0415 - after the version check

    found: dict[str, Any] = inner(provisioners, "_RESOURCE_HANDLERS").get(resource_type, {})
    if not {"create", "update", "delete"} <= found.keys():
        raise SystemExit(
            f"{resource_type} has no handlers: the emulator's patches are for ministack {MINISTACK}"
        )
    return found
