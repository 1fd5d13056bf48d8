"""Finding records: which ones, in which order, and what each shows of itself."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, select

from app.actions.models import Action
from app.core.addresses import address
from app.core.filters import Resource
from app.core.index.columns import Keys
from app.core.index.matching import Matching, with_keys
from app.core.listing import API
from app.core.text_search.documents import Document
from app.core.text_search.engines import Finder, Ids, kinds_of, records_of
from app.core.text_search.fragments import Highlighter
from app.core.text_search.query import TextQuery
from app.insight.search.schemas import HitAction, HitFragment, HitKind, SearchHit
from app.search.documents import Kind, documents_of
from app.selection.graph import ACTION_LIST, ACTIVITY_LIST, OUTPUT_LIST, PARTNER_LIST

MOST_RANKED = 1000
"""How many hits the engine ranks, the latest. Where more are found, the others follow by their day."""
_RESOURCES: Mapping[Kind, Resource] = {
    Kind.ACTION: ACTION_LIST,
    Kind.ACTIVITY: ACTIVITY_LIST,
    Kind.OUTPUT: OUTPUT_LIST,
    Kind.PARTNER: PARTNER_LIST,
}
_LIKED = np.array([1.4 if kind is Kind.ACTION else 1.0 for kind in Kind])
"""By how much each kind counts: an action says more about a country than one of its activities, and engines prefer
short texts."""


@dataclass(frozen=True)
class Found:
    """What a search gives."""

    counts: Mapping[HitKind, int]
    """How many records of each kind are found, whatever kinds are shown."""
    total: int
    """How many hits there are."""
    hits: Sequence[SearchHit]
    """One page of them, the most useful first."""


@dataclass(frozen=True)
class Search:
    """What is looked for, among which records."""

    queries: Sequence[TextQuery]
    """Alternatives."""
    matching: Matching
    """What else the actions have to be, beside being found."""
    kinds: Sequence[HitKind]
    """What is shown; empty for all."""
    limit: int
    offset: int

    def run(self, connection: Connection) -> Found:
        """Finds, ranks and shows; on a connection that reads the state of the index."""
        finder = Finder(connection, self.queries, self.matching.snapshot.found)
        ids = self._kept(finder.find())
        kinds = kinds_of(ids)
        counts = {_name(kind): count for kind, count in enumerate(np.bincount(kinds).tolist()) if count}
        if self.kinds:
            ids = ids[np.isin(kinds, [Kind[kind.name] for kind in self.kinds])]
        places = self._page(finder, ids)
        return Found(counts, len(ids), _shown(connection, places, self.queries))

    def _page(self, finder: Finder, ids: Ids) -> list[tuple[int, float]]:
        """The documents of the page, each with its score."""
        latest, ranked = ids[::-1], min(MOST_RANKED, len(ids))
        order, scores = np.arange(len(ids)), np.zeros(len(ids))
        if self.offset < ranked:
            liked = _LIKED[kinds_of(latest[:ranked])]
            scores[:ranked] = np.round(finder.rank(ids[-ranked:])[::-1] * liked, 4)
            order[:ranked] = np.argsort(-scores[:ranked], kind="stable")
        chosen = order[self.offset : self.offset + self.limit]
        return list(zip(latest[chosen].tolist(), scores[chosen].tolist(), strict=True))

    def _kept(self, ids: Ids) -> Ids:
        """Those that the filters keep. A part of an action is found when its action is, too: what the query excludes
        may stand elsewhere in the action."""
        is_filtered = any(True for _ in self.matching.selection.links())
        excludes = any(query.without for query in self.queries)
        if not len(ids) or not (is_filtered or excludes):
            return ids
        kinds, records = kinds_of(ids), records_of(ids)
        kept = np.zeros(len(ids), np.bool_)
        actions = records[kinds == Kind.ACTION]
        for kind, resource in _RESOURCES.items():
            here = kinds == kind
            keys = self._keys(resource, actions if excludes else None)
            kept[here] = True if keys is None else np.isin(records[here], keys)
        return ids[kept]

    def _keys(self, resource: Resource, actions: Keys | None) -> Keys | None:
        """The records of a kind that the filters keep, of some actions; None for all."""
        link = resource.link
        assert link is not None
        if link.shares_records:
            if not any(True for _ in self.matching.selection.links()):
                return None
            return np.array(self.matching.shared(link), np.int64)
        snapshot = self.matching.snapshot
        rows, places = snapshot.rows[link], self.matching.records(link)
        if actions is not None:
            places = places[rows.spread(with_keys(snapshot, actions))[places]]
        return rows.keys[places]


def _name(kind: int) -> HitKind:
    return HitKind[Kind(kind).name]


def _shown(
    connection: Connection, places: Sequence[tuple[int, float]], queries: Sequence[TextQuery]
) -> list[SearchHit]:
    """The hits with their texts."""
    ids = np.array([key for key, _ in places], np.int64)
    keys: defaultdict[Kind, list[int]] = defaultdict(list)
    for kind, record in zip(kinds_of(ids).tolist(), records_of(ids).tolist(), strict=True):
        keys[Kind(kind)].append(record)
    documents = {
        document.id: document for kind, some in keys.items() for document in documents_of(connection, kind, some)
    }
    roots = {document.root for document in documents.values() if document.root is not None}
    wanted = select(Action.id, Action.slug, Action.title).where(Action.id.in_(roots))
    actions = {key: HitAction(id=key, slug=slug, title=title) for key, slug, title in connection.execute(wanted)}
    highlighter = Highlighter(queries)
    return [_hit(documents[key], score, actions, highlighter) for key, score in places]


def _hit(document: Document, score: float, actions: Mapping[int, HitAction], highlighter: Highlighter) -> SearchHit:
    kind = Kind(document.kind)
    return SearchHit(
        kind=_name(kind),
        id=document.record,
        title=document.title,
        action=None if document.root is None else actions[document.root],
        fragments=[HitFragment(field=each.field, html=each.html) for each in highlighter.fragments(document.passages)],
        score=score,
        href=address(f"{API}{_RESOURCES[kind].path}/{document.record}"),
    )
