"""What a deploy does when the data changed: `OnDataChange`."""

from __future__ import annotations


class OnDataChange:
    """What becomes of a deployed table when its data changes.

    DynamoDB imports into new tables only (rule 6.2), and CloudFormation replaces a table whose import
    properties change but does not see a change of the data (rule 6.8). So there is a choice, and it is made
    in the open.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    @staticmethod
    def keep() -> OnDataChange:
        """The table is left alone; only a new environment imports the new data.

        The default, because it never takes rows away: nothing that is derived from the data's bytes reaches
        the table's resource.
        """
        return OnDataChange("keep")

    @staticmethod
    def replace() -> OnDataChange:
        """A changed record makes a **new table** with the new data; the old one goes by its removal policy.

        Everything that was written into the old table since its import stays behind in it. For data that
        nobody writes to: reference data, test fixtures. The hash of the records becomes part of the key
        prefix (or of the asset's key), so that CloudFormation sees the change.
        """
        return OnDataChange("replace")

    @property
    def replaces(self) -> bool:
        """Whether a change of the data replaces the table."""
        return self._name == "replace"

    def __repr__(self) -> str:
        return f"OnDataChange.{self._name}()"
