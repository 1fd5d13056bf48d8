"""Releases: the record as it stood, under a name, for good, so that a published figure can be reproduced."""
