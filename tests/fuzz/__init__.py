"""Requests that are made up from the API's own description, and checked against it."""
