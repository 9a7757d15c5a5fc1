"""What is made by one and the same deploy: a stack, together with all that is nested in it."""

from __future__ import annotations

from aws_cdk import IResource, Resource, Stack


def is_made_with(stack: Stack, resource: IResource) -> bool:
    """Whether the deploy that makes `stack` makes the resource, too: before it, it is not there."""
    return Resource.is_owned_resource(resource) and _top(resource.stack).node.addr == _top(stack).node.addr


def _top(stack: Stack) -> Stack:
    parent = stack.nested_stack_parent
    return stack if parent is None else _top(parent)
