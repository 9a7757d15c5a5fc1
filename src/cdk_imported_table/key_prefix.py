"""Prefixes of uploads: what they may look like, and that no two of them meet in one bucket."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from weakref import WeakKeyDictionary

from aws_cdk import Reference, Token, Tokenization
from aws_cdk import aws_s3 as s3
from constructs import Construct, IConstruct

from .arguments import check_text

MAX_LENGTH: Final = 102
"""`BucketDeployment` makes a tag's key of it, which has 128 characters. (Its own message says 104.)"""
HASH_LENGTH: Final = 16


@dataclass(frozen=True)
class _Place:
    """A bucket, however the app was told which it is."""

    resource: str | None
    """The path of the app's own bucket."""
    name: str
    """The same for all that name the same bucket; stages may have buckets of one name in several accounts."""

    def is_same_as(self, other: _Place) -> bool:
        if self.resource and other.resource:
            return self.resource == other.resource
        return self.name == other.name


@dataclass(frozen=True)
class _Claim:
    prefix: str
    bucket: s3.IBucket
    path: str

    @cached_property
    def place(self) -> _Place:
        return _place(self.bucket)


_claims: WeakKeyDictionary[IConstruct, list[_Claim]] = WeakKeyDictionary()


def checked(key_prefix: str) -> str:
    """The prefix as an upload uses it: not empty, and ending in `/`.

    DynamoDB matches it as a raw string: `data` would also take `data2/…` (rule 1.1). And the handler of
    `BucketDeployment` removes what it did not bring, below its prefix: with none, from the whole bucket.
    """
    check_text("key_prefix", key_prefix, write="a string like 'seed/'")
    if Token.is_unresolved(key_prefix):
        raise ValueError(
            "key_prefix of an upload must be known at synth: if it turned out empty, the upload would remove"
            " what else is in the bucket; write it out, or upload with a construct of your own and use"
            " ImportData.from_bucket(…, uploaded_by=…)"
        )
    prefix = key_prefix if key_prefix.endswith("/") else key_prefix + "/"
    if prefix.startswith("/") or "//" in prefix or {".", ".."} & set(prefix.split("/")):
        raise ValueError(
            f"key_prefix {key_prefix!r} is not a folder in a bucket: write it like 'seed/' or 'seed/events/',"
            " not empty, and without a leading '/', '//', '.' or '..'"
        )
    if not prefix.isprintable():
        raise ValueError(f"key_prefix {key_prefix!r} has characters that cannot be printed; leave them out")
    longest = MAX_LENGTH - HASH_LENGTH - 1
    if len(prefix.encode()) > longest:
        raise ValueError(
            f"key_prefix {key_prefix!r} is {len(prefix.encode())} bytes long; at most {longest} are allowed,"
            f" so that with a hash it stays within the {MAX_LENGTH} that BucketDeployment takes"
        )
    return prefix


def of_construct(scope: Construct) -> str:
    """A prefix that no other construct has: readable first, unique by the construct's address."""
    path = re.sub(r"[^A-Za-z0-9_-]+", "-", scope.node.path).strip("-")[-60:].lstrip("-")
    return f"{path}-{scope.node.addr[-8:]}/"


def with_hash(prefix: str, digest: str) -> str:
    """The prefix of one version of the data: beside `prefix`, not below it.

    When a table goes from `keep()` to `replace()`, the old upload is deleted with all that is below its
    prefix, after the new one came.
    """
    return f"{prefix[:-1]}-{digest[:HASH_LENGTH]}/"


def claim(scope: Construct, bucket: s3.IBucket, prefix: str) -> None:
    """Notes that the upload of `scope` fills `prefix` of `bucket`.

    Raises:
        ValueError: If another upload of the app has the same prefix there, or one above or below it: each
            would delete what the other brought, and each table would import both.
    """
    node = scope.node
    mine = _Claim(prefix, bucket, node.path)
    taken = _claims.setdefault(node.root, [])
    for other in taken:
        # Names of buckets last: to learn one takes several calls into Node.
        overlap = prefix.startswith(other.prefix) or other.prefix.startswith(prefix)
        if overlap and mine.place.is_same_as(other.place):
            raise ValueError(
                f"key_prefix {prefix!r} of {mine.path!r} and {other.prefix!r} of {other.path!r} overlap in"
                " one bucket: each upload would delete the other's files, and each table import them; use"
                " prefixes beside each other, or let one upload feed both tables: ImportData.from_bucket(…,"
                " uploaded_by=first.deployment)"
            )
    taken.append(mine)


def _place(bucket: s3.IBucket) -> _Place:
    resource = _resource(bucket.bucket_name) or _resource(bucket.bucket_arn)
    name, stack = (resource.bucket_name, resource.stack) if resource else (bucket.bucket_name, bucket.stack)
    path = resource.node.path if resource else None
    if name and not Token.is_unresolved(name):
        return _Place(path, name)
    resolved = stack.resolve(name)
    if path and not isinstance(resolved, dict):  # CloudFormation names it, or CDK where it has to
        return _Place(path, path)
    # The logical id alone would be that of each stack.
    return _Place(path, f"{stack.node.addr}:{json.dumps(resolved, sort_keys=True)}")


def _resource(attribute: str) -> s3.CfnBucket | None:
    """The bucket of the app that a name or an ARN is of."""
    if not Token.is_unresolved(attribute):
        return None
    fragments = Tokenization.reverse_string(attribute)
    token = fragments.first_token if fragments.length == 1 else None
    target = token.target if isinstance(token, Reference) else None
    return target if isinstance(target, s3.CfnBucket) else None
