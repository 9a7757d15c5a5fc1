"""Rules about Amazon Ion (section 8)."""

from __future__ import annotations

from .rule import Confidence, Effect, Rule, Severity, ion

_FORMAT = "DynamoDB developer guide, S3DataImport.Format"
_GOOD = ion('$ion_1_0 {Item:{pk:"a",n:1.5}}\n')

RULES = [
    Rule(
        id="bad-ion",
        section="8.1",
        title="the text is valid Ion",
        fault="the text is not valid Ion",
        why=(
            "What cannot be read cannot be imported. Its error class is not known; as for JSON, the rest of"
            " the object is taken to be skipped."
        ),
        mend="write the record again with an Ion library",
        source=_FORMAT,
        confidence=Confidence.MEDIUM,
        effect=Effect.PARSE,
        good=_GOOD,
        bad=ion('$ion_1_0 {Item:{pk:"a"}\n$ion_1_0 {Item:{pk:"b"}}\n'),
    ),
    Rule(
        id="ion-type",
        section="8.3",
        title="values have the Ion types that DynamoDB documents",
        fault="a value has an Ion type that DynamoDB does not document",
        why=(
            "string, bool, decimal, blob, list, struct and sets ($dynamodb_SS, $dynamodb_NS, $dynamodb_BS)"
            " are documented. What the import does with int, float, timestamp, symbol, clob, sexp and null is"
            " not known."
        ),
        mend='write numbers as decimals (`5.`), text as strings ("…")',
        source=_FORMAT,
        confidence=Confidence.UNKNOWN,
        severity=Severity.WARNING,
        effect=Effect.NOTHING,
        good=_GOOD,
        bad=ion('$ion_1_0 {Item:{pk:"a",n:5}}\n'),
    ),
    Rule(
        id="ion-binary",
        section="8.3",
        title="Ion data is text",
        fault="the Ion data is binary",
        why="Binary Ion is not documented to work. The file was not checked.",
        mend="write Ion text",
        source=_FORMAT,
        confidence=Confidence.UNKNOWN,
        severity=Severity.WARNING,
        effect=Effect.NOTHING,
        good=_GOOD,
        bad=ion(b"\xe0\x01\x00\xea"),
    ),
]
