"""Values of a template in one form, so that two ways of writing the same are no change.

`Fn::Sub`, `Fn::Join` and plain text, both forms of `Fn::GetAtt`, numbers and their text: CloudFormation
compares what comes out of them. What is only known at deploy time stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from cdk_imported_table.dataset.errors import DataError

Value = Any
"""What JSON can hold."""

_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")
_DEEPEST: Final = 100


class _Absent:
    """What `AWS::NoValue` leaves."""


_ABSENT: Final = _Absent()


class Values:
    """The values of one template.

    Args:
        body: The template.
        given: What the parent stack gives to the parameters of a nested one, in the one form already.
    """

    def __init__(self, body: Mapping[str, Value], given: Mapping[str, Value] | None = None) -> None:
        self._body = body
        self._given = given or {}
        self._depth = 0

    def plain(self, value: Value) -> Value:
        """The value in its one form; None if there is none.

        Raises:
            DataError: If it is nested without end, as conditions that name each other are.
        """
        found = self._plain(value)
        return None if found is _ABSENT else found

    def section(self, name: str) -> dict[str, Value]:
        """A part of the template: `Resources`, `Parameters` …; empty if it is none."""
        found = self._body.get(name)
        return found if isinstance(found, dict) else {}

    def _plain(self, value: Value) -> Value:
        self._depth += 1
        try:
            if self._depth > _DEEPEST:
                raise DataError("the template is nested too deeply, or a condition names itself")
            if isinstance(value, dict):
                return self._mapping(value)
            if isinstance(value, list):
                return [one for one in map(self._plain, value) if one is not _ABSENT]
            if value is None:
                return _ABSENT
            return str(value).lower() if isinstance(value, bool) else str(value)
        finally:
            self._depth -= 1

    def _mapping(self, value: dict[str, Value]) -> Value:
        if len(value) == 1:
            ((name, argument),) = value.items()
            function = _FUNCTIONS.get(name)
            if function is not None:
                return function(self, argument)
        found = {str(name): self._plain(one) for name, one in value.items()}
        return {name: one for name, one in found.items() if one is not _ABSENT}

    def _ref(self, name: Value) -> Value:
        if name == "AWS::NoValue":
            return _ABSENT
        if not isinstance(name, str):
            return {"Ref": self._plain(name)}
        if name in self._given:
            return {"FromParent": self._given[name]}
        parameter = self.section("Parameters").get(name)
        if not isinstance(parameter, dict):
            return {"Ref": name}
        # Its value is not in the template. Another default is another value, unless the old one is kept.
        return {"Ref": name, "Default": parameter["Default"]} if "Default" in parameter else {"Ref": name}

    def _get_att(self, argument: Value) -> Value:
        if isinstance(argument, str):
            argument = argument.split(".", 1)
        return {"Fn::GetAtt": self._plain(argument)}

    def _sub(self, argument: Value) -> Value:
        text, variables = argument, {}
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], dict):
            text, variables = argument
        if not isinstance(text, str):
            return {"Fn::Sub": self._plain(argument)}
        parts: list[Value] = []
        end = 0
        for match in _VARIABLE.finditer(text):
            parts.append(text[end : match.start()])
            end = match.end()
            name = match[1].strip()
            if name.startswith("!"):
                parts.append(f"${{{name[1:]}}}")
            elif name in variables:
                parts.append(self._plain(variables[name]))
            else:
                parts.append(self._get_att(name) if "." in name else self._ref(name))
        return _joined([*parts, text[end:]])

    def _join(self, argument: Value) -> Value:
        if not (isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list)):
            return {"Fn::Join": self._plain(argument)}
        delimiter, members = str(argument[0]), argument[1]
        parts: list[Value] = []
        for member in map(self._plain, members):
            if member is not _ABSENT:
                parts += [delimiter, member] if parts else [member]
        return _joined(parts)

    def _find_in_map(self, argument: Value) -> Value:
        keys = self._plain(argument)
        found: Value = self.section("Mappings")
        for key in keys if isinstance(keys, list) else ():
            if not isinstance(key, str) or not isinstance(found, dict) or key not in found:
                return {"Fn::FindInMap": [keys, found]}
            found = found[key]
        return self._plain(found)

    def _if(self, argument: Value) -> Value:
        if not isinstance(argument, list) or len(argument) != 3:
            return {"Fn::If": self._plain(argument)}
        yes, no = self._plain(argument[1]), self._plain(argument[2])
        if yes == no:
            return yes
        shown = ["(none)" if one is _ABSENT else one for one in (yes, no)]
        return {"Fn::If": [self.condition(argument[0]), *shown]}

    def condition(self, name: Value) -> Value:
        """What a condition asks, in its one form; None for none."""
        if name is None:
            return None
        asked = self.section("Conditions").get(name) if isinstance(name, str) else None
        return {"Condition": name if asked is None else self._plain(asked)}


_FUNCTIONS: Final = {
    "Ref": Values._ref,  # noqa: SLF001 - its own table of functions
    "Condition": Values.condition,
    "Fn::GetAtt": Values._get_att,  # noqa: SLF001
    "Fn::Sub": Values._sub,  # noqa: SLF001
    "Fn::Join": Values._join,  # noqa: SLF001
    "Fn::FindInMap": Values._find_in_map,  # noqa: SLF001
    "Fn::If": Values._if,  # noqa: SLF001
}


def _joined(parts: list[Value]) -> Value:
    """Parts that follow each other: neighbouring texts become one."""
    flat: list[Value] = []
    for part in parts:
        inner = part.get("Fn::Join") if isinstance(part, dict) else None
        for one in inner[1] if isinstance(inner, list) and inner[0] == "" else [part]:
            if isinstance(one, str) and flat and isinstance(flat[-1], str):
                flat[-1] += one
            elif one not in ("", _ABSENT):
                flat.append(one)
    if not flat:
        return ""
    return flat[0] if len(flat) == 1 else {"Fn::Join": ["", flat]}


def references(value: Value) -> set[str]:
    """The logical ids of resources, and names of parameters, that a value (in its one form) refers to."""
    if isinstance(value, list):
        return set().union(*map(references, value))
    if not isinstance(value, dict):
        return set()
    if isinstance(value.get("Ref"), str):
        return {value["Ref"]}
    attribute = value.get("Fn::GetAtt")
    if isinstance(attribute, list) and attribute and isinstance(attribute[0], str):
        return {attribute[0]}
    return set().union(*map(references, value.values()))
