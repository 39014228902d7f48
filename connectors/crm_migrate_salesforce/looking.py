"""Asking an organisation: its objects, its records by pages, and records by a name of their own."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import pairwise
from typing import TypeVar

from crm_migrate.connecting.http import Answer, Http, Request, Waiting
from crm_migrate.connecting.kinds import Kind, kinds_of, split
from crm_migrate.errors import TargetError, Throttled
from crm_migrate_salesforce import answers, soql
from crm_migrate_salesforce.answers import PAGE, Record
from crm_migrate_salesforce.describe import Described
from crm_migrate_salesforce.file_shapes import LINK, VERSION, with_links
from crm_migrate_salesforce.requests import Api
from crm_migrate_salesforce.shapes import ARCHIVED, CONVERTED, LEAD_STATES

MANY = 500  # values in one condition
Told = TypeVar("Told")
By = tuple[str, str]  # object, field


class Looking:
    """One organisation as it is asked. Any number of threads may ask."""

    def __init__(self, http: Http, api: Api, waiting: Waiting, *, owns_nothing: bool = False) -> None:
        self._http, self.api, self._waiting, self._owns_nothing = http, api, waiting, owns_nothing
        self._lock = threading.RLock()
        self._described: dict[str, Described | None] = {}
        self._names: dict[By, dict[str, list[str]]] = {}
        self._objects: dict[str, Record] = {}

    def ask(self, request: Request, read: Callable[[Answer], Told]) -> Told:
        """What an answer to a question says."""
        return self._http.ask(request, lambda answer: read(self.passed(answer)))

    def passed(self, answer: Answer) -> Answer:
        """The answer, unless it says that nothing is taken at this moment (Throttled)."""
        if answers.too_many_at_once(answer):
            words = f"too many long requests are under way in Salesforce: {answer.request}"
            raise Throttled(words, self._waiting.now() + answers.BUSY, hint="crm-migrate resume")
        return answer

    @cached_property
    def user(self) -> str:
        """The id of the user that we are."""
        return self.ask(self.api.who(), answers.user)

    def check_version(self) -> None:
        """TargetError where the organisation does not speak our version: it would say of every object that there is
        none."""
        known = self.ask(self.api.versions(), answers.versions)
        if self.api.version not in known:
            raise TargetError(
                f"the organisation does not speak version {self.api.version} of the API",
                hint=f"api_version: {known[-1].removeprefix('v')}",
            )

    @property
    def nobody(self) -> str:
        """The id of the user whose records are nobody's, "" where there is none."""
        return self.user if self._owns_nothing else ""

    def forget(self) -> None:
        """What is asked next is asked anew."""
        with self._lock:
            self._described.clear()
            self._names.clear()
            self._objects.clear()

    # ------------------------------------------------------------------------------------------------ objects

    def described(self, name: str) -> Described | None:
        """An object, or a kind of one, as it was when it was first used; None where there is none."""
        try:
            kind = split(name)
        except ValueError:
            return None
        with self._lock:
            if name not in self._described:
                read = partial(answers.described, name=name, object=kind.object)
                found = self.ask(self.api.describing(kind.object), read)
                links = self.described(LINK) if found is not None and kind.object == VERSION else None
                self._described[name] = with_links(found, links) if found is not None and links is not None else found
            found = self._described[name]
        return found if found is None or not kind.field or kind.field in found.fields else None

    def kinds(self, object: str) -> list[Kind]:
        """The kinds of an object that were asked for so far."""
        with self._lock:
            return kinds_of((name for name, found in self._described.items() if found is not None), object)

    def objects(self) -> Mapping[str, Record]:
        """Name -> what is said of each object."""
        with self._lock:
            if not self._objects:
                self._objects = self.ask(self.api.objects(), answers.objects)
            return self._objects

    # ------------------------------------------------------------------------------------------------ records

    def pages(self, object: str, fields: Sequence[str], where: Collection[str] = ()) -> Iterator[Sequence[Record]]:
        """Records in the order of their ids, without those that were deleted; each page begins behind the last."""
        archived = self.archived(object)
        conditions = [*where, *(["IsDeleted = false"] if archived else [])]
        after = ""
        while True:
            behind = [f"Id > {soql.literal(after)}"] if after else []
            query = soql.select(fields, object, [*conditions, *behind], PAGE)
            page = self.ask(self.api.query(query, every=archived), answers.page)
            listed = [after, *(str(record["Id"]) for record in page.records)]
            if any(one >= other for one, other in pairwise(listed)):
                raise TargetError(
                    f"Salesforce gives records of {object} in another order than that of their ids: some would be lost"
                )
            if page.records:
                yield page.records
            if page.whole and len(page.records) < PAGE:
                return
            after = str(page.records[-1]["Id"])

    @staticmethod
    def archived(object: str) -> bool:
        """Whether some records are only seen by a query of all, which shows those in the recycle bin, too."""
        return object in ARCHIVED

    def among(self, object: str, fields: Sequence[str], by: str, values: Collection[str]) -> Iterator[Sequence[Record]]:
        """Records whose field `by` is one of these."""
        for some in soql.parted(values, MANY):
            yield from self.pages(object, fields, [soql.among(by, some)])

    def of_kind(self, kind: Kind, described: Described) -> list[str]:
        """The condition that tells which records of an object are meant."""
        if not kind.field:
            return []
        of_boolean = described.fields[kind.field].get("type") == "boolean"
        return [f"{kind.field} = {kind.value if of_boolean else soql.literal(kind.value)}"]

    def converted_states(self) -> frozenset[str]:
        """The states of leads that were converted."""
        pages = self.pages(LEAD_STATES, ["ApiName"], [f"{CONVERTED} = true"])
        return frozenset(str(each.get("ApiName")) for page in pages for each in page)

    # ------------------------------------------------------------------------------------------------ names

    def ids_of(self, object: str, by: str, values: Collection[str]) -> Mapping[str, str]:
        """Name -> id of the records that are named by exactly one; of users, those who are active come first."""
        with self._lock:
            known = self._names.setdefault((object, by), {})
            if lacking := sorted({value for value in values if value.casefold() not in known}):
                for value in lacking:
                    known[value.casefold()] = []
                active = ["IsActive"] if object == "User" else []
                found = [r for page in self.among(object, [by, *active], by, lacking) for r in page]
                for record in sorted(found, key=lambda each: not each.get("IsActive", True)):
                    known.setdefault(str(record.get(by) or "").casefold(), []).append(str(record["Id"]))
                if object == "User":
                    self._only_active(known, {str(r["Id"]) for r in found if r.get("IsActive")})
            return {v: known[v.casefold()][0] for v in values if len(known.get(v.casefold(), ())) == 1}

    def _only_active(self, known: dict[str, list[str]], active: Collection[str]) -> None:
        for name, ids in known.items():
            if len(ids) > 1 and (some := [id for id in ids if id in active]):
                known[name] = some

    def names_of(self, object: str, by: str, ids: Collection[str]) -> dict[str, str]:
        """Id -> name of the records that have one."""
        wanted = sorted({id for id in ids if soql.is_id(id)})
        found = (record for page in self.among(object, [by], "Id", wanted) for record in page)
        return {str(record["Id"]): str(record[by]) for record in found if record.get(by)}
