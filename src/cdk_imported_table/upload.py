"""Local data in a bucket: `ImportData.from_path` and `ImportData.from_items`."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Annotations, AssetHashType, CfnResource, RemovalPolicy, Resource, Stack
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from constructs import Construct

from . import key_prefix as key_prefixes
from .arguments import check_bucket
from .binding import BoundData
from .bucket_data import foreign_owner, tell_about_key
from .frozen import STAND_IN, Frozen, stand_in, warn_of_freezing
from .handler_size import handler_size_for
from .local_data import LocalData, StagedFolder
from .on_data_change import OnDataChange
from .preflight import PreflightCheck


class Upload:
    """A `BucketDeployment` into a bucket, our own or the caller's."""

    def __init__(
        self,
        local: LocalData,
        *,
        bucket: s3.IBucket | None,
        key_prefix: str | None,
        frozen: Frozen | None = None,
    ) -> None:
        if bucket is not None:
            check_bucket(bucket)
        self._local = local
        self._bucket = bucket
        self._key_prefix = None if key_prefix is None else key_prefixes.checked(key_prefix)
        self._frozen = frozen
        self.input_format = local.input_format
        self.compression_type = local.compression_type

    def frozen(self, content_hash: str | None) -> Upload:
        """The same bucket, prefix and upload, which from now on brings nothing."""
        return Upload(
            self._local, bucket=self._bucket, key_prefix=self._key_prefix, frozen=Frozen(content_hash)
        )

    def check(self, on_data_change: OnDataChange) -> None:
        """Goes with every policy; frozen data has to say its hash where the prefix holds it."""
        if self._frozen:
            self._frozen.check(
                on_data_change,
                length=key_prefixes.HASH_LENGTH,
                where=f"the {key_prefixes.HASH_LENGTH} hexadecimal digits at the end of S3KeyPrefix in the"
                " table's ImportSourceSpecification, in the deployed template",
            )

    def bind(self, scope: Construct, on_data_change: OnDataChange, preflight: PreflightCheck) -> BoundData:
        """Makes the deployment, and a bucket where none was given."""
        if self._frozen:
            warn_of_freezing(scope)
            with stand_in(scope, "frozen") as folder:
                staged = StagedFolder(folder, ["frozen"], 0, self._frozen.content_hash or "", STAND_IN)
                return self._deployed(scope, on_data_change, staged)
        self._local.note(scope)
        with self._local.staged(scope, preflight, hashed=on_data_change.replaces) as staged:
            return self._deployed(scope, on_data_change, staged)

    def _deployed(self, scope: Construct, on_data_change: OnDataChange, staged: StagedFolder) -> BoundData:
        handler_size = handler_size_for(staged.size)
        own = None if self._bucket else _staging_bucket(scope)
        bucket = own or self._bucket
        assert bucket is not None
        prefix = self._key_prefix or (key_prefixes.of_construct(scope) if self._bucket else "data/")
        key_prefixes.claim(scope, bucket, prefix)
        version, content_hash = "", None
        if on_data_change.replaces:
            # In the id too: so the new upload is another resource, which comes before the new table, and
            # the old one goes after the old table, in CloudFormation's clean-up, or not at all if it
            # rolls back.
            prefix, version = key_prefixes.with_hash(prefix, staged.digest), staged.digest[:8]
            if self._frozen or Stack.of(scope).bundling_required:
                content_hash = staged.digest[: key_prefixes.HASH_LENGTH]
        deployment = s3_deployment.BucketDeployment(
            scope,
            f"Deployment{version}",
            destination_bucket=_untagged(scope, bucket),
            destination_key_prefix=prefix,
            sources=[
                s3_deployment.Source.asset(
                    str(staged.path), asset_hash=staged.content, asset_hash_type=AssetHashType.CUSTOM
                )
            ],
            retain_on_delete=False,
            # Frozen: it stays, because taken out of the stack it would delete the objects, as it does at the
            # stack's end. But it brings nothing, and removes nothing that it did not bring.
            prune=False if self._frozen else None,
            exclude=["*"] if self._frozen else None,
        )
        handler_size.apply(deployment)
        if own:  # it has no key, and is in the stack's own account
            if own.policy:
                deployment.node.add_dependency(own.policy)  # TLS-only from the first object on
            return BoundData(bucket, prefix, None, deployment, [deployment], content_hash)
        tell_about_key(scope, bucket)
        owner = foreign_owner(scope, bucket)
        if owner is not None:
            Annotations.of(scope).add_warning_v2(
                "cdk-imported-table:foreignUpload",
                f"the bucket belongs to account {owner}, where CDK changes no policy. Unless this stack is"
                " deployed into that account, the bucket's policy must let this account upload"
                " (s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject), or the deploy fails; the"
                " import reads there, too (rule 7.4). Write such a policy, or use a bucket of this account",
            )
        return BoundData(bucket, prefix, owner, deployment, [deployment], content_hash)


def repeat_for(deployment: s3_deployment.BucketDeployment, properties: Mapping[str, object]) -> None:
    """Makes the upload run again when one of these properties changes, though its files do not.

    They are those that replace the table. The objects may be gone by then, removed by a lifecycle rule, by a
    person, or by the upload of a construct that had another id and the same prefix; and an import that finds
    nothing succeeds, with an empty table (rule 1.4).
    """
    upload = deployment.node.find_child("CustomResource").node.default_child
    assert isinstance(upload, CfnResource)
    # A property that the handler does not know.
    upload.add_property_override("RepeatFor", dict(properties))


def _staging_bucket(scope: Construct) -> s3.Bucket:
    return s3.Bucket(
        scope,
        "StagingBucket",
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        # Empty by then: the deployment takes its files along. auto_delete_objects would cost a second Lambda.
        removal_policy=RemovalPolicy.DESTROY,
    )


def _untagged(scope: Construct, bucket: s3.IBucket) -> s3.IBucket:
    """The same bucket, as one that CDK did not make.

    `BucketDeployment` tags a bucket of the app, and its handler then leaves the files there for good: the
    bucket could not be deleted with the stack.
    """
    if not Resource.is_owned_resource(bucket):
        return bucket
    return s3.Bucket.from_bucket_attributes(
        scope, "DestinationBucket", bucket_name=bucket.bucket_name, encryption_key=bucket.encryption_key
    )
