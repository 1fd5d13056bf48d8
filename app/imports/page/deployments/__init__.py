"""Who sent experts, by a sentence."""
