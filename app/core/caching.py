"""Conditional reads: a strong ETag that is known before the body is built.

What an answer shows follows from the request, from the state of the record, and from the day where a status is judged
today. So a list's tag is made of these, and costs one small statement; a record's tag begins with its version and the
epoch, which are what a writer's `If-Match` is compared with: `"<version>-<epoch>-<digest>"`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, NamedTuple, Self

from fastapi import Request, Response
from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.addresses import address
from app.core.audit import State
from app.core.epochs import epoch_mark
from app.core.filters import today
from app.core.languages import language
from app.core.statements import Row

SOFTWARE = version("mieux-registry")


@dataclass(frozen=True)
class Validator:
    """The tag of an answer, and whether the client has that answer already."""

    tag: str
    is_known: bool
    release: str | None = None
    sequence: int | None = None
    """The last change that the answer knows of, where it depends on the record as a whole."""

    @property
    def headers(self) -> dict[str, str]:
        """For the answer. `no-cache` lets it be kept, and asks for a look whether it still holds."""
        said = {} if self.release is None else {"Registry-Release": self.release}
        return {
            "ETag": self.tag,
            "Cache-Control": "no-cache",
            "Content-Language": language(),
            "Vary": "Accept-Language",
            **said,
        }

    def answer(
        self, shown: BaseModel, status: int = 200, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> Response:
        """The answer as JSON. The model was checked when it was made, and is written as it is; `options` are those of
        its serializer."""
        return self.respond(shown.__pydantic_serializer__.to_json(shown, **options), status, headers=headers)

    def respond(self, content: bytes, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response:
        """The answer whose JSON is written already."""
        return Response(content, status, media_type="application/json", headers={**self.headers, **(headers or {})})

    def not_modified(self, headers: Mapping[str, str] | None = None) -> Response:
        """304: what the client has still holds."""
        return Response(status_code=304, headers={**self.headers, **(headers or {})})


def validator(request: Request, *parts: object, begins: str = "") -> Validator:
    """The validator of the answer to this request, given the parts of the record's state that it depends on. Its tag
    `begins` with what a writer's `If-Match` is compared with."""
    day = request.query_params.get("as_of") or today().isoformat()
    query = request.scope["query_string"].decode("latin-1")
    seen = "\n".join(map(str, (SOFTWARE, address(request.scope["path"]), query, day, language(), *parts)))
    digest = hashlib.sha256(seen.encode("utf-8", "replace")).hexdigest()[:20]
    tag = f'"{begins}{digest}"'
    release = getattr(request.state, "release", None)
    return Validator(tag, is_known(tag, ",".join(request.headers.getlist("If-None-Match"))), release)


def is_known(tag: str, if_none_match: str) -> bool:
    """Whether a client has the answer with this tag."""
    if not if_none_match:
        return False
    # A cache on the way may have marked the tag as weak; for a read the comparison is the weak one (RFC 9110, 13.1.2).
    known = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return tag in known or "*" in known


STATE = select(State.epoch, State.sequence)


class RecordState(NamedTuple):
    """What the answer with one record depends on."""

    version: int
    whole: int
    """The version of the parent whose changes show in it, or its own."""
    epoch: str
    sequence: int
    labels: int
    """The last change of a name that other records show."""

    @classmethod
    def taken_from(cls, row: Row) -> Self:
        """The state that was selected beside a row, whose columns it leaves."""
        return cls(*(row.pop(f"state_{name}") for name in cls._fields))


def with_record_state(statement: Select[*tuple[Any, ...]], entity: Any, whole: Any) -> Select[*tuple[Any, ...]]:
    """A statement that selects from a table, with the columns of a RecordState beside its own."""
    of_all = [select(part).scalar_subquery() for part in (State.epoch, State.sequence, State.labels_sequence)]
    parts = zip(RecordState._fields, (entity.version, whole, *of_all), strict=True)
    return statement.add_columns(*(part.label(f"state_{name}") for name, part in parts))


async def state_validator(request: Request, connection: AsyncConnection, *parts: object) -> Validator:
    """The validator of an answer that depends on all data, as a connection sees them, and on what the request's address
    doesn't say: a list, a figure, in a format that a header asked for."""
    epoch, sequence = (await connection.execute(STATE)).one()
    return data_validator(request, (epoch, sequence), *parts)


def data_validator(request: Request, state: tuple[str, int], *parts: object) -> Validator:
    """The same at a known state: an epoch, and the number of the last change."""
    request.state.answered_from = (state[0], state[1])
    return replace(validator(request, *state, *parts), sequence=state[1])


def record_validator(request: Request, state: RecordState, *parts: object) -> Validator:
    """The validator of an answer that shows one record, and names of others."""
    request.state.answered_from = (state.epoch, state.sequence)
    begins = f"{state.version}-{epoch_mark(state.epoch)}-"
    return validator(request, state.epoch, state.labels, state.whole, *parts, begins=begins)


def fixed_answer(request: Request, value: Any) -> Response:
    """The answer with what changes only with this software."""
    known = validator(request)
    if known.is_known:
        return known.not_modified()
    return Response(to_json(value), media_type="application/json", headers=known.headers)
