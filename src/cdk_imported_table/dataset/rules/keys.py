"""Rules about keys, indexes, duplicates and time to live (section 4)."""

from __future__ import annotations

from .rule import Confidence, Effect, Rule, Severity, attributes, lines

_PUT_ITEM = "measured for PutItem; the import validates items by DynamoDB's rules"
_VALIDATION = "DynamoDB developer guide, S3DataImport.Validation"
_GOOD = lines('{"Item":{"pk":{"S":"a"}}}\n')
_INDEX = ("--index", "by-g:g:S")
_TTL = ("--ttl", "expires")

RULES = [
    Rule(
        id="key-missing",
        section="4.1",
        title="every item has every key attribute of the table",
        why="An item without its key cannot be stored.",
        mend="give the item its key, or correct the key's name (names are case-sensitive)",
        source=f"{_VALIDATION}; measured against the service",
        confidence=Confidence.HIGH,
        words="One or more parameter values were invalid: Missing the key {key} in the item",
        good=_GOOD,
        bad=lines('{"Item":{"PK":{"S":"a"}}}\n'),
    ),
    Rule(
        id="key-type",
        section="4.2",
        title="a key attribute has the type of the key",
        why="The key's type is fixed by the table.",
        mend="write the value with the key's type, or declare the key with the data's type",
        source="measured against the service",
        confidence=Confidence.HIGH,
        words=(
            "One or more parameter values were invalid: Type mismatch for key {key} expected: {expected} "
            "actual: {actual}"
        ),
        good=_GOOD,
        bad=lines('{"Item":{"pk":{"N":"1"}}}\n'),
    ),
    Rule(
        id="key-length",
        section="4.3",
        title="a partition key has at most 2048 bytes, a sort key 1024",
        why="Longer ones cannot be stored. Bytes are counted, not characters.",
        mend="shorten the key, for instance to a hash of it",
        source=f"DynamoDB developer guide, Constraints; {_PUT_ITEM}",
        confidence=Confidence.HIGH,
        words="One or more parameter values were invalid: {problem}",
        good=lines(f'{{"Item":{{"pk":{{"S":"{"x" * 2048}"}}}}}}\n'),
        bad=lines(f'{{"Item":{{"pk":{{"S":"{"x" * 2049}"}}}}}}\n'),
    ),
    Rule(
        id="key-empty",
        section="4.4",
        title="a key attribute is not empty",
        why="Other attributes may be empty strings, keys may not.",
        mend="give the item a key",
        source=_PUT_ITEM,
        confidence=Confidence.HIGH,
        words=(
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot"
            " contain an empty {kind} value. Key: {key}"
        ),
        good=_GOOD,
        bad=lines('{"Item":{"pk":{"S":""}}}\n'),
    ),
    Rule(
        id="index-key-type",
        section="4.6",
        title="an index key attribute, where an item has it, has the type of the key",
        why="An item may lack it (then it is not in the index), but it may not have another type.",
        mend=(
            "write the value with the key's type, or leave the attribute out; in data that is converted, name"
            " the key in types"
        ),
        source=f"{_VALIDATION}; {_PUT_ITEM}",
        confidence=Confidence.HIGH,
        words=(
            "One or more parameter values were invalid: Type mismatch for Index Key {key} Expected:"
            " {expected} Actual: {actual} IndexName: {index}"
        ),
        good=attributes('"g":{"S":"x"}', *_INDEX),
        bad=attributes('"g":{"NULL":true}', *_INDEX),
    ),
    Rule(
        id="index-key-empty",
        section="4.6",
        title="an index key attribute is not empty",
        why="An empty string is no key; leaving the attribute out keeps the item out of the index.",
        mend="leave the attribute out",
        source=_PUT_ITEM,
        confidence=Confidence.HIGH,
        words=(
            "One or more parameter values are not valid. A value specified for a secondary index key is not"
            " supported. The AttributeValue for a key attribute cannot contain an empty {kind} value."
            " IndexName: {index}, IndexKey: {key}"
        ),
        good=attributes('"other":{"S":""}', *_INDEX),
        bad=attributes('"g":{"S":""}', *_INDEX),
    ),
    Rule(
        id="index-key-length",
        section="4.6",
        title="an index partition key has at most 2048 bytes, an index sort key 1024",
        why="The limits of the table's keys hold for index keys too.",
        mend="shorten the value, or leave the attribute out",
        source=_PUT_ITEM,
        confidence=Confidence.MEDIUM,
        words="One or more parameter values were invalid: {problem}",
        good=attributes(f'"g":{{"S":"{"x" * 2048}"}}', *_INDEX),
        bad=attributes(f'"g":{{"S":"{"x" * 2049}"}}', *_INDEX),
    ),
    Rule(
        id="duplicate-key",
        section="4.8",
        title="no two items have the same key",
        fault="two items have the same key",
        why=(
            "It is no error: one of them, at random, silently wins. Both are counted as imported. Numbers are"
            " compared by value."
        ),
        mend="remove one of the two",
        source=f"{_VALIDATION}; measured against the service",
        confidence=Confidence.HIGH,
        severity=Severity.WARNING,
        effect=Effect.NOTHING,
        good=lines('{"Item":{"pk":{"S":"a"}}}\n{"Item":{"pk":{"S":"b"}}}\n'),
        bad=lines('{"Item":{"pk":{"S":"a"}}}\n{"Item":{"pk":{"S":"a"}}}\n'),
    ),
    Rule(
        id="ttl-expired",
        section="TTL",
        title="no item is expired already",
        fault="the item is expired already",
        why="DynamoDB deletes expired items within a few days of the import.",
        mend="give the item a later time, or leave the attribute out",
        source="DynamoDB developer guide, TTL",
        confidence=Confidence.HIGH,
        severity=Severity.WARNING,
        effect=Effect.NOTHING,
        good=attributes('"expires":{"N":"4102444800"}', *_TTL),
        bad=attributes('"expires":{"N":"1577836800"}', *_TTL),
    ),
    Rule(
        id="ttl-type",
        section="TTL",
        title="the time to live is a number of seconds",
        fault="the time to live is not a number of seconds",
        why="Items whose value is of another type never expire.",
        mend='write it as {"N": "<seconds since 1970>"}',
        source="DynamoDB developer guide, TTL",
        confidence=Confidence.HIGH,
        severity=Severity.WARNING,
        effect=Effect.NOTHING,
        good=attributes('"expires":{"N":"4102444800"}', *_TTL),
        bad=attributes('"expires":{"S":"2100-01-01"}', *_TTL),
    ),
]
