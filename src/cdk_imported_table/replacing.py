"""What a table under `OnDataChange.replace()` cannot have, and what is said of it at each synth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsii
from aws_cdk import Annotations, CfnDeletionPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct, IValidation


def check_replaceable(table_name: object, deletion_protection: object, *, deletes: bool) -> None:
    """Whether CloudFormation can put a new table in this one's place.

    Args:
        table_name: The table's fixed name; None if it has none.
        deletion_protection: Whether DynamoDB refuses to delete it.
        deletes: Whether the old table is deleted.

    Raises:
        ValueError: If not.
    """
    if table_name is not None:
        raise ValueError(
            f"table_name {table_name!r} cannot be fixed with OnDataChange.replace(): the new table is made"
            " while the old one still has the name, which CloudFormation refuses (rule 6.8); leave"
            " table_name out, or use OnDataChange.keep()"
        )
    if deletes and deletion_protection in (True, "true"):
        raise ValueError(
            "deletion_protection cannot be on with OnDataChange.replace() and RemovalPolicy.DESTROY: each"
            " change of the data deletes the old table, which DynamoDB would refuse after the new one was"
            " made; leave deletion_protection out, retain old tables, or use OnDataChange.keep()"
        )


@jsii.implements(IValidation)
class ReplaceCheck:
    """Waits for synth: aspects, and whoever has the table, may change it until then.

    Args:
        scope: The construct, which messages are about.
        cfn_table: Its table.
        overrides: What its property overrides set past `cfn_table`.
        content_hash: What stands for the data; None if it was not read.
    """

    def __init__(
        self,
        scope: Construct,
        cfn_table: dynamodb.CfnTable,
        overrides: Mapping[str, Any],
        content_hash: str | None,
    ) -> None:
        self._scope, self._cfn_table, self._overrides = scope, cfn_table, overrides
        self._content_hash = content_hash
        self._told = False

    def validate(self) -> list[str]:
        """What CDK asks at synth: one message for each error."""
        table = self._cfn_table
        # None is CloudFormation's default.
        deletes = table.cfn_options.update_replace_policy in (None, CfnDeletionPolicy.DELETE)
        self._tell(deletes=deletes)
        # CDK gives PhysicalName.GENERATE_IF_NEEDED a name once another environment refers to the table.
        final = {
            **table.stack.resolve(
                {
                    "TableName": table.table_name,
                    "DeletionProtectionEnabled": table.deletion_protection_enabled,
                }
            ),
            **self._overrides,
        }
        try:
            check_replaceable(final.get("TableName"), final.get("DeletionProtectionEnabled"), deletes=deletes)
        except ValueError as error:
            return [str(error)]
        return []

    def _tell(self, *, deletes: bool) -> None:
        if self._told:  # an app may be synthesized more than once
            return
        self._told = True
        if self._content_hash is not None:
            kept = "is deleted" if deletes else "stays, outside of the stack"
            Annotations.of(self._scope).add_info_v2(
                "cdk-imported-table:replaces",
                f"OnDataChange.replace(): this table is made of the data {self._content_hash[:16]}. Deployed"
                f" over a table of other data it is a NEW table; the old one {kept}, with all that was"
                " written into it. To know beforehand: cdk-imported-table replaces cdk.out --stack STACK",
            )
        if not deletes:
            Annotations.of(self._scope).add_warning_v2(
                "cdk-imported-table:replaceRetains",
                "OnDataChange.replace() with a removal policy that retains the table: each change of the data"
                " leaves the old table behind, no longer in the stack, and billed. Use"
                " RemovalPolicy.DESTROY, or remove old tables yourself",
            )
