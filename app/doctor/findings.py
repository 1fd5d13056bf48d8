"""What a check has found."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a finding is meant, from good to bad."""

    OK = "ok"
    WARNING = "warning"
    """The service runs, but this should be looked at."""
    PROBLEM = "problem"
    """The service doesn't run, or not right."""


@dataclass(frozen=True)
class Finding:
    """What was looked at, what was found, and what to do about it."""

    check: str
    status: Status
    message: str
    remedy: str | None = None


def ok(check: str, message: str) -> Finding:
    """All is well."""
    return Finding(check, Status.OK, message)


def warning(check: str, message: str, remedy: str) -> Finding:
    """Something should be looked at."""
    return Finding(check, Status.WARNING, message, remedy)


def problem(check: str, message: str, remedy: str) -> Finding:
    """Something is wrong."""
    return Finding(check, Status.PROBLEM, message, remedy)


def worst(findings: Iterable[Finding]) -> Status:
    """The status of all findings together."""
    return max((finding.status for finding in findings), key=list(Status).index, default=Status.OK)
