"""What the sentences of an action tell together."""
