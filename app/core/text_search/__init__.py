"""Full-text search by the databases' own engines: FTS5 on SQLite, a tsvector with a GIN index on PostgreSQL.

Case and accents are taken away here, in documents and queries alike. The databases stem the words by the same
algorithm, look them up and rank what they find. What a query means, with all that a word may stand for, is decided
here, so that both find the same.
"""
