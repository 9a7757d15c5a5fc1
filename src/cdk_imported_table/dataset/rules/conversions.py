"""Rules about data that is converted to DynamoDB JSON: what cannot be converted is not staged.

They are this library's own, and are named `convert-…`: DynamoDB never sees such a record.
"""

from __future__ import annotations

import json

from .rule import Confidence, Effect, Example, Rule, Severity

_SECTION = "conversion"
_SOURCE = "this library"
_OBJECTS = Example(b'{"pk":"a"}\n{"pk":"b","n":1.5}\n', format="json-lines")
_TYPED = ("--types", json.dumps({"price": "N"}))
_GOOD = Example(b'pk,name,price\na,"Full ""Length""\nDress",9.90\n', _TYPED, "csv")


def _lines(data: bytes, *options: str) -> Example:
    return Example(data, options, "json-lines")


def _csv(data: bytes) -> Example:
    return Example(data, _TYPED, "csv")


def _rule(id: str, title: str, fault: str, why: str, mend: str, good: Example, bad: Example) -> Rule:
    return Rule(
        id=id,
        section=_SECTION,
        title=title,
        fault=fault,
        why=why,
        mend=mend,
        source=_SOURCE,
        confidence=Confidence.HIGH,
        effect=Effect.CONVERSION,
        good=good,
        bad=bad,
    )


RULES = [
    _rule(
        "convert-type",
        "a value fits the type that is declared for its column",
        "the value does not fit its type",
        "Nothing is guessed: a value that does not fit would have to become another value or another type.",
        "mend the cell, or declare how it is written: decimal_mark, true, separator, encoding, trim",
        _GOOD,
        _csv(b'pk,price\na,"1,000"\n'),
    ),
    _rule(
        "convert-value",
        "a value has a DynamoDB type",
        "DynamoDB has no such value",
        "NaN and infinity, half of a surrogate pair, durations and the like cannot be stored.",
        "leave the value out, or write it as a string",
        _OBJECTS,
        _lines(b'{"pk":"a","n":"\\ud83d"}\n'),
    ),
    _rule(
        "convert-json",
        "the text is JSON, in which a name stands once in an object",
        "this is not the JSON that everybody reads the same",
        "Half a line means half a file. Of two values of one name, readers take either, or none.",
        "write the record again with a JSON library; for items over several lines, use ImportFormat.json()",
        _OBJECTS,
        _lines(b'{"pk":"a"\n'),
    ),
    _rule(
        "convert-object",
        "each record is a JSON object; in ImportFormat.json() they stand in one array",
        "this is no JSON object",
        "An item is a set of named attributes.",
        "write objects, one a line (ImportFormat.json_lines()) or all in one array (ImportFormat.json())",
        Example(b'[{"pk":"a"},\n {"pk":"b"}]', format="json"),
        Example(b'{"pk":"a"}\n', format="json"),
    ),
    _rule(
        "convert-text",
        "the text is UTF-8",
        "this is not UTF-8",
        "In another encoding the same bytes are other characters.",
        "convert the file to UTF-8 from the encoding that it was written in",
        _lines('{"pk":"é"}\n'.encode()),
        _lines(b'{"pk":"\xe9"}\n'),
    ),
    _rule(
        "convert-row",
        "every row has as many cells as the header",
        "the row has not as many cells as the header",
        "Which of the cells is missing cannot be known.",
        "fill the missing cells, or quote a cell that holds the delimiter",
        _GOOD,
        _csv(b"pk,price\na\n"),
    ),
    _rule(
        "convert-quote",
        "quotation marks stand around a whole cell, and doubled within it, as carriage returns",
        "a quotation mark or a carriage return stands where none may",
        "What follows a cell that is not closed could be part of it, or the next row.",
        'close the cell, and double the quotation marks within it: "Full ""Length"" Dress"',
        _GOOD,
        _csv(b'pk,price\n"a,1\n'),
    ),
    _rule(
        "convert-header",
        "columns have names, each a name of its own",
        "the columns are not told apart",
        "Of two columns with one name only one could become the attribute.",
        "rename the column in the header line",
        _GOOD,
        _csv(b"pk,price,price\na,1,2\n"),
    ),
    _rule(
        "convert-column",
        "every column that types names is a column of each file",
        "types names what is not in the file",
        "A name that is written otherwise would leave the column a string, silently.",
        "write the name in types as it is in the file: names are case-sensitive",
        _GOOD,
        _csv(b"pk,Price\na,1\n"),
    ),
    Rule(
        id="convert-unseen",
        section=_SECTION,
        title="every attribute that types names is in some item",
        fault="types names what is not in the data",
        why="An object may lack an attribute; one that all of them lack may be written otherwise there.",
        mend="write the name in types as it is in the data, or leave it out of types",
        source=_SOURCE,
        confidence=Confidence.HIGH,
        severity=Severity.WARNING,
        effect=Effect.NOTHING,
        good=_lines(b'{"pk":"a","price":"1"}\n', *_TYPED),
        bad=_lines(b'{"pk":"a","Price":"1"}\n', *_TYPED),
    ),
    _rule(
        "convert-parquet",
        "a Parquet file is complete and readable, and DynamoDB has a type for each of its columns",
        "the Parquet file cannot be read",
        "A file that was cut off has lost the description of its columns, which stands at its end.",
        "write the file again, not compressed as a whole; cast columns of other types to strings or numbers",
        _OBJECTS,
        Example(b"PAR1 and no more", format="parquet"),
    ),
]
