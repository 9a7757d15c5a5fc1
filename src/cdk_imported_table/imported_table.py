"""The construct: `ImportedTable`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import jsii
from aws_cdk import Annotations, PhysicalName, RemovalPolicy, Token
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct, IValidation

from .arguments import attribute, check_made_by, checked_overrides, texts
from .binding import BoundData
from .context import warn_of_unknown_keys
from .data import ImportData
from .on_data_change import OnDataChange
from .preflight import Preflight, PreflightCheck, changes_keys, preflight_mode, schema_of
from .replacing import ReplaceCheck, check_replaceable
from .tokens import holds_token
from .upload import repeat_for

if TYPE_CHECKING:  # CDK loads its modules when they are used; so do we, or each synth would pay for them
    from aws_cdk import Duration
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_kinesis as kinesis
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_s3_deployment as s3_deployment

if TYPE_CHECKING:
    from .permissions import Statement


class ImportedTable(Construct):
    """A DynamoDB table that is born full: created through DynamoDB's native import from S3.

    Takes data and a key schema, stages the data in S3, and creates the table from it in one `cdk deploy`. The
    upload is finished before the import begins, always: an import that finds nothing *succeeds*, with an
    empty table (rule 1.4). No code of ours runs at deploy time, and the import uses no write capacity (rule
    6.2).

    The table itself is CDK's `dynamodb.Table` under the id `Default`, so its logical id is the one that
    `dynamodb.Table(self, id)` would have: one can come from the L2, and go back to it, and keep the table.

    Example:
        ```python
        events = ImportedTable(
            self,
            "CustomerEvents",
            data=ImportData.from_path("data/", input_format=ImportFormat.dynamodb_json()),
            partition_key=dynamodb.Attribute(name="PK", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="SK", type=dynamodb.AttributeType.STRING),
        )
        events.table.grant_read_data(handler)
        ```
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        partition_key: dynamodb.Attribute,
        sort_key: dynamodb.Attribute | None = None,
        data: ImportData | None = None,
        on_data_change: OnDataChange | None = None,
        preflight: Preflight | None = None,
        removal_policy: RemovalPolicy | None = None,
        billing_mode: dynamodb.BillingMode | None = None,
        read_capacity: int | None = None,
        write_capacity: int | None = None,
        max_read_request_units: int | None = None,
        max_write_request_units: int | None = None,
        warm_throughput: dynamodb.WarmThroughput | None = None,
        table_name: str | None = None,
        table_class: dynamodb.TableClass | None = None,
        deletion_protection: bool | None = None,
        encryption: dynamodb.TableEncryption | None = None,
        encryption_key: kms.IKey | None = None,
        point_in_time_recovery_specification: dynamodb.PointInTimeRecoverySpecification | None = None,
        contributor_insights_specification: dynamodb.ContributorInsightsSpecification | None = None,
        time_to_live_attribute: str | None = None,
        stream: dynamodb.StreamViewType | None = None,
        kinesis_stream: kinesis.IStream | None = None,
        kinesis_precision_timestamp: dynamodb.ApproximateCreationDateTimePrecision | None = None,
        resource_policy: iam.PolicyDocument | None = None,
        replication_regions: Sequence[str] | None = None,
        replication_timeout: Duration | None = None,
        replica_removal_policy: RemovalPolicy | None = None,
        wait_for_replication_to_finish: bool | None = None,
        property_overrides: Mapping[str, Any] | None = None,
    ) -> None:
        """Makes the table, and what its import needs.

        Args:
            scope: The parent construct.
            id: The id in it. The table's logical id is made of it, as `dynamodb.Table`'s would be.
            partition_key: Each item must have it, with this type (rules 4.1, 4.2).
            sort_key: If there is one, each item must have it too. Default: none.
            data: Where the items come from. Default: none, an ordinary empty table with the same logical id,
                for the environments that start empty. Adding or removing it later replaces the table (rule
                6.8).
            on_data_change: What a deploy does when the data changed. Default: `OnDataChange.keep()`, because
                it never takes rows away.
            preflight: What happens when the data would fail the import: `FAIL` stops synth, `WARN` warns,
                `OFF` checks nothing. Default: what the context key `cdk-imported-table:preflight` says, else
                `FAIL`, because the service says it minutes into the deploy.
            removal_policy: What becomes of the table when it leaves the stack, or is replaced. Default:
                `RETAIN_ON_UPDATE_OR_DELETE`: the data is kept, but the half-filled table of a *failed* create
                is not, which under CDK's `RETAIN` stays behind and, with a fixed name, blocks the next try
                (rule 5.11).
            billing_mode: Default: on-demand, because a table that is filled without write capacity has no
                load yet to provision for; provisioned where a capacity is given.
            read_capacity: Read capacity units a second. Default: 5 where provisioned, as in CDK.
            write_capacity: Write capacity units a second; the import uses none (rule 6.2). Default: 5 where
                provisioned, as in CDK.
            max_read_request_units: The most read request units a second, on-demand. Default: no limit.
            max_write_request_units: The most write request units a second, on-demand. Default: no limit.
            warm_throughput: Throughput that the table is ready for at once, in units a second. Default: what
                DynamoDB gives each table.
            table_name: A fixed physical name. Default: one that CloudFormation makes, because a table with a
                fixed name cannot be replaced (rule 6.8).
            table_class: Default: `STANDARD`, DynamoDB's own.
            deletion_protection: Whether DynamoDB refuses to delete the table. Default: no, as in CDK.
            encryption: Default: a key that DynamoDB owns, as in CDK: it costs nothing.
            encryption_key: The key for `CUSTOMER_MANAGED`. Default: CDK makes one where it is needed.
            point_in_time_recovery_specification: Continuous backups. Default: none, as in CDK.
            contributor_insights_specification: CloudWatch contributor insights. Default: none, as in CDK.
            time_to_live_attribute: The attribute that holds an item's time to end, in epoch seconds. Items
                whose time is past are deleted soon after the import. Default: none.
            stream: What DynamoDB Streams show of a change. The import is not a change. Default: no stream.
            kinesis_stream: A Kinesis stream for changes. Default: none.
            kinesis_precision_timestamp: The precision of its timestamps. Default: microseconds.
            resource_policy: The table's resource policy. Default: none.
            replication_regions: Regions to have a replica, made *after* the import. Default: none.
            replication_timeout: How long one region may take. Default: 30 minutes.
            replica_removal_policy: What becomes of the replicas. Default: the table's `removal_policy`.
            wait_for_replication_to_finish: Whether the deploy waits for the replicas. Default: yes.
            property_overrides: Values for paths of the CloudFormation resource, for what CDK does not model
                yet: `{"PointInTimeRecoverySpecification.RecoveryPeriodInDays": 7}`. Where they change the
                keys of the table or of an index, the data is not checked. Default: none.

        Raises:
            TypeError: If an argument is of another class.
            ValueError: If the data cannot be used; if a CSV header list lacks a key; if
                `OnDataChange.replace()` is given together with a fixed `table_name` or `deletion_protection`,
                or for data whose changes CDK cannot see; if `ImportData.from_asset` comes without
                `replace()`; if an override is aimed at the import. Local secondary indexes are refused at
                synth (rules 6.3, 6.6).
        """
        _check_classes(data, on_data_change)
        partition_key = attribute("partition_key", partition_key)
        sort_key = None if sort_key is None else attribute("sort_key", sort_key)
        overrides = checked_overrides(property_overrides)
        if replication_regions is not None:
            replication_regions = texts("replication_regions", replication_regions, write="['eu-west-1']")
        super().__init__(scope, id)
        policy = on_data_change or OnDataChange.keep()
        removal_policy = removal_policy or RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
        if data is not None:
            _check_policy(
                policy,
                removal_policy,
                overrides.get("TableName", table_name),
                overrides.get("DeletionProtectionEnabled", deletion_protection),
            )
            _check_overrides(overrides)
            if not any(map(changes_keys, overrides)):
                _check_header_list(data, partition_key, sort_key)

        warn_of_unknown_keys(self)
        check = PreflightCheck(
            self,
            preflight_mode(self, preflight),
            schema_of(partition_key, sort_key, time_to_live_attribute),
            overrides,
        )
        bound = None if data is None else data.bind(self, policy, check)
        self._bound = bound
        self._kinesis_stream = kinesis_stream
        self._overridden = list(overrides)

        self._table = dynamodb.Table(
            self,
            "Default",  # CDK leaves this id out of logical ids
            partition_key=partition_key,
            billing_mode=billing_mode or _billing_mode(read_capacity, write_capacity),
            removal_policy=removal_policy,
            import_source=None if data is None or bound is None else _import_source(data, bound),
            sort_key=sort_key,
            read_capacity=read_capacity,
            write_capacity=write_capacity,
            max_read_request_units=max_read_request_units,
            max_write_request_units=max_write_request_units,
            warm_throughput=warm_throughput,
            table_name=table_name,
            table_class=table_class,
            deletion_protection=deletion_protection,
            encryption=encryption,
            encryption_key=encryption_key,
            point_in_time_recovery_specification=point_in_time_recovery_specification,
            contributor_insights_specification=contributor_insights_specification,
            time_to_live_attribute=time_to_live_attribute,
            stream=stream,
            kinesis_stream=kinesis_stream,
            kinesis_precision_timestamp=kinesis_precision_timestamp,
            resource_policy=resource_policy,
            replication_regions=replication_regions,
            replication_timeout=replication_timeout,
            replica_removal_policy=replica_removal_policy,
            wait_for_replication_to_finish=wait_for_replication_to_finish,
        )
        cfn_table = self._table.node.default_child
        assert isinstance(cfn_table, dynamodb.CfnTable)
        for path, value in overrides.items():
            cfn_table.add_property_override(path, value)
        if bound is None:
            return

        for upload in bound.uploaded_by:
            # Or the import may come first, find nothing, and succeed (rules 1.4, 6.10).
            self._table.node.add_dependency(upload)
        if bound.deployment is not None and data is not None:
            # Of the resource: CDK's marker for a generated name can be rendered nowhere else.
            name = overrides.get("TableName", table_name and cfn_table.table_name)
            keys = {path: value for path, value in overrides.items() if changes_keys(path)}
            repeat_for(
                bound.deployment,
                {**_replaced_by(data, partition_key, sort_key, name), "KeyOverrides": keys or None},
            )
        check.judge(cfn_table)
        self.node.add_validation(_NoLocalSecondaryIndexes(self, cfn_table))
        if policy.replaces:
            self.node.add_validation(ReplaceCheck(self, cfn_table, overrides, bound.content_hash))
        if replication_regions:
            Annotations.of(self).add_warning_v2(
                "cdk-imported-table:replicationRegions",
                "replication_regions: DynamoDB imports into the table of this region only; each replica is"
                " made after the import and filled by replication, which is billed as replicated writes"
                " (rules 6.2, 6.9)",
            )

    @property
    def table(self) -> dynamodb.Table:
        """The table, for everything that takes one: `grant_read_data`, indexes, event sources."""
        return self._table

    @property
    def bucket(self) -> s3.IBucket | None:
        """The bucket that the import reads: ours, yours, or the bootstrap bucket. None without `data`."""
        return self._bound.bucket if self._bound else None

    @property
    def deployment(self) -> s3_deployment.BucketDeployment | None:
        """The upload, where this construct makes one; another table's `uploaded_by`."""
        return self._bound.deployment if self._bound else None

    @property
    def key_prefix(self) -> str | None:
        """The prefix, or the whole key, that the import reads; None for a whole bucket or no `data`."""
        return self._bound.key_prefix if self._bound else None

    @property
    def content_hash(self) -> str | None:
        """What stands for the data in the import under `replace()`; `ImportData.frozen` takes it.

        None under `keep()`, and where the data is not read: `cdk ls`, `cdk destroy`.
        """
        return self._bound.content_hash if self._bound else None

    @property
    def import_policy_document(self) -> iam.PolicyDocument:
        """What the role that deploys the table needs for its import; a new document each time.

        For bootstraps with a narrow CloudFormation execution role: CDK's own may do everything. It is empty
        without `data`. What else the stack has (a bucket, an upload) needs permissions of its own.
        """
        from .import_permissions import policy_document  # noqa: PLC0415 - what few use is not loaded by all

        return policy_document(self._statements())

    def grant_import(self, grantee: iam.IGrantable) -> iam.Grant:
        """Grants what deploying the table needs for its import: the statements of `import_policy_document`.

        The permissions must be there before the table is made, and nothing waits for them by itself: grant
        them in a stack that is deployed earlier, or call `apply_before` of the result.

        Args:
            grantee: The role that deploys: CloudFormation's execution role.
        """
        from .import_permissions import grant  # noqa: PLC0415

        return grant(grantee, self._statements())

    def _statements(self) -> list[Statement]:
        if self._bound is None:
            return []
        from .import_permissions import import_statements  # noqa: PLC0415

        return import_statements(
            self._table, self._bound, kinesis_stream=self._kinesis_stream, overridden=self._overridden
        )


@jsii.implements(IValidation)
class _NoLocalSecondaryIndexes:
    """Waits for synth, because indexes may be added to the table until then."""

    def __init__(self, owner: ImportedTable, cfn_table: dynamodb.CfnTable) -> None:
        self._owner, self._cfn_table = owner, cfn_table

    def validate(self) -> list[str]:
        """What CDK asks at synth: one message for each error."""
        indexes = self._owner.table.stack.resolve(self._cfn_table.local_secondary_indexes)
        if not indexes:
            return []
        names = ", ".join(repr(index.get("indexName", index.get("IndexName"))) for index in indexes)
        message = (
            f"local secondary indexes ({names}) cannot be had on an imported table: DynamoDB's import takes"
            " none, and they cannot be added later (rules 6.3, 6.6); use global secondary indexes"
        )
        return [message]


def _check_classes(data: ImportData | None, on_data_change: OnDataChange | None) -> None:
    if data is not None:
        write = "ImportData.from_path(…) or another of ImportData's factories"
        check_made_by(ImportData, "data", data, write=write)
    if on_data_change is not None:
        write = "OnDataChange.keep() or OnDataChange.replace()"
        check_made_by(OnDataChange, "on_data_change", on_data_change, write=write)


def _check_policy(
    policy: OnDataChange, removal_policy: RemovalPolicy, table_name: object, deletion_protection: object
) -> None:
    if not policy.replaces:
        return
    if table_name is not None and table_name == PhysicalName.GENERATE_IF_NEEDED:
        table_name = None  # whether it is needed is known at synth
    check_replaceable(table_name, deletion_protection, deletes=removal_policy is RemovalPolicy.DESTROY)


def _check_header_list(
    data: ImportData, partition_key: dynamodb.Attribute, sort_key: dynamodb.Attribute | None
) -> None:
    header_list = data.input_format.header_list
    if header_list is None or any(map(holds_token, header_list)):
        return
    for key in (partition_key, sort_key):
        if key is not None and not Token.is_unresolved(key.name) and key.name not in header_list:
            raise ValueError(
                f"header_list {header_list!r} has no column {key.name!r}, which is a key of the table: every"
                " row would fail (rule 3.7); names are case-sensitive"
            )


def _check_overrides(overrides: Mapping[str, Any]) -> None:
    for path in overrides:
        if path.split(".", 1)[0] in ("ImportSourceSpecification", "LocalSecondaryIndexes"):
            raise ValueError(
                f"property_overrides has {path!r}, which would change the import behind the back of what"
                " checks it; use data and its options"
            )


def _replaced_by(
    data: ImportData,
    partition_key: dynamodb.Attribute,
    sort_key: dynamodb.Attribute | None,
    table_name: object,
) -> dict[str, object]:
    """What makes a new table when it changes, beside the place of the data and their compression."""
    keys = [key for key in (partition_key, sort_key) if key is not None]
    return {
        "Keys": [[key.name, key.type.value] for key in keys],
        "TableName": table_name,
        "InputFormat": data.input_format.input_format,
        "Delimiter": data.input_format.delimiter,
        "HeaderList": data.input_format.header_list,
    }


def _billing_mode(read_capacity: int | None, write_capacity: int | None) -> dynamodb.BillingMode:
    provisioned = read_capacity is not None or write_capacity is not None
    return dynamodb.BillingMode.PROVISIONED if provisioned else dynamodb.BillingMode.PAY_PER_REQUEST


def _import_source(data: ImportData, bound: BoundData) -> dynamodb.ImportSourceSpecification:
    return dynamodb.ImportSourceSpecification(
        bucket=bound.bucket,
        bucket_owner=bound.bucket_owner,
        compression_type=data.compression_type,
        input_format=data.input_format.to_input_format(),
        key_prefix=bound.key_prefix,
    )
