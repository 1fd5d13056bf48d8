"""Full-text search that finds the same, in the same order, on both databases.

Texts are analysed here, once when they are written and once for each query: case and accents are taken away, words are
cut out and stemmed. The databases only keep the index and look words up in it: FTS5 on SQLite, a tsvector with GIN on
PostgreSQL. Which records match, and in which order they are useful, is decided by one rule for both.
"""
