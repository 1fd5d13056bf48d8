"""Dates in prose, at the precision that it gives."""
