"""The count by hand knows whatever is declared: a filter, dimension or measure that it lacks would go unchecked."""

from app.insight.catalogue import DIMENSIONS, MEASURES
from app.selection.filters import RecordFilters
from tests.contract import oracle


def test_the_oracle_knows_every_filter_dimension_and_measure() -> None:
    assert oracle.FIELDS.keys() == RecordFilters.declared().keys()
    assert {name: dimension.filter for name, dimension in DIMENSIONS.items()} == oracle.FILTER_OF
    assert oracle.MEASURES.keys() == MEASURES.keys()
    assert {name for name, item in RecordFilters.declared().items() if item.spans} == oracle.INTERVALS
