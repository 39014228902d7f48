"""Random requests against a plain model: the simulated CRM holds what a person would write down."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule
from simulated import KEY, Direct, engine

keys = st.sampled_from([f"c{n}" for n in range(8)])
mails = st.none() | st.sampled_from(["ayse@firma.example", "AYSE@firma.example", "mehmet@firma.example"])
names = st.sampled_from(["Yılmaz", "Öztürk", "x" * 20, "x" * 21, ""])


class Crm(RuleBasedStateMachine):
    """The model: a dictionary of records by id, the values of each as text."""

    ids: Bundle[str] = Bundle("ids")
    gone: Bundle[str] = Bundle("gone")

    def __init__(self) -> None:
        super().__init__()
        self.crm = Direct(engine())
        self.model: dict[str, dict[str, str]] = {}
        self.aliases: dict[str, str] = {}
        self.created = 0

    @rule(target=ids, key=keys, name=names, mail=mails)
    def create(self, key: str, name: str, mail: str | None) -> Any:
        values = {KEY: key, "last_name": name, "email": mail}
        result = self._one("create", {"fields": values})
        allowed = self._allowed(values, None)
        assert (result["status"] == "created") == allowed, result
        if not allowed:
            return multiple()
        self.model[result["id"]] = {n: v for n, v in values.items() if v} | {"stage": "new"}
        self.created += 1
        return result["id"]

    @rule(id=ids, name=names, mail=mails)
    def update(self, id: str, name: str, mail: str | None) -> None:
        values = {"last_name": name, "email": mail}
        result = self._one("update", {"id": id, "fields": values})
        allowed = id in self.model and self._allowed({**self.model[id], **values}, id)
        assert (result["status"] in ("updated", "unchanged")) == allowed, result
        if allowed:
            before = dict(self.model[id])
            self.model[id] = {n: v for n, v in {**before, **values}.items() if v}
            assert (result["status"] == "unchanged") == (before == self.model[id])

    @rule(target=gone, id=ids)
    def delete(self, id: str) -> Any:
        result = self._one("delete", {"id": id})
        assert (result["status"] == "deleted") == (id in self.model)
        values = self.model.pop(id, None)
        return (id, values) if values else multiple()

    @rule(was=consumes(gone))
    def undelete(self, was: tuple[str, dict[str, str]]) -> None:
        id, values = was
        result = self._one("undelete", {"id": id})
        free = self._free(values, id)
        assert (result["status"] == "undeleted") == free, result
        if free:
            self.model[id] = values

    @rule(winner=ids, loser=ids)
    def merge(self, winner: str, loser: str) -> None:
        result = self._one("merge", {"winner": winner, "loser": loser})
        allowed = winner != loser and winner in self.model and loser in self.model
        assert (result["status"] == "merged") == allowed
        if allowed:
            gone = self.model.pop(loser)
            if "email" in gone:
                self.aliases[gone["email"].casefold()] = winner
            filled = {n: v for n, v in gone.items() if n not in (KEY, "email")}
            self.model[winner] = filled | self.model[winner]

    @invariant()
    def the_same_records(self) -> None:
        found = {r["id"]: r["fields"] for r in self._pages()}
        assert found == self.model

    @invariant()
    def every_key_finds_its_record(self) -> None:
        found = {r["key"]: r["id"] for r in self.crm.find([f"c{n}" for n in range(8)]).body["results"]}
        assert found == {values[KEY]: id for id, values in self.model.items()}

    @invariant()
    def the_witness_counts_creations(self) -> None:
        assert len(self.crm.engine.log.creations) == self.created

    def _one(self, verb: str, record: dict[str, Any]) -> dict[str, Any]:
        reply = self.crm.write(verb, [record])
        (result,) = reply.body["results"]
        assert reply.status == (207 if result["status"] == "refused" else 200)
        return dict(result)

    def _pages(self) -> list[dict[str, Any]]:
        found, after = [], ""
        while after is not None:
            page = self.crm.ask("GET", "/v1/objects/contacts/records", limit="2", after=after).body
            found += page["results"]
            after = page["after"]
        return found

    def _allowed(self, values: dict[str, Any], id: str | None) -> bool:
        return 0 < len(values.get("last_name") or "") <= 20 and self._free(values, id)

    def _free(self, values: dict[str, Any], id: str | None) -> bool:
        others = [v for other, v in self.model.items() if other != id]
        mail = (values.get("email") or "").casefold()
        holder = self.aliases.get(mail)
        if holder in self.model and holder != id and not any((v.get("email") or "").casefold() == mail for v in others):
            return not mail
        return not any(v[KEY] == values[KEY] for v in others) and not (
            mail and any((v.get("email") or "").casefold() == mail for v in others)
        )


TestCrm = Crm.TestCase
TestCrm.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
