"""Following a value through the stacks of an app to the resource that it stands for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_NESTED: Final = "AWS::CloudFormation::Stack"
_DEEPEST: Final = 20
_OUTPUT: Final = "Outputs."
_KEY: Final = re.compile(r"[^/\"]+\.json")

Templates = Mapping[str, Mapping[str, Any]]
"""By name."""
Origin = tuple[str, str]
"""A template (empty for what is the same everywhere), and the value in it, as JSON."""


@dataclass
class References:
    """The stacks of an app, and how they refer to each other.

    Args:
        templates: The templates.
        keys: Which of them lies under which object key: so a nested stack is named by its parent.
    """

    templates: Templates
    keys: Mapping[str, str]

    def __post_init__(self) -> None:
        self.parents: dict[str, tuple[str, str]] = dict(self._parents())
        """Of each nested stack: the template of its parent, and its logical id there."""

    def _parents(self) -> Iterator[tuple[str, tuple[str, str]]]:
        for name, template in self.templates.items():
            for logical_id, resource in (template.get("Resources") or {}).items():
                if resource.get("Type") == _NESTED:
                    url = json.dumps((resource.get("Properties") or {}).get("TemplateURL"))
                    for key in _KEY.findall(url):
                        if key in self.keys:
                            yield self.keys[key], (name, logical_id)

    def origin(self, template: str, value: object) -> Origin:
        """Return where `value` comes from, so that two values of one resource are equal.

        Exports of other stacks, and the parameters and outputs of nested ones, are followed.
        """
        for _ in range(_DEEPEST):
            step = self._step(template, value)
            if step is None:
                break
            template, value = step
        return ("" if isinstance(value, str) else template, json.dumps(value, sort_keys=True))

    def resource(self, template: str, value: object) -> tuple[str, str] | None:
        """Return the template and the logical id of the resource that `value` is, if it is one of the app."""
        home, text = self.origin(template, value)
        found = json.loads(text)
        if not isinstance(found, dict) or len(found) != 1:
            return None
        ((function, argument),) = found.items()
        logical_id = argument if function == "Ref" else argument[0] if function == "Fn::GetAtt" else None
        if isinstance(logical_id, str) and logical_id in (self.templates[home].get("Resources") or {}):
            return home, logical_id
        return None

    def _step(self, template: str, value: object) -> tuple[str, object] | None:
        if not isinstance(value, dict) or len(value) != 1:
            return None
        ((function, argument),) = value.items()
        if function == "Fn::ImportValue" and isinstance(argument, str):
            return self._export(argument)
        if function == "Ref" and template in self.parents:
            parent, logical_id = self.parents[template]
            properties = self.templates[parent]["Resources"][logical_id].get("Properties") or {}
            given = properties.get("Parameters") or {}
            return (parent, given[argument]) if argument in given else None
        if function == "Fn::GetAtt" and isinstance(argument, list) and str(argument[-1]).startswith(_OUTPUT):
            return self._output(template, argument[0], str(argument[1]).removeprefix(_OUTPUT))
        return None

    def _output(self, template: str, logical_id: str, name: str) -> tuple[str, object] | None:
        for child, place in self.parents.items():
            if place == (template, logical_id):
                output = (self.templates[child].get("Outputs") or {}).get(name)
                return (child, output["Value"]) if output else None
        return None

    def _export(self, name: str) -> tuple[str, object] | None:
        for template, content in self.templates.items():
            for output in (content.get("Outputs") or {}).values():
                if (output.get("Export") or {}).get("Name") == name:
                    return template, output.get("Value")
        return None
