"""Actions: what was agreed with partner countries, and what everything else belongs to."""
