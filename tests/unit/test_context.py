"""Context keys that are written wrong are not ignored in silence."""

import json

import pytest

from cdk_imported_table import ImportedTable
from tests.unit.support import PK, imported, messages, new_stack

UNKNOWN = (
    "context 'cdk-imported-table:preflihgt' is not known and does nothing; known are"
    " 'cdk-imported-table:preflight', 'cdk-imported-table:maxLocalBytes'"
    " [ack: cdk-imported-table:unknownContext]"
)


def test_unknown_context_key_of_ours_is_warned_of_once_a_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many tables there are; the CLI gives context to the app in this variable."""
    monkeypatch.setenv("CDK_CONTEXT_JSON", json.dumps({"cdk-imported-table:preflihgt": "OFF", "a:b": "c"}))
    stack = new_stack()
    imported(stack, None)
    ImportedTable(stack, "Another", partition_key=PK)
    assert messages(stack) == [UNKNOWN]


def test_known_context_keys_are_not_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor are those of others."""
    keys = ["cdk-imported-table:preflight", "cdk-imported-table:maxLocalBytes", "@aws-cdk/core:bootstrap"]
    monkeypatch.setenv("CDK_CONTEXT_JSON", json.dumps(dict.fromkeys(keys, "1")))
    stack = new_stack()
    imported(stack, None)
    assert messages(stack) == []
