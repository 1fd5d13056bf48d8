"""Figures over the record: aggregates with their definitions, each leading to the lists behind it."""
