"""What is asked of Dataverse, as data. Pure."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from crm_migrate.connecting.http import Request, Stream
from crm_migrate_dynamics.multipart import Step, written

DATA = "/api/data/{version}"
PAGE = 1000  # records of a page
TYPE = "Microsoft.Dynamics.CRM."
ONLY_THERE = {"If-Match": "*"}  # a change makes no record
GO_ON = {"Prefer": "odata.continue-on-error"}
CASTS = ("Picklist", "State", "Status", "MultiSelectPicklist")  # attributes whose options are asked for
# What answers to the questions about a table call themselves, in the order in which `read_table` takes them.
DESCRIBING = (
    "$entity", "Attributes", *(f"{TYPE}{kind}AttributeMetadata" for kind in CASTS), "ManyToOneRelationships",
    "OneToManyRelationships", "Keys", "sdkmessagefilters",
)  # fmt: skip
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Api:
    """One version of the API, and what goes along with everything that is written."""

    version: str
    bypass_logic: bool = False

    @property
    def root(self) -> str:
        """The path of the version."""
        return f"/api/data/{self.version}"

    def who(self) -> Request:
        """The organisation and the user that we are."""
        return self._get(f"{DATA}/WhoAmI")

    def tables(self) -> Request:
        """All tables, without their columns."""
        return self._get(f"{DATA}/EntityDefinitions", query={"$select": "LogicalName,EntitySetName,PrimaryIdAttribute"})

    def describing(self, table: str) -> Request:
        """A table with its columns, options, relationships and keys, as one batch of questions."""
        of = f"EntityDefinitions(LogicalName='{quote(table, safe='')}')"
        casts = [
            f"{of}/Attributes/{TYPE}{kind}AttributeMetadata?$select=LogicalName&$expand=OptionSet" for kind in CASTS
        ]
        paths = [of, f"{of}/Attributes", *casts, f"{of}/ManyToOneRelationships", f"{of}/OneToManyRelationships",
                 f"{of}/Keys", self._has_multiple(table)]  # fmt: skip
        return self.batch([[Step("GET", path)] for path in paths], writes=False)

    @staticmethod
    def _has_multiple(table: str) -> str:
        wanted = f"sdkmessageid/name eq 'CreateMultiple' and primaryobjecttypecode eq '{table}'"
        return f"sdkmessagefilters?$select=sdkmessagefilterid&$filter={quote(wanted)}"

    def page(self, set: str, key: str, names: Collection[str], where: str = "", size: int = PAGE) -> Request:
        """The first page of records, in the order of their ids."""
        query = {"$select": ",".join(names), "$orderby": key} | ({"$filter": where} if where else {})
        return Request("GET", f"{DATA}/{{set}}", {"version": self.version, "set": set}, query, headers=_told(size))

    def following(self, set: str, link: str, size: int = PAGE) -> Request:
        """The page that another one names as the next: its cookie is used as it is."""
        query = dict(parse_qsl(urlsplit(link).query))
        return Request("GET", f"{DATA}/{{set}}", {"version": self.version, "set": set}, query, headers=_told(size))

    def finding(self, set: str, names: Collection[str], conditions: Sequence[str]) -> Request:
        """Records that meet one of these conditions, each a question of one batch: an address has an end."""
        queries = (
            urlencode({"$select": ",".join(names), "$filter": each}, safe="$", quote_via=quote) for each in conditions
        )
        steps = [[Step("GET", f"{set}?{query}", headers=_told(5000))] for query in queries]
        return self.batch(steps, writes=False)

    def privileges(self, users: Sequence[str], name: str) -> Request:
        """Whether each of these users has a privilege, by a role or a team."""
        function = f"{TYPE}RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p)?@p={quote(json.dumps([name]))}"
        return self.batch([[Step("GET", f"systemusers({user})/{function}")] for user in users], writes=False)

    def team_privileges(self, teams: Sequence[str]) -> Request:
        """All privileges that each of these teams has by its roles."""
        asked = [[Step("GET", f"teams({team})/{TYPE}RetrieveTeamPrivileges()")] for team in teams]
        return self.batch(asked, writes=False)

    def making_many(self, set: str, table: str, records: Sequence[Values]) -> Request:
        """Records that are made together, or none of them."""
        return self._message(set, "CreateMultiple", [{"@odata.type": f"{TYPE}{table}", **each} for each in records])

    def changing_many(self, set: str, table: str, key: str, records: Mapping[str, Values]) -> Request:
        """Records, by their ids, that are changed together, or none of them."""
        targets = [{"@odata.type": f"{TYPE}{table}", key: id, **each} for id, each in records.items()]
        return self._message(set, "UpdateMultiple", targets)

    def _message(self, set: str, message: str, targets: Sequence[Values]) -> Request:
        route = f"{DATA}/{{set}}/{TYPE}{message}"
        at = {"version": self.version, "set": set}
        return Request("POST", route, at, json={"Targets": list(targets)}, headers=self._headers())

    def sending(self, set: str, body: Stream, id: str = "") -> Request:
        """A new record whose body is made while it is sent, or a change of one that is there."""
        headers = self._headers() | (ONLY_THERE if id else {})
        route, at = f"{DATA}/{{set}}" + ("({id})" if id else ""), {"version": self.version, "set": set, "id": id}
        return Request("PATCH" if id else "POST", route, at, stream=body, headers=headers)

    def batch(self, groups: Sequence[Sequence[Step]], *, writes: bool = True) -> Request:
        """Requests in one, each group by itself: who is refused refuses no other."""
        body, kind = written(groups, self.root)
        headers = GO_ON | (self._headers() if writes else {})
        return Request("POST", f"{DATA}/$batch", {"version": self.version}, body=body, content_type=kind,
                       headers=headers, writes=writes)  # fmt: skip

    def adding(self, table: str, words: Values) -> Request:
        """A column that a table lacks. Asked for twice it is there once."""
        return self._defining(f"{DATA}/EntityDefinitions(LogicalName='{{table}}')/Attributes", words, table)

    def keying(self, table: str, words: Values) -> Request:
        """An alternate key."""
        return self._defining(f"{DATA}/EntityDefinitions(LogicalName='{{table}}')/Keys", words, table)

    def making_table(self, words: Values) -> Request:
        """A table of our own."""
        return self._defining(f"{DATA}/EntityDefinitions", words)

    def _defining(self, route: str, words: Values, table: str = "") -> Request:
        at = {"version": self.version, "table": table}
        return Request("POST", route, at, json=dict(words), writes=False)

    def _get(self, route: str, at: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None) -> Request:
        return Request("GET", route, {"version": self.version, **(at or {})}, query or {})

    def _headers(self) -> dict[str, str]:
        bypass = {"MSCRM.BypassBusinessLogicExecution": "CustomSync,CustomAsync"} if self.bypass_logic else {}
        return {"MSCRM.SuppressDuplicateDetection": "true"} | bypass


def _told(size: int) -> dict[str, str]:
    return {"Prefer": f'odata.maxpagesize={size},odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"'}


def among(column: str, values: Sequence[str]) -> str:
    """The condition that a column has one of these values."""
    listed = json.dumps(list(values), ensure_ascii=False)
    return f"{TYPE}In(PropertyName='{column}',PropertyValues={listed})"


def text(value: str) -> str:
    """A text in a condition."""
    return "'" + value.replace("'", "''") + "'"
