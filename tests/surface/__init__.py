"""The published surface of the API, and what of it may change under one version."""
