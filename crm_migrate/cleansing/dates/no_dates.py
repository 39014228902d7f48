"""Days that programs write where there is no date: whose they are, and whether a person can mean them.

A day that nobody's life or contract has is empty, a day that somebody may have is kept; both are told. The rule looks
at the day, never at its writing.
"""

from datetime import UTC, date, datetime, time

from crm_migrate.cleansing.cells import Cell

# Nobody means these.
_NEVER = {
    date(1, 1, 1): ".NET and Java",
    date(1582, 10, 14): "Oracle and SAS",
    date(1582, 10, 15): "the first day of the Gregorian calendar",
    date(1601, 1, 1): "Windows",
    date(1753, 1, 1): "SQL Server",
    date(1800, 12, 28): "Clarion",
    date(1840, 12, 31): "Caché and MUMPS",
    date(1858, 11, 17): "VMS",
    date(1899, 12, 30): "Access, OLE and Delphi (a time without a day has this one)",
    date(1899, 12, 31): "Excel and Access",
    date(2500, 12, 31): '"no end"',
    date(2999, 12, 31): '"no end"',
    date(3000, 1, 1): '"no end"',
    date(3000, 12, 31): '"no end"',
    date(4000, 12, 31): '"no end"',
    date(4501, 1, 1): "Outlook",
}
_TIMES_ALONE = frozenset((date(1899, 12, 30), date(1899, 12, 31)))  # where Access, OLE, Delphi and Excel put a time
# People were born on these days, and contracts begin or end on them.
_PERHAPS = {
    date(1900, 1, 1): "SQL Server and Excel",
    date(1904, 1, 1): "Excel for Mac",
    date(1969, 12, 31): "Unix west of Greenwich",
    date(1970, 1, 1): "Unix",
    date(2038, 1, 19): "Unix (the end of its 32 bits)",
    date(2079, 6, 6): "SQL Server (the end of smalldatetime)",
    date(2099, 12, 31): '"no end"',
}
NO_YEAR = 1604  # what Apple's address book writes for a birthday without its year
FIRST_YEAR, LAST_YEAR = 1850, 2199  # outside of them a date of business is a typing error more often than a date
PLAIN_YEARS = range(1905, 2038)  # only `_PERHAPS` of them can be a program's
DOUBTFUL_DAYS = tuple(day for day in _PERHAPS if day.year in PLAIN_YEARS)


def no_date(moment: datetime) -> Cell | None:
    """The outcome of a moment whose day a program writes for "no date"; None where nothing is to be said.

    The flag is `null` where the day is left out, `partial` where only the year is none, and `sentinel_date` or
    `suspect` without a value where the day is to be kept.
    """
    if moment.date() in _TIMES_ALONE and moment.time() != time.min:
        return Cell(None, "placeholder", f"{moment.time()}: a time without a day")
    days = {moment.date()} if moment.tzinfo is None else {moment.date(), *_in_utc(moment)}
    never = next((_NEVER[day] for day in days if day in _NEVER), None)
    if never or moment.year == date.max.year:
        return Cell(None, "null", f"{moment.date()}: what {never or 'programs'} write for no date")
    if moment.year == NO_YEAR:
        return Cell(None, "partial", f"no year: {NO_YEAR} is what Apple writes for none")
    perhaps = next((_PERHAPS[day] for day in days if day in _PERHAPS), None)
    if perhaps:
        return Cell(None, "sentinel_date", f"{moment.date()}: what {perhaps} may have written for no date")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return Cell(None, "suspect", f"the year {moment.year}")
    return None


def _in_utc(moment: datetime) -> set[date]:
    """The day of an instant in UTC, where programs count from; none at the ends of the calendar."""
    try:
        return {moment.astimezone(UTC).date()}
    except OverflowError:
        return set()


def is_no_date(compact: str) -> bool:
    """Whether `YYYYMMDD` is a day that only programs write: SAP's `99991231`, `17530101`."""
    try:
        day = date.fromisoformat(compact)
    except ValueError:
        return False
    return day in _NEVER or day.year == date.max.year
