"""The addresses of records: what comes after that of their list, and is not an address of another kind."""

from starlette.convertors import StringConvertor, register_url_convertor

BATCH = "batch"
"""The address below a list to which records are added together, and which therefore no record has."""


class RecordConvertor(StringConvertor):
    """`{id:record}` in the path of a route: a part of an address that may name a record.

    Without it, `PATCH /activities/batch` would be a change of the activity `batch`.
    """

    regex = f"(?!{BATCH}$)[^/]+"


register_url_convertor("record", RecordConvertor())
