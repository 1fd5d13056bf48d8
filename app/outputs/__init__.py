"""Outputs: the reports, handbooks, strategies and so on that actions produced."""
