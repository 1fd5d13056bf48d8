"""One service for all tests of a module: each imports records of its own."""

from tests.core.conftest import shared, shared_app, shared_service

__all__ = ["shared", "shared_app", "shared_service"]
