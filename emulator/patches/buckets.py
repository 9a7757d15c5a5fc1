"""`AWS::S3::Bucket` in CloudFormation: its tags, and no delete while it holds objects.

MiniStack drops the tags, which CDK's handlers read to find out whether they own a bucket's objects, and
deletes a full bucket, where CloudFormation fails with DELETE_FAILED.
"""

from typing import Any

from ministack.services import s3
from ministack.services.cloudformation import provisioners

from emulator.patches import handlers, inner

Props = dict[str, Any]
Created = tuple[str, dict[str, Any]]

_handlers = handlers("AWS::S3::Bucket")
_create, _update, _delete = (_handlers[name] for name in ("create", "update", "delete"))


def _tagged(created: Created, props: Props) -> Created:
    inner(s3, "_bucket_tags")[created[0]] = inner(provisioners, "_tag_map")(props.get("Tags") or [])
    return created


def create(logical_id: str, props: Props, stack_name: str) -> Created:
    """Create a bucket with its tags."""
    return _tagged(_create(logical_id, props, stack_name), props)


def update(physical_id: str, old: Props, new: Props, stack_name: str) -> Created:
    """Update a bucket and its tags."""
    return _tagged(_update(physical_id, old, new, stack_name), new)


def delete(physical_id: str, props: Props) -> None:
    """Delete a bucket that is empty."""
    if (inner(s3, "_buckets").get(physical_id) or {}).get("objects"):
        raise ValueError(
            f"The bucket you tried to delete is not empty: {physical_id} (Service: S3, Status Code: 409)"
        )
    _delete(physical_id, props)


_handlers.update(create=create, update=update, delete=delete)
inner(provisioners, "_s3_create")
