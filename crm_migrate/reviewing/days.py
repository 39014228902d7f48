"""Days as people write them into the cells of our workbooks."""

import re
from datetime import date, datetime
from typing import Any

from openpyxl.utils.datetime import from_excel

from crm_migrate.reviewing.reading import shown

_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})\.?")
_FIRST_DAY, _LAST_DAY = 36_526, 73_050  # 2000 to 2099 as spreadsheets count days
_FIRST_YEAR = 2000


def iso_day(value: Any, epoch: datetime) -> str | None:
    """A day as people and spreadsheets write it; "" for none, None where it cannot be read for certain."""
    if isinstance(value, datetime | date):  # a year that was typed into a cell of days is one of 1905
        return value.isoformat()[:10] if value.year >= _FIRST_YEAR else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        inside = _FIRST_DAY <= value <= _LAST_DAY
        return str(from_excel(int(value), epoch).isoformat()[:10]) if inside else None
    text = shown(value).strip()
    if text.isascii() and text.isdigit():
        return iso_day(int(text), epoch)
    if match := _DOTTED.fullmatch(text):
        text = f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        return None
