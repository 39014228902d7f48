"""What each rule that leaves rows out takes away, as figures: personal values are masked already."""

from decimal import Decimal

from crm_migrate.trying.diff import Part


class Money(Part):
    """An amount of a currency in so many rows, as a plain decimal."""

    currency: str
    amount: str
    rows: int


class Follows(Part):
    """What goes with the rows of a rule: rows of another object whose parent they are, and records that stay and lose
    their link."""

    object: str
    rows: int = 0
    unlinked: int = 0


class Taken(Part):
    """One rule for one object of one source.

    `kind` is `where` (a decision or condition leaves rows out), `absent` (rows that fail it hold no such record),
    `skip` (lines that are no records) or `check` (merged records that a decision leaves out). Of its `rows` `arriving`
    would be in a record without it: `alike` in one with a record that is kept, by the mapping's own keys and rules;
    `perhaps` share a mailbox, or what a rule goes by alone, with one, or a rule asks about the two; `alone` are like
    nobody that is kept. They would be `records` that are not there now. `open` counts rows, and those that follow, that
    are still worked on; `recent` those changed in the year before the project's day; `last` is the last change.
    """

    kind: str
    source: str
    object: str
    rule: str
    condition: str = ""
    rows: int
    arriving: int = 0
    records: int = 0
    alike: int = 0
    perhaps: int = 0
    alone: int = 0
    follows: tuple[Follows, ...] = ()
    money: tuple[Money, ...] = ()
    following_money: tuple[Money, ...] = ()
    in_report: str = ""
    open: int = 0
    recent: int = 0
    last: str = ""
    examples: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[Decimal, int, int, int, int]:
        """Money first (in the report's currency, else the largest sum of one), then activity, then unlikeness. What
        a skipped line says without a currency is a total of the others."""
        known = (each for each in (*self.money, *self.following_money) if each.currency or self.kind != "skip")
        sums = (Decimal(each.amount).copy_abs() for each in known)
        money = Decimal(self.in_report) if self.in_report else max(sums, default=Decimal(0))
        following = sum(each.rows for each in self.follows)
        return (money, self.open, self.recent, self.alone + following, self.rows)


class Exclusions(Part):
    """All rules of a mapping that left something out, the gravest first, over so many rows of the sources."""

    mapping: str
    locale: str
    rows: int
    report_in: str = ""
    rules: tuple[Taken, ...]
