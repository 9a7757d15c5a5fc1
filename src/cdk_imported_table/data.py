"""Where the items come from: `ImportData`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from aws_cdk import Token
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct, IDependable

from .arguments import check_made_by, check_text
from .asset_data import AssetData
from .binding import Binding, BoundData
from .bucket_data import BucketData
from .dataset.files import DEFAULT_EXCLUDE, resolve
from .format import ImportFormat
from .items_data import items_to_json_lines
from .local_data import LocalData
from .on_data_change import OnDataChange
from .preflight import PreflightCheck
from .upload import Upload

_EXPORT_ID: Final = re.compile(r"[0-9]{14}-[0-9a-f]{8}")


class ImportData:
    """Where the items come from, and in what form they are.

    Made by its factories, as `lambda_.Code` is; nothing is read and no construct is made before an
    `ImportedTable` is given it.

    | you have | write |
    |---|---|
    | files in your repository | `ImportData.from_path("data/", …)` |
    | files, and the table is to be the only resource | `ImportData.from_asset("data/", …)` |
    | a few items, in Python | `ImportData.from_items([{"pk": "a"}])` |
    | objects in a bucket | `ImportData.from_bucket(bucket, …)` |
    | an export of another table | `ImportData.from_export(bucket, export_id)` |
    """

    def __init__(self, binding: Binding) -> None:
        self._binding = binding

    @property
    def input_format(self) -> ImportFormat:
        """The form of the items, as it was given."""
        return self._binding.input_format

    @property
    def compression_type(self) -> dynamodb.InputCompressionType | None:
        """How the objects are stored in S3, as it was given."""
        return self._binding.compression_type

    def bind(self, scope: Construct, on_data_change: OnDataChange, preflight: PreflightCheck) -> BoundData:
        """Makes the constructs that bring the data to S3, below `scope`; `ImportedTable` calls it.

        Args:
            scope: The construct that is to own them.
            on_data_change: The policy, which decides whether the data's hash is needed.
            preflight: What checks the data on its way.

        Raises:
            ValueError: If the data cannot be used, or not with this policy.
        """
        self._binding.check(on_data_change)
        return self._binding.bind(scope, on_data_change, preflight)

    def frozen(self, *, content_hash: str | None = None) -> ImportData:
        """The same import without the data, for when it has done its work and is to leave the repository.

        The table's resource stays equal to the letter, and so do the bucket, the ids, and the objects in S3;
        but nothing is read, checked or uploaded any more, so the files may be gone. In a *new* environment
        the table starts empty, which the warning `cdk-imported-table:frozen` says at each synth. Data from
        `from_items` is frozen as `ImportData.from_path("gone", input_format=ImportFormat.dynamodb_json(), …)
        .frozen()`, with the same `bucket` and `key_prefix`. Of `from_bucket` it leaves out the local copy
        only.

        Args:
            content_hash: What stands for the data in the import under `OnDataChange.replace()`:
                `ImportedTable.content_hash` of the last synth with the data. It is in `S3KeyPrefix` of the
                deployed template too: the 16 hexadecimal digits at its end (`from_path`), or the 64 before
                its suffix (`from_asset`). Default: none, as `keep()` needs it.

        Raises:
            ValueError: When the construct is made, if `content_hash` is missing under `replace()`, is given
                under `keep()`, or is not a hash.

        Example:
            ```python
            data = ImportData.from_path("data/", input_format=ImportFormat.dynamodb_json()).frozen()
            ```
        """
        if content_hash is not None:
            check_text("content_hash", content_hash, write="ImportedTable.content_hash, a string")
        return ImportData(self._binding.frozen(content_hash))

    @staticmethod
    def from_path(
        path: str | os.PathLike[str],
        *,
        input_format: ImportFormat,
        compression_type: dynamodb.InputCompressionType | None = None,
        bucket: s3.IBucket | None = None,
        key_prefix: str | None = None,
        exclude: Sequence[str] = DEFAULT_EXCLUDE,
    ) -> ImportData:
        """Local files, put into a bucket by a `BucketDeployment` before the table is made.

        The files may be plain, gzip or zstd, seen by their first bytes: what differs from `compression_type`
        is transcoded at synth, with the warning `cdk-imported-table:transcoded`, and so is an archive of
        several gzip members or zstd frames (rule 1.7). What is uploaded changes with the files; the table's
        resource does not, unless `OnDataChange.replace()` asks for it.

        Args:
            path: A file or a folder, against the current folder. Write `Path(__file__).parent / "data"` to be
                independent of it.
            input_format: The form of the items.
            compression_type: How the objects are to be *stored in S3*. Default: none, as in DynamoDB (rule
                1.6), so that anyone can read the objects there.
            bucket: Where to put the files. Default: a bucket of our own, private, encrypted and TLS-only,
                which goes with the stack, because nobody else should need it. Nothing outside `key_prefix` is
                ever touched in yours. The account of one from `from_bucket_attributes(…, account=…)` gets
                into the import unless the stack's `env` names the same: naming it later **replaces the
                table**.
            key_prefix: The folder in the bucket. Default: `data/` in our own bucket, and one made of the
                construct's path in yours, because two uploads must not meet. A missing `/` at its end is
                added (rule 1.1). Under `replace()` the hash of the data stands before that `/`.
            exclude: Names to leave out, with `*`, `?` and `[…]`; a pattern that ends in `/` is for folders.
                Default: dotfiles, editor backups, `Thumbs.db` and folders, because every object under the
                prefix is imported as data (rule 1.2).

        Raises:
            ValueError: At once, if `key_prefix` cannot be used; when the construct is made, if there is no
                data, a file is unreadable or a broken archive, two names would become one, there are more
                than 50,000 files (rule 6.1), more data than `BucketDeployment` can carry, or, where
                `preflight` is not `FAIL`, a record that cannot be converted; `FAIL` says that at synth.

        Example:
            ```python
            data = ImportData.from_path("data/", input_format=ImportFormat.dynamodb_json())
            ```
        """
        _check_format(input_format)
        local = LocalData(
            resolve(path), input_format=input_format, compression_type=compression_type, exclude=exclude
        )
        return ImportData(Upload(local, bucket=bucket, key_prefix=key_prefix))

    @staticmethod
    def from_asset(
        path: str | os.PathLike[str],
        *,
        input_format: ImportFormat,
        compression_type: dynamodb.InputCompressionType | None = None,
        exclude: Sequence[str] = DEFAULT_EXCLUDE,
    ) -> ImportData:
        """Local files as one file asset in CDK's bootstrap bucket: the stack holds one resource, the table.

        Several files are merged into one object at synth: one CSV header, one gzip member or zstd frame.
        Needs `OnDataChange.replace()`, because an asset's key is the hash of its content. Everybody who may
        read the bootstrap bucket may read the data, and it stays there when the stack is gone.

        Args:
            path: A file or a folder, against the current folder.
            input_format: The form of the items.
            compression_type: How the object is to be *stored in S3*. Default: none, as in DynamoDB (rule
                1.6).
            exclude: Names to leave out, as in `from_path`.

        Raises:
            ValueError: When the construct is made, if the policy is not `replace()`, there is no data, a file
                is unreadable or broken, or the headers of CSV files without `types` differ.

        Example:
            ```python
            ImportedTable(
                stack,
                "Products",
                data=ImportData.from_asset("products.json.gz", input_format=ImportFormat.dynamodb_json()),
                on_data_change=OnDataChange.replace(),
                partition_key=dynamodb.Attribute(name="sku", type=dynamodb.AttributeType.STRING),
            )
            ```
        """
        _check_format(input_format)
        local = LocalData(
            resolve(path), input_format=input_format, compression_type=compression_type, exclude=exclude
        )
        return ImportData(AssetData(local))

    @staticmethod
    def from_items(
        items: Iterable[Mapping[str, Any]],
        *,
        compression_type: dynamodb.InputCompressionType | None = None,
        bucket: s3.IBucket | None = None,
        key_prefix: str | None = None,
    ) -> ImportData:
        """Items written in Python, staged as DynamoDB JSON the way `from_path` stages files.

        Takes what boto3's resource API takes, and gives: `str`, `int`, `Decimal`, `bytes`, `bool`, `None`,
        `list`, `dict` and `set`.

        Args:
            items: The items, each a dict of attribute names and values; a list, or an iterator, which is read
                at once.
            compression_type: How the object is to be stored in S3. Default: none, as in DynamoDB (rule 1.6).
            bucket: As in `from_path`.
            key_prefix: As in `from_path`.

        Raises:
            ValueError: At once, if there is no item, or a value has no DynamoDB type: a `float`, because most
                have no exact decimal form, an empty or mixed set (rule 2.13), a number beyond DynamoDB's
                (rule 2.12), a date, what holds itself, or a token whose value is not known before the deploy.

        Example:
            ```python
            data = ImportData.from_items(
                [{"pk": "a", "price": Decimal("9.90")}, {"pk": "b", "tags": {"new", "red"}}],
            )
            ```
        """
        local = LocalData(
            items_to_json_lines(items),
            input_format=ImportFormat.dynamodb_json(),
            compression_type=compression_type,
        )
        return ImportData(Upload(local, bucket=bucket, key_prefix=key_prefix))

    @staticmethod
    def from_bucket(
        bucket: s3.IBucket,
        *,
        input_format: ImportFormat,
        key_prefix: str | None = None,
        bucket_owner: str | None = None,
        compression_type: dynamodb.InputCompressionType | None = None,
        uploaded_by: IDependable | Sequence[IDependable] | None = None,
        local_copy: str | os.PathLike[str] | None = None,
    ) -> ImportData:
        """Objects that are in S3 already, or that another construct puts there.

        Goes with `OnDataChange.keep()` only: CDK does not see when objects change.

        Args:
            bucket: The bucket; of another region or account too (rule 1.11).
            input_format: The form of the items, the same for all objects (rule 1.5).
            key_prefix: What the objects' keys begin with, or one object's whole key. It is a raw string:
                `data` takes `data2/…` too (rule 1.1). Default: the whole bucket, as in DynamoDB.
            bucket_owner: The account that the bucket belongs to, 12 digits. Default: the bucket's own account
                where CDK knows it and the stack's `env` does not name the same, because DynamoDB assumes the
                caller's (rule 7.4). So naming it in `env` later **replaces the table**; stated here, it does
                not.
            compression_type: How the objects *are* stored, all of them (rule 1.6). Default: none, as in
                DynamoDB.
            uploaded_by: The construct, or constructs, that put the data there in this app. The table waits
                for them; without it the import may come first, find nothing, and succeed (rule 1.4).
            local_copy: The same data on this machine, a file or a folder with all that is below it,
                compressed as in S3. It is checked at synth and goes nowhere. Default: none, and nothing is
                checked, because synth does not look into S3.

        Raises:
            ValueError: At once, if `key_prefix` or `bucket_owner` cannot be one, or the format is one that is
                converted at synth; when the construct is made, if the policy is `replace()`.

        Example:
            ```python
            data = ImportData.from_bucket(
                bucket, key_prefix="seed/", input_format=ImportFormat.csv(), uploaded_by=deployment
            )
            ```
        """
        _check_format(input_format)
        _check_bucket_owner(bucket_owner)
        _check_source_prefix(key_prefix)
        copy = None
        if local_copy is not None:
            # Below a prefix nothing ends at a folder.
            exclude = [pattern for pattern in DEFAULT_EXCLUDE if pattern != "*/"]
            copy = LocalData(resolve(local_copy), input_format=input_format, exclude=exclude)
        return ImportData(
            BucketData(
                bucket,
                input_format=input_format,
                compression_type=compression_type,
                key_prefix=key_prefix,
                bucket_owner=bucket_owner,
                uploaded_by=uploaded_by,
                local_copy=copy,
            )
        )

    @staticmethod
    def from_export(
        bucket: s3.IBucket,
        export_id: str,
        *,
        input_format: ImportFormat | None = None,
        key_prefix: str | None = None,
        bucket_owner: str | None = None,
    ) -> ImportData:
        """A full export of another table to S3, made by DynamoDB.

        Reads `…/AWSDynamoDB/<export_id>/data/` with GZIP (rule 1.8): the folder above it holds manifests,
        which would fail the import. Incremental exports cannot be imported (rule 1.9).

        Args:
            bucket: The bucket that the export was written to.
            export_id: What stands behind `/export/` in the export's ARN, like `01693685827463-2d8752fd`.
            input_format: `ImportFormat.dynamodb_json()` or `.ion()`, as the export was made. Default:
                DynamoDB JSON, because that is the export's default.
            key_prefix: The prefix that was given to the export. Default: none.
            bucket_owner: As in `from_bucket`.

        Raises:
            ValueError: At once, if `export_id` is not one, or the format is one that no export has.

        Example:
            ```python
            data = ImportData.from_export(bucket, "01693685827463-2d8752fd")
            ```
        """
        check_text("export_id", export_id, write="a string like '01693685827463-2d8752fd'")
        if not Token.is_unresolved(export_id) and not _EXPORT_ID.fullmatch(export_id):
            raise ValueError(
                f"export_id {export_id!r} is not the id of an export: it is what stands behind '/export/' in"
                " the export's ARN, 14 digits, '-' and 8 hexadecimal digits, like '01693685827463-2d8752fd'"
            )
        input_format = ImportFormat.dynamodb_json() if input_format is None else input_format
        _check_format(input_format)
        if input_format.input_format == "CSV":
            raise ValueError("input_format CSV cannot be: DynamoDB exports DynamoDB JSON or Ion")
        _check_source_prefix(key_prefix)
        if key_prefix is not None and not Token.is_unresolved(key_prefix):
            key_prefix = key_prefix.rstrip("/")
        above = f"{key_prefix}/" if key_prefix else ""
        return ImportData.from_bucket(
            bucket,
            input_format=input_format,
            key_prefix=f"{above}AWSDynamoDB/{export_id}/data/",
            bucket_owner=bucket_owner,
            compression_type=dynamodb.InputCompressionType.GZIP,
        )


def _check_format(input_format: ImportFormat) -> None:
    write = "ImportFormat.dynamodb_json() or another of ImportFormat's factories"
    check_made_by(ImportFormat, "input_format", input_format, write=write)


def _check_bucket_owner(bucket_owner: str | None) -> None:
    if bucket_owner is None:
        return
    check_text("bucket_owner", bucket_owner, write="the account as a string, '123456789012'")
    if Token.is_unresolved(bucket_owner):
        return
    if not re.fullmatch("[0-9]{12}", bucket_owner):
        raise ValueError(f"bucket_owner {bucket_owner!r} is not an AWS account: it has 12 digits (rule 6.7)")


def _check_source_prefix(key_prefix: str | None) -> None:
    if key_prefix is None:
        return
    check_text("key_prefix", key_prefix, write="a string like 'seed/'")
    if Token.is_unresolved(key_prefix):
        return
    if not key_prefix:
        raise ValueError("key_prefix is empty; leave it out to import the whole bucket")
    if len(key_prefix) > 1024:
        raise ValueError(
            f"key_prefix is {len(key_prefix)} characters long; at most 1024 are allowed (rule 6.7)"
        )
    if key_prefix.startswith(("s3://", "arn:")):
        raise ValueError(
            f"key_prefix {key_prefix!r} is a whole address; give only what follows the bucket's name and '/'"
        )
