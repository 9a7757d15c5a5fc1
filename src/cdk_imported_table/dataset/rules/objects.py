"""Rules about whole files: compression, and files without items (section 1)."""

from __future__ import annotations

from .rule import Confidence, Effect, Example, Rule, Severity, lines

GOOD = lines('{"Item":{"pk":{"S":"a"}}}\n')
_GZIP = bytes.fromhex("1f8b08000000000002ffab56f22c49cd55b2aa562ac8068a285528592926017f6d6d2d17002e")
_MEMBER = bytes.fromhex(
    "1f8b0800000000000203ab56f22c49cd55b2aa562ac80691c14a564a894ab5b5b55c0088d721821a000000"
)
_ANOTHER = bytes.fromhex(
    "1f8b0800000000000203ab56f22c49cd55b2aa562ac80691c14a564a494ab5b5b55c0026a5b5041a000000"
)

RULES = [
    Rule(
        id="broken-archive",
        section="1.6",
        title="a gzip or zstd file is complete and undamaged",
        fault="the file cannot be decompressed: it is damaged or cut short",
        why="DynamoDB counts one error for an object that it cannot decompress, and the import fails.",
        mend="make the archive again from its source, or upload it again if it was cut short",
        source="API (InputCompressionType); measured: one error for each undecodable object",
        confidence=Confidence.HIGH,
        effect=Effect.PARSE,
        good=GOOD,
        bad=Example(_GZIP),
    ),
    Rule(
        id="wrong-compression",
        section="1.6",
        title="every file is compressed in the way that the import is told",
        fault="the file is not compressed in the way that the import is told",
        why=(
            "The compression is a property of the whole import and never looked up in the file: every file"
            " that differs is one error."
        ),
        mend="compress all files in one way and name it, or let the library transcode them",
        source="API (InputCompressionType); measured",
        confidence=Confidence.HIGH,
        effect=Effect.PARSE,
        good=Example(GOOD.data, ("--compression", "NONE")),
        bad=Example(GOOD.data, ("--compression", "GZIP")),
    ),
    Rule(
        id="several-members",
        section="1.7",
        title="a gzip file is one member, a zstd file one frame, with nothing behind it",
        fault="the file is several gzip members or zstd frames, or has bytes behind the last",
        why=(
            "It is not known whether DynamoDB reads on behind the first: if it does not, the rest is missing"
            " from the table, and nothing says so. Such files come of `gzip >>`, `bgzip` and `pzstd`."
        ),
        mend="decompress the file and compress it anew, in one go, or let the library transcode it",
        source="none",
        confidence=Confidence.UNKNOWN,
        severity=Severity.WARNING,
        effect=Effect.NOTHING,
        good=Example(_MEMBER, ("--compression", "GZIP")),
        bad=Example(_MEMBER + _ANOTHER, ("--compression", "GZIP")),
    ),
    Rule(
        id="no-items",
        section="1.4",
        title="there is at least one item",
        fault="there is no item",
        why="An import that finds nothing succeeds, and leaves an empty table.",
        mend="check the path and what is excluded",
        source="measured: status COMPLETED with all counters 0",
        confidence=Confidence.HIGH,
        severity=Severity.WARNING,
        effect=Effect.NOTHING,
        good=GOOD,
        bad=lines("\n"),
    ),
    Rule(
        id="too-many-files",
        section="6.1",
        title="an import has at most 50,000 objects",
        fault="these are more than the 50,000 objects that an import takes",
        why="DynamoDB refuses to import more objects at once.",
        mend="merge the files into fewer, larger ones",
        source="DynamoDB developer guide, S3DataImport.Validation",
        confidence=Confidence.HIGH,
        effect=Effect.NOTHING,
        good=GOOD,
        bad=GOOD,
    ),
]
