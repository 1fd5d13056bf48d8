"""From files to the record: readers turn bytes into drafts, a plan compares them, and applying is one transaction."""
