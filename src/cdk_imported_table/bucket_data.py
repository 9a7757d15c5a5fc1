"""Data that is in S3 already: `ImportData.from_bucket` and `ImportData.from_export`."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Annotations, Stack, Token
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct, IDependable

from .arguments import check_bucket, check_compression, dependables
from .binding import BoundData, compression_of
from .format import ImportFormat
from .local_data import LocalData
from .on_data_change import OnDataChange
from .preflight import PreflightCheck
from .same_deploy import is_made_with


class BucketData:
    """Objects below a prefix, put there by somebody else."""

    def __init__(
        self,
        bucket: s3.IBucket,
        *,
        input_format: ImportFormat,
        compression_type: dynamodb.InputCompressionType | None,
        key_prefix: str | None,
        bucket_owner: str | None,
        uploaded_by: IDependable | Sequence[IDependable] | None,
        local_copy: LocalData | None,
        frozen: bool = False,
    ) -> None:
        check_bucket(bucket)
        check_compression(compression_type)
        if input_format.converted:
            raise ValueError(
                f"{input_format!r} is converted at synth, which does not look into S3; use data that is here"
                " (ImportData.from_path), or objects in a format that DynamoDB imports: dynamodb_json(),"
                " ion(), csv() without types"
            )
        self._bucket = bucket
        self.input_format = input_format
        self.compression_type = compression_type
        self._key_prefix = key_prefix
        self._bucket_owner = bucket_owner
        self._uploaded_by = dependables("uploaded_by", uploaded_by)
        self._local_copy = local_copy
        self._frozen = frozen

    def frozen(self, content_hash: str | None) -> BucketData:
        """Without the local copy, which is all that is ever read here."""
        if content_hash is not None:
            raise ValueError(
                f"frozen(content_hash={content_hash!r}) is for OnDataChange.replace() only, which data in S3"
                " cannot have; write frozen()"
            )
        return BucketData(
            self._bucket,
            input_format=self.input_format,
            compression_type=self.compression_type,
            key_prefix=self._key_prefix,
            bucket_owner=self._bucket_owner,
            uploaded_by=self._uploaded_by,
            local_copy=None,
            frozen=True,
        )

    def check(self, on_data_change: OnDataChange) -> None:
        """Raises `ValueError` unless the policy fits."""
        if on_data_change.replaces:
            raise ValueError(
                "OnDataChange.replace() cannot be used with data that is in S3 already: CDK does not see when"
                " objects change; a changed key_prefix (or export) is what makes a new table there"
            )

    def bind(
        self,
        scope: Construct,
        on_data_change: OnDataChange,  # noqa: ARG002
        preflight: PreflightCheck,
    ) -> BoundData:
        """Makes nothing, and warns of what would end in an empty table."""
        self._warn(scope)
        if self._frozen:
            preflight.skip("it is frozen, and what is in S3 is imported as it is")
        elif self._local_copy is None:
            preflight.skip("it is in S3 already; name the same data here as local_copy")
        elif Stack.of(scope).bundling_required:
            self._local_copy.note(scope)
            with self._local_copy.opened() as sources:
                preflight.check_copy(
                    sources, self.input_format, compression_of(self.compression_type), self._local_copy.opened
                )
        tell_about_key(scope, self._bucket)
        owner = self._bucket_owner or foreign_owner(scope, self._bucket)
        return BoundData(self._bucket, self._key_prefix, owner, uploaded_by=self._uploaded_by)

    def _warn(self, scope: Construct) -> None:
        prefix = self._key_prefix
        if prefix and not Token.is_unresolved(prefix) and not prefix.endswith("/"):
            last = prefix.rsplit("/", 1)[-1]
            if "." not in last:
                Annotations.of(scope).add_warning_v2(
                    "cdk-imported-table:prefixWithoutSlash",
                    f"key_prefix {prefix!r} is matched as a raw string: it also takes {prefix + '2/…'!r} and"
                    f" {prefix + '.bak'!r} (rule 1.1). Write {prefix + '/'!r} for a folder, or a whole"
                    " object key",
                )
        if not self._uploaded_by and is_made_with(Stack.of(scope), self._bucket):
            Annotations.of(scope).add_warning_v2(
                "cdk-imported-table:uploadedBy",
                "the bucket is made by this very deploy, and nothing says what fills it: when the import"
                " finds nothing it succeeds with an empty table (rules 1.4, 6.10). Name the construct that"
                " uploads as uploaded_by",
            )


def foreign_owner(scope: Construct, bucket: s3.IBucket) -> str | None:
    """The bucket's account where it is another one: DynamoDB assumes the caller's (rule 7.4)."""
    account = bucket.env.account
    return None if Token.is_unresolved(account) or account == Stack.of(scope).account else account


def tell_about_key(scope: Construct, bucket: s3.IBucket) -> None:
    """Says once who needs the bucket's key: missing access shows minutes into the deploy (rules 7.3, 7.5)."""
    if bucket.encryption_key is not None:
        Annotations.of(scope).add_info_v2(
            "cdk-imported-table:kmsDecrypt",
            "the bucket is encrypted with a KMS key: the role that deploys this stack (CDK's CloudFormation"
            " execution role) needs kms:Decrypt on it, or the import fails after it was accepted (rules 7.3,"
            " 7.5)",
        )
