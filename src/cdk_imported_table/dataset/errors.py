"""What is raised for local data that cannot be used."""

from __future__ import annotations


class DataError(ValueError):
    """Local data cannot be used; the message says which, why, and what to do."""


class BrokenArchiveError(DataError):
    """A gzip or zstd file ends too early or is damaged."""
