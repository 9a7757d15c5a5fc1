"""Local data as a file asset in CDK's bootstrap bucket: `ImportData.from_asset`."""

from __future__ import annotations

from aws_cdk import AssetHashType
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from .binding import BoundData
from .local_data import LocalData
from .on_data_change import OnDataChange
from .preflight import PreflightCheck


class AssetData:
    """One file asset: no bucket, no Lambda; the CDK CLI uploads it before the deploy begins."""

    def __init__(self, local: LocalData) -> None:
        self._local = local
        self.input_format = local.input_format
        self.compression_type = local.compression_type

    def check(self, on_data_change: OnDataChange) -> None:
        """Raises `ValueError` unless the policy fits."""
        if not on_data_change.replaces:
            raise ValueError(
                "ImportData.from_asset needs on_data_change=OnDataChange.replace(): the key of an asset is"
                " the hash of its content, so changed data is a changed import, which CloudFormation answers"
                " with a new table; to keep the table, use ImportData.from_path"
            )

    def bind(
        self,
        scope: Construct,
        on_data_change: OnDataChange,  # noqa: ARG002
        preflight: PreflightCheck,
    ) -> BoundData:
        """Makes the asset."""
        with self._local.staged(scope, preflight, merge=True, hashed=True) as staged:
            asset = s3_assets.Asset(
                scope,
                "Asset",
                path=str(staged.path / staged.names[0]),
                asset_hash=staged.digest,
                asset_hash_type=AssetHashType.CUSTOM,
            )
        return BoundData(asset.bucket, asset.s3_object_key)
