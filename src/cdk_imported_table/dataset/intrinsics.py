"""CloudFormation's functions, as far as their values are known before a deploy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_GAP: Final = re.compile(r"\$\{(!?)([^}]*)\}")


class NotKnownError(Exception):
    """A value is known only in a deploy."""


def resolve(value: object, known: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever is in a template
    """Return `value` without functions.

    Args:
        value: Anything of a template.
        known: What `Ref` gives, by name: pseudo parameters, and parameters with a default.

    Raises:
        NotKnownError: If a part of it is known only in a deploy.
    """
    if isinstance(value, list):
        return [resolve(member, known) for member in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, inner),) = value.items()
        if name == "Ref":
            return _look_up(str(inner), known)
        if name == "Fn::Sub":
            return _substituted(inner, known)
        if name == "Fn::Join":
            separator, parts = inner
            return str(separator).join(str(part) for part in resolve(parts, known))
        if name.startswith("Fn::"):
            raise NotKnownError(name)
    return {name: resolve(inner, known) for name, inner in value.items()}


def known_parameters(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a template that have a default."""
    parameters = template.get("Parameters")
    if not isinstance(parameters, dict):
        return {}
    return {name: one["Default"] for name, one in parameters.items() if "Default" in one}


def _look_up(name: str, known: Mapping[str, Any]) -> Any:  # noqa: ANN401
    if name not in known:
        raise NotKnownError(name)
    return known[name]


def _substituted(inner: object, known: Mapping[str, Any]) -> str:
    text, more = inner if isinstance(inner, list) else (inner, {})
    variables = {**known, **{name: resolve(value, known) for name, value in more.items()}}

    def filled(match: re.Match[str]) -> str:
        literal, name = match.groups()
        return "${" + name + "}" if literal else str(_look_up(name, variables))

    return _GAP.sub(filled, str(text))
