"""An index of the data in memory: which records match, how many there are, and in what order they come.

The database says what a record is; the index answers the rest by arithmetic on small columns.

    schema      what the index holds: links, columns and what is computed from them
    columns     how values are held: texts as codes, days as numbers
    rows        the columns of one link, sorted by root, and how roots are replaced in them
    snapshot    all of it at one state of the data; immutable
    loading     from the database into a snapshot
    following   keeps snapshots in step with the feed of changes
    matching    filters as masks
    counting    figures as joins of sorted pairs
    ordering    pages of lists in any order
"""
