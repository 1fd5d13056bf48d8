"""What the record refers to: countries, regions, vocabularies, themes, partners, publications and sources."""
