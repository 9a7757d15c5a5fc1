"""Rules about DynamoDB JSON as text, before any value is looked at (section 2)."""

from __future__ import annotations

from .rule import Confidence, Effect, Rule, Severity, lines

_GOOD = lines('{"Item":{"pk":{"S":"a"}}}\n{"Item":{"pk":{"S":"b"}}}\n')
_FORMAT = "DynamoDB developer guide, S3DataImport.Format"

RULES = [
    Rule(
        id="bad-json",
        section="2.4",
        title="every line is valid JSON",
        why="DynamoDB counts one error and skips the rest of the object: 10 lines with a bad sixth import 5.",
        mend="write the line again with a JSON library; a cut-off line means a cut-off file",
        source="measured against the service",
        confidence=Confidence.HIGH,
        effect=Effect.PARSE,
        words="Unexpected token",
        good=_GOOD,
        bad=lines('{"Item":{"pk":{"S":"a"}}\n{"Item":{"pk":{"S":"b"}}}\n'),
    ),
    Rule(
        id="no-item",
        section="2.3",
        title='every line has the top level member "Item"',
        why=(
            "A bare item is not recognised: one error, and the rest of the object is skipped. Incremental"
            " exports (`Keys`, `NewImage`) and manifests have no `Item` either (rules 1.2, 1.9)."
        ),
        mend='wrap each item as {"Item": {…}}; leave manifests out; import full exports only',
        source=f"{_FORMAT}; measured against the service",
        confidence=Confidence.HIGH,
        effect=Effect.PARSE,
        words="Expected 'Item' top level container",
        good=_GOOD,
        bad=lines('{"pk":{"S":"a"}}\n'),
    ),
    Rule(
        id="invalid-utf8",
        section="2.1",
        title="the text is UTF-8",
        why="Other encodings are not documented to work; what an import makes of the bytes is not known.",
        mend="convert the file to UTF-8 from the encoding that it was written in",
        source=_FORMAT,
        confidence=Confidence.MEDIUM,
        effect=Effect.PARSE,
        good=lines('{"Item":{"pk":{"S":"é"}}}\n'),
        bad=lines(b'{"Item":{"pk":{"S":"\xe9"}}}\n'),
    ),
    Rule(
        id="byte-order-mark",
        section="2.7",
        title="the file does not begin with a byte order mark",
        why="It is not known whether the import skips it; JSON readers often refuse it.",
        mend="save the file as UTF-8 without BOM",
        source="none",
        confidence=Confidence.UNKNOWN,
        severity=Severity.WARNING,
        effect=Effect.NOTHING,
        good=_GOOD,
        bad=lines(b"\xef\xbb\xbf" + _GOOD.data),
    ),
    Rule(
        id="crlf",
        section="2.7",
        title="lines end in LF",
        why="CRLF is white space to a JSON reader, but no source says what the import does.",
        mend="convert the line ends to LF (git: `*.json text eol=lf` in .gitattributes)",
        source="none",
        confidence=Confidence.UNKNOWN,
        severity=Severity.WARNING,
        effect=Effect.NOTHING,
        good=_GOOD,
        bad=lines(b'{"Item":{"pk":{"S":"a"}}}\r\n'),
    ),
    Rule(
        id="duplicate-name",
        section="2.7",
        title="a name stands once in an object",
        why="Which of the two values is taken, or whether the line is refused, is not known.",
        mend="remove one of the two",
        source="none",
        confidence=Confidence.UNKNOWN,
        severity=Severity.WARNING,
        effect=Effect.NOTHING,
        good=_GOOD,
        bad=lines('{"Item":{"pk":{"S":"a"},"n":{"N":"1"},"n":{"N":"2"}}}\n'),
    ),
    Rule(
        id="beside-item",
        section="2.7",
        title='nothing stands beside "Item"',
        why="What the import does with other members is not known.",
        mend="remove the other members, or move them into the item",
        source="none",
        confidence=Confidence.UNKNOWN,
        severity=Severity.WARNING,
        effect=Effect.NOTHING,
        good=_GOOD,
        bad=lines('{"Item":{"pk":{"S":"a"}},"Version":1}\n'),
    ),
    Rule(
        id="lone-surrogate",
        section="2.7",
        title="escaped text is valid Unicode",
        why="Half of a surrogate pair is not a character; what is stored for it is not known.",
        mend="write the text as UTF-8, without \\u escapes",
        source="none",
        confidence=Confidence.UNKNOWN,
        severity=Severity.WARNING,
        effect=Effect.NOTHING,
        good=lines('{"Item":{"pk":{"S":"\\ud83d\\ude00"}}}\n'),
        bad=lines('{"Item":{"pk":{"S":"\\ud83d"}}}\n'),
    ),
    Rule(
        id="records-on-one-line",
        section="2.5",
        title="one item stands on one line",
        why="Several items on one line were all imported in a measured run, but no document promises it.",
        mend="put a line end between the items",
        source="measured by moto's tests",
        confidence=Confidence.MEDIUM,
        severity=Severity.WARNING,
        effect=Effect.NOTHING,
        good=_GOOD,
        bad=lines('{"Item":{"pk":{"S":"a"}}}{"Item":{"pk":{"S":"b"}}}\n'),
    ),
    Rule(
        id="item-over-lines",
        section="2.6",
        title="an item does not go over several lines",
        why=(
            'The documentation says that newlines "shouldn\'t be used within an item object"; what happens is'
            " not known."
        ),
        mend="write each item compactly, on one line (`jq -c .`)",
        source=_FORMAT,
        confidence=Confidence.UNKNOWN,
        severity=Severity.WARNING,
        effect=Effect.NOTHING,
        good=_GOOD,
        bad=lines('{"Item":{\n  "pk":{"S":"a"}\n}}\n'),
    ),
    Rule(
        id="json-array",
        section="2.6",
        title="the items do not stand in a JSON array",
        why=(
            "An old page of the documentation showed an array, the newest does not; what happens is not"
            " known."
        ),
        mend="write one item a line, without brackets and commas (`jq -c '.[]'`)",
        source="an old revision of S3DataImport.Format",
        confidence=Confidence.UNKNOWN,
        severity=Severity.WARNING,
        effect=Effect.NOTHING,
        good=_GOOD,
        bad=lines('[{"Item":{"pk":{"S":"a"}}},\n{"Item":{"pk":{"S":"b"}}}]\n'),
    ),
    Rule(
        id="not-checked",
        section="4.7",
        title="a record is short enough to be checked",
        why=(
            "A record of more than 8 MiB of text was not read: the items that are allowed are 400 KB. It"
            " holds mostly white space or zeros, so it may be good."
        ),
        mend="write the record compactly",
        source="none",
        confidence=Confidence.UNKNOWN,
        severity=Severity.WARNING,
        effect=Effect.NOTHING,
        good=_GOOD,
        bad=lines('{"Item":{"pk":' + " " * (9 << 20) + '{"S":"a"}}}\n'),
    ),
]
