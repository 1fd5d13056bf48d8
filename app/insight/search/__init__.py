"""Search over the record: ranked hits with highlighted fragments."""
