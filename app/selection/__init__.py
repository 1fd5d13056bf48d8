"""What a request selects from the record: its graph of links, and the filters that every list and figure shares."""
