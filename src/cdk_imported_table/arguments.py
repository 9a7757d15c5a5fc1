"""What was given for an argument is of the class that it has to be, or the mistake is said in a sentence."""

from __future__ import annotations


def check_made_by(maker: type, name: str, value: object, *, write: str) -> None:
    """Refuses what is not an object of `maker`: a string, another class, or a factory that was not called.

    Args:
        maker: The class whose factories make the object.
        name: The argument's.
        value: What was given.
        write: What to write instead.

    Raises:
        TypeError: If it is something else.
    """
    if isinstance(value, maker):
        return
    called = getattr(value, "__qualname__", "")
    if callable(value) and called.startswith(f"{maker.__name__}."):
        raise TypeError(f"{name} is the method {called} itself; call it: {called}()")
    raise TypeError(f"{name} cannot be {value!r}: write {write}")
