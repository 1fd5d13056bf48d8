"""Dates of the precision that a source gives: how they are read, what days they cover, and how they are written."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from app.core.partial_dates import UNKNOWN_DAY, PartialDate, Span, days_of, year_span

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


class Dated(BaseModel):
    start: PartialDate | None = None


def span(first: str, last: str) -> Span:
    return Span(date.fromisoformat(first), date.fromisoformat(last))


# -- partial dates --


@pytest.mark.parametrize(
    ("written", "first_day", "last_day"),
    [
        ("2010", "2010-01-01", "2010-12-31"),
        ("2010-05", "2010-05-01", "2010-05-31"),
        ("2010-05-17", "2010-05-17", "2010-05-17"),
        ("2011-02", "2011-02-01", "2011-02-28"),
        ("2012-02", "2012-02-01", "2012-02-29"),
        ("2012-02-29", "2012-02-29", "2012-02-29"),
        ("1900", "1900-01-01", "1900-12-31"),
        ("2199-12", "2199-12-01", "2199-12-31"),
    ],
)
def test_a_partial_date_covers_all_days_that_it_can_mean(written: str, first_day: str, last_day: str) -> None:
    partial = PartialDate(written)
    assert partial.span == span(first_day, last_day)
    assert (partial.first_day, partial.last_day) == (partial.span.first_day, partial.span.last_day)
    assert partial == written
    assert days_of("start", written) == {
        "start_first_day": partial.first_day,
        "start_last_day": partial.last_day,
    }


@pytest.mark.parametrize(
    "written",
    ["", "10", "210", "20100", "2010-5", "2010-05-1", "201005", "2010-05-17T00:00", "May 2010", "2010-", "2010/05",
     " 2010", "2010 ", "2010\n", "-2010", "+2010", "2010-W01", "2010-001", "2010-05-17Z", "2010~", "201X", "..", "none",
     "२०१०", "２０１０"],
)  # fmt: skip
def test_what_is_no_year_month_or_day_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"write a year \(2010\), a month \(2010-05\) or a day \(2010-05-17\)"):
        PartialDate(written)


@pytest.mark.parametrize("written", ["2010-00", "2010-13", "2010-02-30", "2011-02-29", "2010-04-31", "2010-01-00"])
def test_what_the_calendar_does_not_have_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no day of the calendar"):
        PartialDate(written)


@pytest.mark.parametrize("written", ["0000", "1066", "1899-12-31", "2200", "9999-12-31"])
def test_years_outside_two_centuries_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match="outside the years 1900 to 2199"):
        PartialDate(written)


def test_partial_dates_sort_as_their_text() -> None:
    written = ["2010-05-17", "2010", "2011", "2010-12", "2010-05"]
    assert sorted(map(PartialDate, written)) == ["2010", "2010-05", "2010-05-17", "2010-12", "2011"]


def test_an_unknown_date_lies_after_every_other_day() -> None:
    assert days_of("end", None) == {"end_first_day": UNKNOWN_DAY, "end_last_day": UNKNOWN_DAY}
    assert PartialDate("2199").last_day < UNKNOWN_DAY


def test_a_model_reads_a_partial_date_and_writes_it_as_it_was() -> None:
    read = Dated.model_validate_json('{"start": "2010-05"}')
    assert isinstance(read.start, PartialDate)
    assert read.start.last_day == date(2010, 5, 31)
    assert read.model_dump_json() == '{"start":"2010-05"}'


@pytest.mark.parametrize("value", [2010, 2010.0, True, ["2010"], {"year": 2010}, b"2010", date(2010, 5, 17)])
def test_a_model_takes_only_text_for_a_partial_date(value: Any) -> None:
    with pytest.raises(ValidationError):
        Dated.model_validate({"start": value})


def test_a_model_says_what_is_wrong_with_a_date() -> None:
    with pytest.raises(ValidationError) as caught:
        Dated.model_validate({"start": "2010-02-30"})
    (error,) = caught.value.errors()
    assert (error["loc"], error["type"], error["msg"]) == (
        ("start",),
        "partial_date",
        "'2010-02-30' is no day of the calendar",
    )


def test_the_schema_of_a_partial_date_has_its_pattern_and_examples() -> None:
    schema = PartialDate.__get_pydantic_json_schema__(None, None)  # type: ignore[arg-type]
    known, unknown = ("2010", "2010-05", "2010-05-17", "2012-02-29"), ("201", "2010-13", "2010-02-30", "2011-02-29")
    assert [written for written in (*known, *unknown) if re.match(schema["pattern"], written)] == list(known)
    assert schema["examples"] == ["2010", "2010-05", "2010-05-17"]


# -- spans --


@pytest.mark.parametrize(
    ("written", "first_day", "last_day"),
    [
        ("2012", "2012-01-01", "2012-12-31"),
        ("2012-06", "2012-06-01", "2012-06-30"),
        ("2012-06-03", "2012-06-03", "2012-06-03"),
        ("2012-06/2013-02", "2012-06-01", "2013-02-28"),
        ("2012/2013", "2012-01-01", "2013-12-31"),
        ("2012-06-03/2012-06-09", "2012-06-03", "2012-06-09"),
        ("2012/2012-03", "2012-01-01", "2012-03-31"),
        ("2012-06/2012-06-03", "2012-06-01", "2012-06-03"),
        ("2014/..", "2014-01-01", "2199-12-31"),
        ("../2012-06", "1900-01-01", "2012-06-30"),
        ("../..", "1900-01-01", "2199-12-31"),
    ],
)
def test_an_interval_covers_the_days_from_its_first_date_through_its_last(
    written: str, first_day: str, last_day: str
) -> None:
    assert Span.parse(written) == span(first_day, last_day)


def test_an_interval_knows_its_open_ends() -> None:
    assert (Span.parse("2014/..").is_open_before, Span.parse("2014/..").is_open_after) == (False, True)
    assert (Span.parse("../2014").is_open_before, Span.parse("../2014").is_open_after) == (True, False)
    assert (Span.parse("2014").is_open_before, Span.parse("2014").is_open_after) == (False, False)


@pytest.mark.parametrize("written", ["2013/2012", "2012-06-02/2012-06-01", "2012-07/2012-06-30"])
def test_an_interval_that_ends_before_it_begins_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        Span.parse(written)


@pytest.mark.parametrize(
    "written", ["", "/", "..", "2012/", "/2012", "2012/2013/2014", "2012-06--2012-07", "2012/none"]
)
def test_an_interval_of_anything_but_two_dates_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no date"):
        Span.parse(written)


@pytest.mark.parametrize(
    ("first_day", "last_day", "written"),
    [
        ("2012-01-01", "2012-12-31", "2012"),
        ("2012-06-01", "2012-06-30", "2012-06"),
        ("2012-02-01", "2012-02-29", "2012-02"),
        ("2012-06-03", "2012-06-03", "2012-06-03"),
        ("2012-01-01", "2013-12-31", "2012/2013"),
        ("2012-06-01", "2012-12-31", "2012-06/2012-12"),
        ("2013-01-01", "2013-02-28", "2013-01/2013-02"),
        ("2012-01-01", "2012-02-28", "2012-01-01/2012-02-28"),
        ("2012-06-03", "2012-12-31", "2012-06-03/2012-12-31"),
        ("2014-01-01", "2199-12-31", "2014/.."),
        ("2014-05-17", "2199-12-31", "2014-05-17/.."),
        ("1900-01-01", "2012-06-30", "../2012-06"),
        ("1900-01-01", "2199-12-31", "../.."),
        ("1900-01-01", "1900-12-31", "1900"),
        ("2199-01-01", "2199-12-31", "2199"),
    ],
)
def test_a_span_is_written_in_its_shortest_form_with_one_precision(first_day: str, last_day: str, written: str) -> None:
    assert str(span(first_day, last_day)) == written


@given(DAYS, DAYS)
def test_a_span_is_read_back_as_it_was_written(one: date, other: date) -> None:
    days = Span(min(one, other), max(one, other))
    assert Span.parse(str(days)) == days


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        ("2012", "2012-06/2013-02", "2012-06/2012-12"),
        ("2013", "2012-06/2013-02", "2013-01/2013-02"),
        ("2012", "2012", "2012"),
        ("2012-01", "2012-01-31/2012-02", "2012-01-31"),
        ("2012-01", "2012-02", None),
        ("2012", "../2011", None),
        ("2012", "2011/..", "2012"),
    ],
)
def test_the_intersection_has_the_days_that_both_have(one: str, other: str, common: str | None) -> None:
    expected = None if common is None else Span.parse(common)
    assert Span.parse(one).intersection(Span.parse(other)) == expected
    assert Span.parse(other).intersection(Span.parse(one)) == expected


@given(DAYS, st.integers(0, 800), DAYS, st.integers(0, 800))
def test_an_intersection_has_exactly_the_days_of_both(one: date, length: int, other: date, other_length: int) -> None:
    first = Span(one, one + timedelta(length))
    second = Span(other, other + timedelta(other_length))
    common = first.intersection(second)
    days = {one + timedelta(number) for number in range(length + 1)}
    others = {other + timedelta(number) for number in range(other_length + 1)}
    both = days & others
    assert (common is None) == (not both)
    assert common is None or (common.first_day, common.last_day) == (min(both), max(both))


def test_a_year_has_all_its_days() -> None:
    assert year_span(2012) == Span.parse("2012")
