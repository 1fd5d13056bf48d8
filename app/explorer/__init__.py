"""The explorer: the record in the browser, by nothing but the public API."""
