"""Buckets of other accounts: what an import needs to read from one.

MiniStack keeps accounts apart, buckets too. On AWS an import reads any bucket whose owner it names
(`S3BucketOwner`) and whose policy lets the importing account list it and get its objects.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ministack.core import responses
from ministack.services import s3

from emulator.patches import inner

_account = inner(responses, "_request_account_id")


@contextmanager
def account_of(owner: str | None) -> Iterator[None]:
    """Look at the buckets of this account; of one's own where none is named."""
    token = _account.set(owner or _account.get())
    try:
        yield
    finally:
        _account.reset(token)


def missing_permission(bucket: str, owner: str | None) -> str | None:
    """What the policy of another account's bucket does not allow; None if it allows all."""
    caller = _account.get()
    if owner is None or owner == caller:
        return None
    with account_of(owner):
        policy = inner(s3, "_bucket_policies").get(bucket)
    statements = json.loads(policy)["Statement"] if policy else []
    for action, resource in (("s3:ListBucket", ""), ("s3:GetObject", "/*")):
        if not any(_allows(one, caller, action, f"arn:aws:s3:::{bucket}{resource}") for one in statements):
            return action
    return None


def _allows(statement: dict[str, Any], caller: str, action: str, resource: str) -> bool:
    principals = _listed((statement.get("Principal") or {}).get("AWS"))
    return (
        statement.get("Effect") == "Allow"
        and any(caller in principal.split(":") for principal in principals)
        and action in _listed(statement.get("Action"))
        and resource in _listed(statement.get("Resource"))
    )


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
