"""Write API.md: every public name of the package, from its docstrings.

The source is read, never imported: jsii's metaclass hides signatures from inspection, and this way neither
Node nor the AWS CDK is needed. With --check nothing is written; the exit code is 1 when API.md is not up to
date, or when something public is not described.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec

import griffe
from griffe2md import ConfigDict, render_object_docs

from generated import ROOT, IncompleteError, write_or_check

PACKAGE = "cdk_imported_table"
TARGET = ROOT / "API.md"
# The construct comes first: it is what people look for. The rest as in `__all__`.
FIRST = "ImportedTable"

INTRODUCTION = """\
# API

<!-- Written by scripts/api.py from the docstrings. Change those, and run 'python scripts/api.py'. -->

Everything here is imported from `cdk_imported_table`; what is not here is private.
"""

STYLE: ConfigDict = {
    "members": False,
    "summary": False,
    "show_bases": False,
    "show_signature_annotations": True,
    "line_length": 100,
    "show_root_full_path": False,
    # As written: `dynamodb.Attribute`, the same as in the signature.
    "annotations_path": "source",
}

Member = griffe.Function | griffe.Attribute


def public_classes() -> list[griffe.Class]:
    """What `__all__` names, where it is defined."""
    loader = griffe.GriffeLoader(
        search_paths=[ROOT / "src"], docstring_parser=griffe.Parser("google"), allow_inspection=False
    )
    package = loader.load(PACKAGE)
    classes = []
    for name in sorted(package.exports or [], key=lambda name: name != FIRST):
        found = package[str(name)]
        try:
            target = found.final_target if isinstance(found, griffe.Alias) else found
        except griffe.AliasResolutionError:
            raise IncompleteError(f"{name} is in __all__, but is defined nowhere") from None
        if not isinstance(target, griffe.Class):
            raise IncompleteError(
                f"{name} is public, but not a class: teach scripts/api.py how to describe it"
            )
        classes.append(target)
    return classes


def public_members(cls: griffe.Class) -> list[Member]:
    """Methods, properties and constants of the class's own, in the order of the source."""
    own = [member for name, member in cls.members.items() if not name.startswith("_")]
    return [member for member in own if isinstance(member, griffe.Function | griffe.Attribute)]


def undescribed(classes: list[griffe.Class]) -> Iterator[str]:
    """Public things without a docstring, and parameters without an entry in one."""
    for cls in classes:
        for thing in [cls, *public_members(cls)]:
            if not thing.has_docstring:
                yield thing.path
        if is_constructed_by_users(cls):
            described = _described_parameters(cls) | _described_parameters(cls.members["__init__"])
            yield from (f"{cls.path}({name})" for name in _parameters(cls.members["__init__"]) - described)
        for member in public_members(cls):
            if isinstance(member, griffe.Function):
                missing = _parameters(member) - _described_parameters(member)
                yield from (f"{member.path}({name})" for name in sorted(missing))


def is_constructed_by_users(cls: griffe.Class) -> bool:
    """Whether a docstring describes the constructor: an enum-like class has factories instead."""
    init = cls.members.get("__init__")
    return init is not None and bool(_described_parameters(cls) | _described_parameters(init))


def _parameters(function: griffe.Object | griffe.Alias) -> set[str]:
    assert isinstance(function, griffe.Function)
    return {parameter.name.lstrip("*") for parameter in function.parameters} - {"self", "cls"}


def _described_parameters(thing: griffe.Object | griffe.Alias) -> set[str]:
    sections = thing.docstring.parsed if thing.docstring else []
    entries = [
        section.value for section in sections if section.kind is griffe.DocstringSectionKind.parameters
    ]
    return {parameter.name.lstrip("*") for section in entries for parameter in section}


def title(thing: griffe.Class | Member) -> str:
    """`ImportFormat`, `ImportFormat.csv`: the same name never stands over two entries."""
    parent = thing.parent
    return f"{parent.name}.{thing.name}" if isinstance(parent, griffe.Class) else thing.name


def anchor(heading: str) -> str:
    """The anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def contents(classes: list[griffe.Class]) -> str:
    """One line for a class, with its first sentence; one for its members."""
    lines = []
    for cls in classes:
        summary = cls.docstring.value.partition("\n\n")[0].replace("\n", " ") if cls.docstring else ""
        lines.append(f"- [`{cls.name}`](#{anchor(title(cls))}): {summary}")
        links = [f"[`{member.name}`](#{anchor(title(member))})" for member in public_members(cls)]
        if links:
            lines.append("  " + " · ".join(links))
    return "\n".join(lines) + "\n"


def entry(thing: griffe.Class | Member) -> str:
    """Heading, signature and docstring of one class or member."""
    level = 2 if isinstance(thing, griffe.Class) else 3
    text = render_object_docs(thing, {**STYLE, "heading_level": level}, format_md=True)
    if isinstance(thing, griffe.Class) and not is_constructed_by_users(thing):
        text = re.sub(r"\n```python\n.*?\n```\n", "", text, count=1, flags=re.DOTALL)
    if isinstance(thing, griffe.Function):
        text = text.replace(f"```python\n{thing.name}(", f"```python\n{title(thing)}(", 1)
    return plain(text.replace(f"`{thing.name}`", f"`{title(thing)}`", 1))


def plain(text: str) -> str:
    """Markdown that reads well on any site: no links to anchors that do not exist, no HTML blocks."""

    def code(match: re.Match[str]) -> str:
        linkless = re.sub(r"\[([^\]\[]+)\]\(#[^)]*\)", r"\1", match[1])
        return f"`{linkless.replace(chr(92), '')}`"

    text = re.sub(r"<code>(.*?)</code>", code, text)
    text = re.sub(r"<details[^>]*>\n<summary>(.*?)</summary>", r"**\1:**", text)
    return text.replace("\n</details>\n", "").rstrip() + "\n"


def render() -> str:
    """The whole of API.md."""
    if find_spec("black") is None:
        raise IncompleteError("black is not installed: signatures would stand in one line; run './dev test'")
    classes = public_classes()
    if missing := sorted(undescribed(classes)):
        raise IncompleteError(f"no description of {', '.join(missing)}: write it into the docstring")
    entries = [entry(thing) for cls in classes for thing in [cls, *public_members(cls)]]
    text = "\n".join([INTRODUCTION, contents(classes), *entries])
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", TARGET.name, "-"]
    return subprocess.run(
        command, input=text, capture_output=True, text=True, encoding="utf-8", check=True
    ).stdout


if __name__ == "__main__":
    sys.exit(write_or_check(__doc__, lambda: {TARGET: render()}))
