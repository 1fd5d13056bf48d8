"""How well the reader of pages reads."""
