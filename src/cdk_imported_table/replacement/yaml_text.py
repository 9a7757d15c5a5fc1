"""Templates in YAML, with CloudFormation's tags: `!Ref`, `!Sub` and their like."""

from __future__ import annotations

from typing import Any

from cdk_imported_table.dataset.errors import DataError


def load_yaml(text: str, origin: str) -> object:
    """What the text holds, with its tags in their long form.

    Raises:
        DataError: If it is not YAML, or the parser is not installed.
    """
    try:
        import yaml  # noqa: PLC0415 - an extra
    except ImportError:
        raise DataError(
            f"{origin!r} is not JSON; templates in YAML are read with the extra:"
            " pip install 'cdk-imported-table[yaml]'"
        ) from None

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        """Text stays text: CloudFormation knows no dates."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def tagged(loader: Any, suffix: str, node: Any) -> dict[str, object]:  # noqa: ANN401 - without types
        value: object
        if isinstance(node, yaml.ScalarNode):
            value = loader.construct_scalar(node)
        elif isinstance(node, yaml.SequenceNode):
            value = loader.construct_sequence(node, deep=True)
        else:
            value = loader.construct_mapping(node, deep=True)
        return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}

    Loader.add_multi_constructor("!", tagged)
    try:
        return yaml.load(text, Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DataError(f"{origin!r} cannot be read as YAML: {' '.join(str(error).split())}") from None
