"""Mechanisms that exist once and know no domain."""
