"""What would fail the import is said at synth: the bridge between the check of the data and CDK."""

from __future__ import annotations

import importlib.util
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from enum import Enum
from pathlib import Path
from typing import Any, Final

import jsii
from aws_cdk import Annotations, Token
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct, IValidation

from . import console
from .arguments import check_made_by
from .dataset.checker import check
from .dataset.compression import Compression
from .dataset.errors import DataError
from .dataset.files import Sources
from .dataset.formats import DataFormat
from .dataset.inspection import Inspection
from .dataset.report import Finding, Report, counted
from .dataset.report_cache import identity, load, save
from .dataset.rules import RULES, Effect, Severity
from .dataset.schema import Index, Key, TableSchema
from .format import ImportFormat
from .tokens import holds_token

CONTEXT_KEY: Final = "cdk-imported-table:preflight"
_SHOWN: Final = 5
_TYPES: Final = {"STRING": "S", "NUMBER": "N", "BINARY": "B"}

OpenSources = Callable[[], AbstractContextManager[Sources]]


class Preflight(Enum):
    """What happens when the data would fail the import."""

    FAIL = "FAIL"
    """Synth stops, and so do `cdk deploy`, `cdk watch`, `python app.py` and `Template.from_stack`.

    The default: a failed import is found out minutes into the deploy, and rolls the stack back.
    """
    WARN = "WARN"
    """What would stop synth becomes a warning that can be acknowledged by the rule's id.

    But for records that cannot be converted, which would be missing from the table: they stop synth always.
    """
    OFF = "OFF"
    """The data is not checked. What cannot be converted stops synth all the same, as under `WARN`."""


def preflight_mode(scope: Construct, preflight: Preflight | None) -> Preflight:
    """What was given, or what the context says for the whole app.

    Raises:
        TypeError: If something else than a mode was given.
        ValueError: If the context says something else than a mode.
    """
    if preflight is not None:
        modes = [f"Preflight.{mode.name}" for mode in Preflight]
        check_made_by(Preflight, "preflight", preflight, write=f"{', '.join(modes[:-1])} or {modes[-1]}")
        return preflight
    said = scope.node.try_get_context(CONTEXT_KEY)
    if said is None:
        return Preflight.FAIL
    try:
        return Preflight(str(said).upper())
    except ValueError:
        allowed = ", ".join(mode.value for mode in Preflight)
        raise ValueError(f"context {CONTEXT_KEY!r} is {said!r}; allowed are {allowed}") from None


@jsii.implements(IValidation)
class PreflightCheck:
    """One construct's preflight: the pass over the data when it is made, and the verdict at synth.

    The pass knows the table's keys; indexes may be added until synth. So it notes the types and lengths that
    it saw, and only where an index may be broken by them is the data read again, to name the lines.

    Args:
        scope: The construct, which messages are about.
        mode: What a broken rule leads to.
        schema: The table's keys and time to live; None if they are only known at deploy time.
        overrides: The paths of property overrides, which no construct shows.
    """

    def __init__(
        self, scope: Construct, mode: Preflight, schema: TableSchema | None, overrides: Iterable[str] = ()
    ) -> None:
        self._scope, self._mode, self._schema = scope, mode, schema
        self._other_keys = next(filter(changes_keys, overrides), None)
        self._report: Report | None = None
        self._open: OpenSources | None = None
        self._format: DataFormat | None = None
        self._compression: Compression | None = None
        self._cfn_table: dynamodb.CfnTable | None = None
        self._root = Path()
        self._warned = False

    @property
    def schema(self) -> TableSchema | None:
        """The table's keys; None if they are only known at deploy time."""
        return self._schema

    def begin(self, sources: Sources, input_format: ImportFormat, opener: OpenSources) -> Inspection | None:
        """What is to look at the files while they are staged; None where nothing has to."""
        if not self._may_check(sources, input_format, opener):
            return None
        assert self._schema is not None
        assert self._format is not None
        self._key = identity(sources.files, self._format, self._schema)
        self._report = load(self._key)
        if self._report is not None:
            return None
        return Inspection(self._format, self._schema)

    def begin_unjudged(self, input_format: ImportFormat) -> Inspection:
        """What is to look at the files while they are converted, where nothing has to be checked.

        Raises:
            DataError: If that needs what is only known at deploy time.
        """
        if self._schema is None:
            raise DataError(
                "a key of the table has a name that is only known at deploy time, but data that is converted"
                " at synth needs its type; write the name out"
            )
        return Inspection(input_format.to_data_format(), self._schema, judged=False)

    def stop_unconverted(self, found: Report) -> None:
        """Stops where records cannot be converted and no verdict says so: they would be missing, silently.

        Raises:
            DataError: With the first of them.
        """
        if self._report is not None and self._mode is Preflight.FAIL:
            return
        errors = [one for one in found.findings if RULES[one.rule].effect is Effect.CONVERSION]
        count = sum(n for rule, n in found.counts.items() if RULES[rule].effect is Effect.CONVERSION)
        if count:
            raise DataError(
                f"the data cannot be converted, {counted(count, 'error')}:{self._listed(errors, count)}\n"
                "  preflight is no way around this: what is not converted would be missing from the table"
            )

    def finish(self, inspection: Inspection, sources: Sources) -> None:
        """All files were looked at."""
        self._report = inspection.report(sources.files)
        save(self._key, self._report)

    def check_copy(
        self, sources: Sources, input_format: ImportFormat, compression: Compression, opener: OpenSources
    ) -> None:
        """Checks what nobody stages: a local copy of data that is in S3 already, stored as it is there."""
        if self._may_check(sources, input_format, opener):
            assert self._schema is not None
            self._compression = compression
            self._report = self._checked(sources, self._schema)

    def skip(self, reason: str) -> None:
        """Says that nothing was checked, and why."""
        Annotations.of(self._scope).add_info_v2(
            "cdk-imported-table:notChecked", f"the data is not checked before the import: {reason}"
        )

    def judge(self, cfn_table: dynamodb.CfnTable) -> None:
        """Has CDK ask for the verdict at synth, when the table has all its indexes."""
        self._cfn_table = cfn_table
        self._scope.node.add_validation(self)

    def validate(self) -> list[str]:
        """What CDK asks at synth: one message for all errors."""
        if self._report is None or self._schema is None:
            return []
        assert self._cfn_table is not None
        assert self._open is not None
        report = self._report
        schema = _with_indexes(self._schema, self._cfn_table)
        if schema != self._schema and report.attributes.may_break(schema):
            with self._open() as sources:
                report = self._checked(sources, schema)
        self._warn(report)
        if not report.error_count or self._mode is Preflight.WARN:
            return []
        return [self._failure(report)]

    def _may_check(self, sources: Sources, input_format: ImportFormat, opener: OpenSources) -> bool:
        self._open, self._root = opener, sources.root
        if self._mode is Preflight.OFF:
            self.skip("preflight is OFF")
            return False
        if self._other_keys is not None:
            self.skip(f"property_overrides has {self._other_keys!r}, which changes the keys to check it by")
            return False
        if self._schema is None or any(map(holds_token, input_format.header_list or ())):
            self.skip("a key or a column has a name that is only known at deploy time")
            return False
        if input_format.input_format == "ION" and not _ion_is_installed():
            self.skip("Ion is read with the extra: pip install 'cdk-imported-table[ion]'")
            return False
        self._format = input_format.to_data_format()
        return True

    def _checked(self, sources: Sources, schema: TableSchema) -> Report:
        assert self._format is not None
        key = f"{identity(sources.files, self._format, schema)}-{self._compression or 'any'}"
        report = load(key)
        if report is None:
            with console.progress(f"checking {self._root}", sources.size) as progress:
                report = check(
                    sources.files, self._format, schema, compression=self._compression, progress=progress
                )
            save(key, report)
        return report

    def _warn(self, report: Report) -> None:
        if self._warned:  # an app may be synthesized more than once
            return
        self._warned = True
        for rule_id, count in report.counts.items():
            if self._mode is Preflight.WARN or RULES[rule_id].severity is Severity.WARNING:
                findings = [finding for finding in report.findings if finding.rule == rule_id]
                Annotations.of(self._scope).add_warning_v2(
                    f"cdk-imported-table:{rule_id}",
                    f"found in the data, {counted(count, 'time')}:{self._listed(findings, count)}\n"
                    f"  what to do: {RULES[rule_id].mend}",
                )

    def _failure(self, report: Report) -> str:
        errors = [one for one in report.findings if one.severity is Severity.ERROR]
        rules = Counter(
            {rule: n for rule, n in report.counts.items() if RULES[rule].severity is Severity.ERROR}
        )
        mends = [f"{rule}: {RULES[rule].mend}" for rule, _ in rules.most_common(3)]
        stops = any(RULES[rule].effect is Effect.CONVERSION for rule in rules)
        return (
            f"the import would fail: {counted(report.error_count, 'error')} in"
            f" {counted(report.records, 'record')} of {counted(report.files, 'file')}:"
            f"{self._listed(errors, report.error_count)}\n  "
            + "\n  ".join(f"what to do about {mend}" for mend in mends)
            + f"\n  more about a rule: cdk-imported-table check --explain {rules.most_common(1)[0][0]}"
            + ("" if stops else "\n  preflight=Preflight.WARN goes on all the same")
        )

    def _listed(self, findings: Sequence[Finding], count: int) -> str:
        shown = [f"\n  {self._located(finding)}" for finding in findings[:_SHOWN]]
        if count > len(shown):
            shown.append(f"\n  and {count - len(shown):,} more")
        return "".join(shown)

    def _located(self, finding: Finding) -> str:
        path = self._root / finding.file if self._root.is_dir() else self._root
        here = os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
        attribute = f" attribute {finding.path!r}:" if finding.path else ""
        return f"{here}{finding.place_in_file}:{attribute} {finding.message} [{finding.rule}]"


def _ion_is_installed() -> bool:
    return (
        importlib.util.find_spec("amazon") is not None and importlib.util.find_spec("amazon.ion") is not None
    )


def changes_keys(override: str) -> bool:
    """Whether a path of a property override leads to the keys of the table or of an index."""
    name, *below = override.split(".")
    if name == "GlobalSecondaryIndexes":
        return len(below) < 2 or below[1] == "KeySchema"  # below[0] is the index's number
    return name in ("KeySchema", "AttributeDefinitions")


def schema_of(
    partition_key: dynamodb.Attribute, sort_key: dynamodb.Attribute | None, time_to_live_attribute: str | None
) -> TableSchema | None:
    """The table as the check needs it; None if a name is only known at deploy time."""
    names = [partition_key.name, sort_key and sort_key.name, time_to_live_attribute]
    if any(name is not None and Token.is_unresolved(name) for name in names):
        return None
    keys = [Key(key.name, _TYPES[key.type.value]) for key in (partition_key, sort_key) if key is not None]
    return TableSchema(keys[0], keys[1] if len(keys) > 1 else None, ttl=time_to_live_attribute)


def _with_indexes(schema: TableSchema, cfn_table: dynamodb.CfnTable) -> TableSchema:
    """The schema with the indexes that the table has by now, as its L1 resource holds them."""
    resolved = cfn_table.stack.resolve(
        {"types": cfn_table.attribute_definitions, "indexes": cfn_table.global_secondary_indexes}
    )
    types = {_get(one, "attributeName"): _get(one, "attributeType") for one in resolved.get("types") or []}
    indexes = []
    for index in resolved.get("indexes") or []:
        keys: dict[str, list[Key]] = {"HASH": [], "RANGE": []}
        for element in _get(index, "keySchema"):
            name = _get(element, "attributeName")
            if not isinstance(name, str) or types.get(name) not in _TYPES.values():
                break  # only known at deploy time
            keys[_get(element, "keyType")].append(Key(name, types[name]))
        else:
            indexes.append(Index(str(_get(index, "indexName")), tuple(keys["HASH"]), tuple(keys["RANGE"])))
    return TableSchema(schema.partition_key, schema.sort_key, tuple(indexes), schema.ttl)


def _get(properties: dict[str, Any], name: str) -> Any:  # noqa: ANN401
    """A property of a resource, which CDK spells both ways."""
    return properties.get(name, properties.get(name[0].upper() + name[1:]))
