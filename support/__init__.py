"""What tests and benchmarks share: databases, made-up records, a client of the feed, trials of faults, keys of pages.
Nothing of it is installed."""
