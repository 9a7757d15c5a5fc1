"""How large the function behind `BucketDeployment` has to be for the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .dataset.errors import DataError

if TYPE_CHECKING:
    from aws_cdk import aws_s3_deployment as s3_deployment

MIB: Final = 1 << 20


@dataclass(frozen=True)
class HandlerSize:
    """Memory and `/tmp` of the function, in MiB; 0 where CDK's own size is enough."""

    up_to: int
    memory_size: int = 0
    ephemeral_storage: int = 0

    def apply(self, deployment: s3_deployment.BucketDeployment) -> None:
        """Enlarges the one function that all deployments of the stack share.

        Not through `BucketDeployment`'s own `memory_limit`: that makes another function *and renames the
        upload*, whose old self would then delete the files that the new one just brought.
        """
        if not self.memory_size:
            return
        # Here, because its import takes a tenth of a second, and few need it.
        from aws_cdk import aws_lambda as lambda_  # noqa: PLC0415

        function = deployment.handler_role.node.scope
        cfn_function = function.node.default_child if function else None
        if not isinstance(cfn_function, lambda_.CfnFunction):
            return
        if (cfn_function.memory_size or 0) < self.memory_size:
            cfn_function.memory_size = self.memory_size
            cfn_function.ephemeral_storage = lambda_.CfnFunction.EphemeralStorageProperty(
                size=self.ephemeral_storage
            )


# /tmp holds the archive and its content at once. 3,008 MiB of memory is what a new AWS account may use.
_SIZES: Final = (
    HandlerSize(200 * MIB),
    HandlerSize(1800 * MIB, memory_size=2048, ephemeral_storage=4096),
    HandlerSize(4096 * MIB, memory_size=3008, ephemeral_storage=10240),
)


def handler_size_for(staged_bytes: int) -> HandlerSize:
    """The smallest size that carries the data.

    Raises:
        DataError: If there is none; it names the ways out.
    """
    for size in _SIZES:
        if staged_bytes <= size.up_to:
            return size
    raise DataError(
        f"{staged_bytes / MIB:,.0f} MiB of data are more than BucketDeployment can carry: its function has at"
        " most 10,240 MiB of /tmp, for the archive and its content together, and 15 minutes, so the limit"
        f" here is {_SIZES[-1].up_to // MIB:,} MiB; use ImportData.from_asset (no function), a"
        " compression_type, or put the data into S3 yourself and use ImportData.from_bucket"
    )
