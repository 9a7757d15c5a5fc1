"""Talking to AWS, or to what stands in for it. Needs the extra `aws`: boto3, loaded when it is used."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from .dataset.errors import DataError

Client = Any
"""A boto3 client: its classes are made at run time."""

DEFAULT_REGION: Final = "us-east-1"
LOCAL_PATIENCE: Final = 15.0
"""Seconds for one answer of an endpoint on this machine; it is asked three times."""
_PAGE: Final = "a page that is not AWS's; is the address that of the service?"
_LOCAL_NAMES: Final = ("localhost", "localhost.localstack.cloud")


class AwsError(DataError):
    """AWS refused, or could not be reached; the message says what to do."""


def is_local(endpoint_url: str) -> bool:
    """Return whether an endpoint is on this machine, by its name: nothing is looked up.

    Raises:
        DataError: If it is no URL.
    """
    host = host_of(endpoint_url)
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in _LOCAL_NAMES or host.endswith(".localhost")


def host_of(endpoint_url: str) -> str:
    """Return the host of a URL, in lower case."""
    try:
        parts = urlsplit(endpoint_url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        raise DataError(f"endpoint {endpoint_url!r} is not a URL; write it like http://127.0.0.1:8000")
    return host


def client(
    service: str, *, endpoint_url: str | None = None, region: str | None = None, profile: str | None = None
) -> Client:
    """Make a boto3 client.

    For an endpoint on this machine, credentials are made up where the environment has none, and proxies
    are passed by.

    Raises:
        AwsError: If boto3 is not installed, or a client cannot be made.
    """
    try:
        import boto3  # noqa: PLC0415 - of the extra
        from botocore.config import Config  # noqa: PLC0415
    except ImportError:
        raise AwsError("this needs boto3: pip install 'cdk-imported-table[aws]'") from None
    options: dict[str, Any] = {"connect_timeout": 5, "read_timeout": 60, "retries": {"mode": "standard"}}
    credentials = {}
    if endpoint_url is not None and is_local(endpoint_url):
        # Checking each item against the service's model takes longer than sending it.
        options |= {"proxies": {}, "parameter_validation": False, "read_timeout": LOCAL_PATIENCE}
        region = region or region_of_environment() or DEFAULT_REGION
        if profile is None and not os.environ.get("AWS_ACCESS_KEY_ID"):
            credentials = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    with sentences():
        session = boto3.Session(profile_name=profile)
        return session.client(
            service,
            endpoint_url=endpoint_url,
            region_name=region or region_of_environment(),
            config=Config(**options),
            **credentials,
        )


def region_of_environment() -> str | None:
    """Return the region that the environment names; boto3 itself knows the second variable only."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")


@contextmanager
def sentences() -> Iterator[None]:
    """Turn boto3's errors into one sentence each.

    Raises:
        AwsError: In the place of boto3's own.
    """
    from botocore import exceptions  # noqa: PLC0415 - of the extra
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    try:
        yield
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError):
        raise AwsError(
            "there are no AWS credentials; log in (`aws sso login`), set AWS_PROFILE, or give --profile NAME"
        ) from None
    except exceptions.NoRegionError:
        raise AwsError("there is no AWS region; set AWS_REGION, or give --region NAME") from None
    except exceptions.ProfileNotFound as error:
        raise AwsError(f"{_lower(error)}; `aws configure list-profiles` names those that there are") from None
    except (
        exceptions.EndpointConnectionError,
        exceptions.ConnectTimeoutError,
        exceptions.ReadTimeoutError,
        exceptions.ConnectionClosedError,
        exceptions.ProxyConnectionError,
        exceptions.SSLError,
    ) as error:
        endpoint = error.kwargs.get("endpoint_url", "the endpoint")
        raise AwsError(
            f"{endpoint} does not answer; is the service running there, and is the address right?"
        ) from None
    except exceptions.ClientError as error:
        said = error.response.get("Error", {})
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if str(said.get("Message")).lstrip().startswith("<"):
            raise AwsError(f"{error.operation_name} was answered with HTTP {status} and {_PAGE}") from None
        message = str(said.get("Message") or "it gave no reason").rstrip(".")
        raise AwsError(
            f"{error.operation_name} was refused: {message} ({said.get('Code', 'no code')})"
        ) from None
    except ResponseParserError:
        raise AwsError(f"AWS was asked, and the answer is {_PAGE}") from None
    except exceptions.BotoCoreError as error:
        raise AwsError(f"{_lower(error)}") from None


def _lower(error: Exception) -> str:
    text = " ".join(str(error).split()).rstrip(".")
    return text[:1].lower() + text[1:]


def code_of(error: Exception) -> str:
    """Return the code of a boto3 `ClientError`; empty for what is none."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""
