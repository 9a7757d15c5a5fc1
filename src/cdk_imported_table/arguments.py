"""What was given for an argument is of the class that it has to be, or the mistake is said in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_dynamodb as dynamodb
from constructs import IDependable


def check_made_by(maker: type, name: str, value: object, *, write: str) -> None:
    """Refuses what is not an object of `maker`: a string, another class, or a factory that was not called.

    Args:
        maker: The class whose factories make the object.
        name: The argument's.
        value: What was given.
        write: What to write instead.

    Raises:
        TypeError: If it is something else.
    """
    called = getattr(value, "__qualname__", "")
    if callable(value) and called.startswith(f"{maker.__name__}."):
        raise TypeError(f"{name} is the method {called} itself; call it: {called}()")
    _check(isinstance(value, maker), name, value, write)


def check_text(name: str, value: object, *, write: str) -> None:
    """Refuses what is not a string: a number, a path."""
    _check(isinstance(value, str), name, value, write)


def texts(name: str, value: object, *, write: str) -> list[str]:
    """The strings as a list of one's own; one string is refused, whose characters would be taken for them."""
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        given = list(value)
        if all(isinstance(one, str) for one in given):
            return given
    raise _refusal(name, value, write)


def checked_overrides(value: Mapping[str, Any] | None) -> dict[str, Any]:
    """Property overrides as a dict of one's own."""
    if value is None:
        return {}
    fits = isinstance(value, Mapping) and all(isinstance(path, str) for path in value)
    _check(fits, "property_overrides", value, "a dict of paths and values, {'TableClass': 'STANDARD'}")
    return dict(value)


def attribute(name: str, value: object) -> dynamodb.Attribute:
    """A key; a dict does too, as everywhere in CDK."""
    match value:
        case dynamodb.Attribute():
            return value
        case {"name": str(key), "type": dynamodb.AttributeType() as kind, **more} if not more:
            return dynamodb.Attribute(name=key, type=kind)
    raise _refusal(name, value, "dynamodb.Attribute(name='…', type=dynamodb.AttributeType.STRING)")


def check_compression(value: object) -> None:
    """Refuses a compression by its name."""
    fits = value is None or isinstance(value, dynamodb.InputCompressionType)
    _check(fits, "compression_type", value, "dynamodb.InputCompressionType.GZIP, ZSTD or NONE")


def check_bucket(value: object) -> None:
    """Refuses a bucket by its name, and an L1 bucket."""
    # By a method: isinstance would ask Node for each property of s3.IBucket.
    fits = hasattr(value, "grant_read_write")
    _check(fits, "bucket", value, "s3.Bucket(…) or s3.Bucket.from_bucket_name(scope, id, 'name')")


def dependables(name: str, value: IDependable | Sequence[IDependable] | None) -> list[IDependable]:
    """What has to be waited for, as a list."""
    if value is None:
        return []
    given = list(value) if isinstance(value, Sequence) else [value]
    fits = all(hasattr(one, "__jsii_type__") for one in given)
    _check(fits, name, value, "the construct that uploads, or a list of constructs")
    return given


def _check(fits: bool, name: str, value: object, write: str) -> None:
    if not fits:
        raise _refusal(name, value, write)


def _refusal(name: str, value: object, write: str) -> TypeError:
    return TypeError(f"{name} cannot be {value!r}: write {write}")
