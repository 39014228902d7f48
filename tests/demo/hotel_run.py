"""The hotel's finished run beside its truth: rows by their place, things by their true name."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from demo.finished_run import IN_TARGET, FinishedRun, lines_of

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "hotel"
FILES = ("news", "stay", "survey", "ticket")  # their rows are known by their line, those of tables by their key
NAMES = {"surveys": "survey_responses"}  # the truth's word for a kind of thing -> the object of the mapping
FIELDS = {
    "bookings": {"arrival": "check_in", "departure": "check_out", "guest": "contact", "agency": "company"},
    "surveys": {"survey": "type"},
    "activities": {"kind": "type"},
}
STATES = dict.fromkeys(IN_TARGET, "loaded") | {"enrichment": "adds"}
Place = tuple[str, str]  # source, `line 7` or `key 1042`
Record = dict[str, object]


@dataclass
class HotelRun:
    """A finished run of the hotel, asked in the words of its truth."""

    run: FinishedRun

    @staticmethod
    def truth(name: str) -> list[dict[str, str]]:
        """One truth file."""
        return lines_of(SAMPLE / "truth" / f"{name}.csv")

    @cached_property
    def kinds(self) -> list[str]:
        """The kinds of things that the truth speaks of."""
        return list(dict.fromkeys(line["object"] for line in self.truth("fates")))

    def rows(self, kind: str) -> dict[Place, Record]:
        """Place -> the disposition of the row; two of one place are an error."""
        if kind not in self._rows:
            self._rows[kind] = self._dispositions(kind)
        return self._rows[kind]

    @cached_property
    def _rows(self) -> dict[str, dict[Place, Record]]:
        return {}

    def _dispositions(self, kind: str) -> dict[Place, Record]:
        lines = {source: self.run.origins(source) for source in FILES}
        found: dict[Place, Record] = {}
        for row in self.run.table("reconcile", NAMES.get(kind, kind), "dispositions").iter_rows(named=True):
            source = str(row["__source"])
            place = f"line {lines[source][row['__row']][1]}" if source in FILES else f"key {row['__key']}"
            assert (source, place) not in found, f"{kind} {source} {place} has two dispositions"
            found[source, place] = row
        return found

    def things(self, kind: str) -> dict[str, set[str]]:
        """True thing -> the entities in the target that its rows became."""
        rows, found = self.rows(kind), dict[str, set[str]]()
        for line in self.truth("fates"):
            row = rows.get((line["source"], line["place"]))
            if line["object"] == kind and row is not None and row["state"] in IN_TARGET:
                found.setdefault(line["entity"], set()).add(str(row["__entity"]))
        return found

    def records(self, kind: str) -> dict[str, Record]:
        """True thing -> its record as it was read back from the target."""
        if kind not in self._records:
            actual = self.run.actual(NAMES.get(kind, kind))
            self._records[kind] = {name: actual[next(iter(here))] for name, here in self.things(kind).items()}
        return self._records[kind]

    @cached_property
    def _records(self) -> dict[str, dict[str, Record]]:
        return {}

    @staticmethod
    def field(kind: str, name: str) -> str:
        """What the mapping calls a field of the truth."""
        return FIELDS.get(kind, {}).get(name, "contact" if name == "guest" else name)
