"""A local AWS for the tests and the demo. Part of the repository, not of the package."""
