"""The clients, as their users use them against a running service."""
