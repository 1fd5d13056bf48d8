"""Conditional writes: who changes a record names the version that was read."""

import re
from typing import Annotated

from fastapi import Header
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.audit import State
from app.core.epochs import epoch_mark
from app.core.json_schema import Keywords
from app.core.problems import PreconditionRequired, StaleVersion, invalid_parameter

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
IF_MATCH = "If-Match"
_ASCII_TAG = r'(W/)?"[!#-~]*"'
_TAGS = re.compile(rf"\s*(?:\*|{_TAG})(?:\s*,\s*(?:\*|{_TAG}))*\s*")
_RECORD_TAG = re.compile(r'"([0-9]+)-([0-9a-f]+)["-]')

EntityTags = Annotated[str, Keywords(pattern=rf"^(\*|{_ASCII_TAG}(, {_ASCII_TAG})*)$")]
"""The value of an `If-Match`."""

IfMatch = Annotated[
    EntityTags | None,
    Header(
        alias=IF_MATCH,
        description="The `ETag` that came with the record you read. Without it the answer is 428; if somebody else "
        "changed the record since, 412.",
    ),
]


async def check_match(session: AsyncSession, if_match: str | None, version: int | None) -> None:
    """Compares `If-Match` with the version of the record that is about to change; None is one that isn't there.

    The record must be locked, so that neither its version nor the epoch changes any more.

    Raises PreconditionRequired without the header, StaleVersion when it names another version or a version of another
    epoch, Invalid when it is no list of entity tags.
    """
    if if_match is None:
        raise PreconditionRequired("Send the ETag that you read as If-Match, so that nobody's change is lost.")
    if not _TAGS.fullmatch(if_match):
        raise invalid_parameter("If-Match", "entity-tag", "send the ETag as it came, with its quotes")
    if "*" in re.sub(_TAG, "", if_match):
        return
    # Version and epoch decide, whatever the representation: something on the way that compresses marks a tag as weak,
    # and the version that it names is the same one.
    named = set(_RECORD_TAG.findall(if_match))
    epoch = epoch_mark(await session.scalar(select(State.epoch)) or "")
    if (str(version), epoch) not in named:
        if any(its_epoch != epoch for _, its_epoch in named):
            happened = "A backup was restored since you read the record"
        else:
            happened = "It was deleted" if version is None else f"The record is at version {version} now"
        raise StaleVersion(f"{happened}; read it again and repeat the change on it.", current_version=version)
