"""The checker against independent programs."""
