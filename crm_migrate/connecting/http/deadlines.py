"""`Retry-After`, in seconds or as a date (RFC 9110 10.2.3), as an instant of our own clock."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(days=1)  # what asks for more is asked again after this


def not_before(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When the target wants to be asked again; None where it does not say, or says what cannot be meant (the past).

    A date is of the target's clock: it is taken relative to the date of the answer, where there is one.
    """
    said = headers.get("retry-after", "").strip()
    wait = timedelta(seconds=min(int(said), 10**9)) if _digits(said) else _until(said, headers.get("date", ""), now)
    return now + min(wait, LONGEST) if wait is not None and wait > timedelta(0) else None


def _until(said: str, answered: str, now: datetime) -> timedelta | None:
    until = _date(said)
    return None if until is None else until - (_date(answered) or now)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
