"""Readers: the bytes of a file become drafts, and nothing is compared with the registry yet."""
