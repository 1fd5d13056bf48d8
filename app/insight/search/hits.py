"""Finding records: which ones, in which order, and what each shows of itself."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, case, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.actions.models import Action
from app.core.addresses import address
from app.core.filters import Resource
from app.core.index.matching import Matching
from app.core.listing import API
from app.core.text_search import ranking
from app.core.text_search.documents import Document, SearchDocument
from app.core.text_search.fragments import fragments
from app.core.text_search.index import heads, matches
from app.core.text_search.query import TextQuery
from app.insight.search.schemas import HitAction, HitFragment, HitKind, SearchHit
from app.search.documents import documents_of
from app.selection.graph import ACTION_LIST, ACTIVITY_LIST, OUTPUT_LIST, PARTNER_LIST

_RESOURCES: Mapping[HitKind, Resource] = {
    HitKind.ACTION: ACTION_LIST,
    HitKind.ACTIVITY: ACTIVITY_LIST,
    HitKind.OUTPUT: OUTPUT_LIST,
    HitKind.PARTNER: PARTNER_LIST,
}
_LIKED = {HitKind.ACTION: 1.1}
"""By how much a kind counts more than the others: an action says more about a country than one of its ministries."""
# Of hits that answer equally well, the record of whom or what was asked for stands before its parts.
_ORDER = (HitKind.ACTION, HitKind.PARTNER, HitKind.ACTIVITY, HitKind.OUTPUT)


@dataclass(frozen=True)
class _Place:
    """A hit before it is shown."""

    kind: HitKind
    record: int
    root: int | None
    score: float


@dataclass(frozen=True)
class Search:
    """What is looked for, among which records."""

    connection: AsyncConnection
    queries: Sequence[TextQuery]
    """Alternatives."""
    matching: Matching
    """What else the actions have to be, beside being found."""
    kinds: Sequence[HitKind]
    """What is shown; empty for all."""

    def _condition(self) -> Any:
        """The documents that are found. A part of an action is found when its action is, too: what the query excludes
        may stand elsewhere in the action."""
        if not self.queries:
            return false()
        found = or_(*map(matches, self.queries))
        kind, root = SearchDocument.kind, SearchDocument.root
        if any(query.without for query in self.queries):
            actions = select(root).where(kind == HitKind.ACTION, found).correlate(None)
            found = and_(found, or_(root.is_(None), root.in_(actions)))
        return found

    @property
    def _is_filtered(self) -> bool:
        return any(True for _ in self.matching.selection.links())

    async def counts(self) -> dict[HitKind, int]:
        """How many records of each kind are found."""
        kind = SearchDocument.kind
        if not self._is_filtered:
            statement = select(kind, func.count()).where(self._condition()).group_by(kind)
            return {HitKind(name): count for name, count in await self.connection.execute(statement)}
        rows = (await self.connection.execute(select(kind, SearchDocument.record).where(self._condition()))).all()
        return dict(Counter(HitKind(name) for name, _ in self._kept(rows)))

    def _kept(self, rows: Sequence[Any]) -> list[Any]:
        """Those of the rows, which begin with kind and record, that the filters keep."""
        keys = {kind: set(self._keys(resource)) for kind, resource in _RESOURCES.items()}
        return [row for row in rows if row[1] in keys[row[0]]]

    def _keys(self, resource: Resource) -> list[int]:
        assert resource.link is not None
        if resource.link.shares_records:
            return [int(key) for key in self.matching.shared(resource.link)]
        found: list[int] = (
            self.matching.snapshot.rows[resource.link].keys[self.matching.records(resource.link)].tolist()
        )
        return found

    async def hits(self, total: int, limit: int, offset: int) -> list[SearchHit]:
        """One page of the hits, the most useful first; `total` is how many there are."""
        if offset >= total:
            return []
        places: list[_Place] = []
        if offset < ranking.MOST_RANKED:
            places += (await self._ranked())[offset : offset + limit]
        if (missing := min(limit, total - offset) - len(places)) > 0:
            rows = await self._candidates(offset + len(places), missing)
            places += [_Place(HitKind(kind), record, root, 0.0) for kind, record, root, _ in rows]
        return await self.connection.run_sync(_shown, places, self.queries)

    async def _candidates(self, offset: int, limit: int) -> Sequence[Any]:
        """Documents in the order in which they are weighed, and in which they stay when there are too many."""
        statement = select(SearchDocument.kind, SearchDocument.record, SearchDocument.root, SearchDocument.id).where(
            self._condition()
        )
        if self.kinds:
            statement = statement.where(SearchDocument.kind.in_(self.kinds))
        telling = case((or_(*map(heads, self.queries)), 0), else_=1)
        by_kind = case({kind.value: number for number, kind in enumerate(_ORDER)}, value=SearchDocument.kind)
        statement = statement.order_by(telling, SearchDocument.recency.desc(), by_kind, SearchDocument.record.desc())
        if not self._is_filtered:
            return (await self.connection.execute(statement.offset(offset).limit(limit))).all()
        return self._kept((await self.connection.execute(statement)).all())[offset : offset + limit]

    async def _ranked(self) -> list[_Place]:
        # First which ones, then their texts: these are long, and the database need not carry them while it sorts.
        candidates = [row[-1] for row in await self._candidates(0, ranking.MOST_RANKED)]
        texts = (func.substr(text, 1, ranking.LOOKED_AT) for text in (SearchDocument.words, SearchDocument.stems))
        statement = select(
            SearchDocument.kind, SearchDocument.record, SearchDocument.root, SearchDocument.recency, *texts
        ).where(SearchDocument.id.in_(candidates))
        weighed = []
        for kind, record, root, recency, words, stems in await self.connection.execute(statement):
            weight = ranking.score(self.queries, words, stems)
            place = _Place(HitKind(kind), record, root, round(weight * _LIKED.get(HitKind(kind), 1), 3))
            weighed.append((-place.score, _ORDER.index(place.kind), -recency, -record, place))
        return [place for *_, place in sorted(weighed, key=lambda each: each[:-1])]


def _shown(connection: Connection, places: Sequence[_Place], queries: Sequence[TextQuery]) -> list[SearchHit]:
    """The hits with their texts."""
    documents: dict[tuple[str, int], Document] = {}
    for kind in _ORDER:
        keys = [place.record for place in places if place.kind == kind]
        documents.update({(kind, document.record): document for document in documents_of(connection, kind, keys)})
    roots = {place.root for place in places if place.root is not None}
    wanted = select(Action.id, Action.slug, Action.title).where(Action.id.in_(roots))
    actions = {key: HitAction(id=key, slug=slug, title=title) for key, slug, title in connection.execute(wanted)}
    return [
        SearchHit(
            kind=place.kind,
            id=place.record,
            title=document.title,
            action=None if place.root is None else actions[place.root],
            fragments=[
                HitFragment(field=fragment.field, html=fragment.html)
                for fragment in fragments(document.passages, queries)
            ],
            score=place.score,
            href=address(f"{API}{_RESOURCES[place.kind].path}/{place.record}"),
        )
        for place in places
        if (document := documents.get((place.kind, place.record))) is not None
    ]
