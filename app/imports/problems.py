"""What can be wrong with an import as a whole."""

from app.core.problems import Problem


class UnreadableFile(Problem):
    """The file is empty, broken, cut off, or not in any form that can be imported; `detail` says what was met."""

    status = 422
    slug = "unreadable-file"
    title = "The file can't be read"


class RejectedRecords(Problem):
    """Parts of the file can't be imported as they are, and nothing was: correct them, or send `on_reject=skip` to
    import the rest without them."""

    status = 422
    slug = "rejected-records"
    title = "Parts of the file can't be imported"


class RecordMoved(Problem):
    """The record has changed since the plan was made, or the plan was committed already: plan the file anew."""

    status = 409
    slug = "record-moved"
    title = "The plan no longer fits the record"
