"""Local data as a file asset in CDK's bootstrap bucket: `ImportData.from_asset`."""

from __future__ import annotations

from aws_cdk import AssetHashType, Stack, Token
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from .binding import BoundData, compression_of
from .dataset.staging import merged_name
from .frozen import STAND_IN, Frozen, stand_in, warn_of_freezing
from .local_data import LocalData
from .on_data_change import OnDataChange
from .preflight import PreflightCheck


class AssetData:
    """One file asset: no bucket, no Lambda; the CDK CLI uploads it before the deploy begins."""

    def __init__(self, local: LocalData, frozen: Frozen | None = None) -> None:
        self._local = local
        self._frozen = frozen
        self.input_format = local.input_format
        self.compression_type = local.compression_type

    def frozen(self, content_hash: str | None) -> AssetData:
        """The key of an asset that was uploaded once, beside an empty one that names its bucket."""
        return AssetData(self._local, Frozen(content_hash))

    def check(self, on_data_change: OnDataChange) -> None:
        """Raises `ValueError` unless the policy fits."""
        if not on_data_change.replaces:
            raise ValueError(
                "ImportData.from_asset needs on_data_change=OnDataChange.replace(): the key of an asset is"
                " the hash of its content, so changed data is a changed import, which CloudFormation answers"
                " with a new table; to keep the table, use ImportData.from_path"
            )
        if self._frozen:
            self._frozen.check(
                on_data_change,
                length=64,
                where="the 64 hexadecimal digits before the suffix of S3KeyPrefix in the table's"
                " ImportSourceSpecification, in the deployed template",
            )

    def bind(
        self,
        scope: Construct,
        on_data_change: OnDataChange,  # noqa: ARG002
        preflight: PreflightCheck,
    ) -> BoundData:
        """Makes the asset."""
        if self._frozen:
            return self._bind_frozen(scope, self._frozen.content_hash or "")
        self._local.note(scope)
        with self._local.staged(scope, preflight, merge=True, hashed=True) as staged:
            asset = s3_assets.Asset(
                scope,
                "Asset",
                path=str(staged.path / staged.names[0]),
                asset_hash=staged.digest,
                asset_hash_type=AssetHashType.CUSTOM,
            )
        content_hash = asset.asset_hash if Stack.of(scope).bundling_required else None
        return BoundData(asset.bucket, asset.s3_object_key, content_hash=content_hash)

    def _bind_frozen(self, scope: Construct, content_hash: str) -> BoundData:
        warn_of_freezing(scope)
        # Of the same suffix, which is a part of the key.
        name = merged_name(self.input_format.input_format, compression_of(self.compression_type))
        with stand_in(scope, name) as folder:
            asset = s3_assets.Asset(
                scope,
                "Asset",
                path=str(folder / name),
                asset_hash=STAND_IN,
                asset_hash_type=AssetHashType.CUSTOM,
            )
        if Token.is_unresolved(asset.s3_object_key):
            raise ValueError(
                "frozen() needs to know the asset's key at synth, which this stack's synthesizer leaves to a"
                " parameter; use ImportData.from_bucket with the bootstrap bucket and S3KeyPrefix as deployed"
            )
        key = asset.s3_object_key.replace(asset.asset_hash, content_hash)
        return BoundData(asset.bucket, key, content_hash=content_hash)
