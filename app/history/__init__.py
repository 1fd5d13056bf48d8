"""The history of the record: revisions of actions, what they looked like, how to go back, and the feed of changes."""
