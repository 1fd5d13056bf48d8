"""Deployments: the experts sent for an action, by country and kind of organisation, never by name."""
