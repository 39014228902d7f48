"""A line of the mapping as a sentence for people who have never seen the mapping language."""

import re
from collections.abc import Iterator, Sequence

from babel import Locale

from crm_migrate.mapping.plan import BY, MAP_JOINER, CellPlan, FieldPlan, ObjectPlan, Plan, StepPlan
from crm_migrate.words.language import Language

_TIDYING = frozenset({"trim", "text", "null", "program_null"})  # what is done to every text
_IDLE = {"trust", "block", "never_merged", "equal"}  # said in the words of a single source, or nothing to choose


class Sentences:
    """Rules of one plan in one language."""

    def __init__(self, plan: Plan, words: Language) -> None:
        self._plan = plan
        self._words = words

    def rule(self, one: ObjectPlan, field: FieldPlan) -> str:
        """What becomes of a field, in whole sentences."""
        parts = [*self._values(one, field), *self._link(field), *self._otherwise(field), *self._merging(one, field)]
        parts += [*self._beside(field), *self._leaving(field)]
        return " ".join(parts or [self._implied(one, field)])

    def _say(self, key: str, **values: object) -> str:
        return self._words.word(f"book.rule.{key}", **values)

    # -------------------------------------------------------------------------------------------------- values

    def _values(self, one: ObjectPlan, field: FieldPlan) -> Iterator[str]:
        """Where the value comes from, and what is done to it on the way."""
        if field.constant is not None:
            yield self._say("constant", value=self._quoted(field.constant))
        for branch in field.case:
            yield self._branch(branch.when, branch.then)
        together: dict[str, list[str]] = {}
        named = len(field.cells) > 1 or len(one.sources) > 1
        for source, cell in field.cells.items():
            done = self._steps(cell)
            if cell.column is None:
                yield self._computed(source if named else "", cell, done)
            else:
                origin = self._quoted(cell.column) + (f" ({source})" if named else "")
                together.setdefault(done, []).append(origin)
        if together:
            told = (": ".join(filter(None, (self._listed(of), done))) for done, of in together.items())
            yield self._say("from", origins="; ".join(told))

    def _computed(self, source: str, cell: CellPlan, done: str) -> str:
        text = (cell.expression or "").strip()
        return self._say(
            "computed", source=f" ({source})" if source else "", text=text, done=f": {done}" if done else ""
        )

    def _branch(self, when: str | None, then: str | None) -> str:
        value = self._say("nothing") if then is None else self._quoted(then)
        return self._say("else", value=value) if when is None else self._say("when", condition=when, value=value)

    def _listed(self, texts: Sequence[str]) -> str:
        *first, last = texts
        return self._words.word("book.and").join(filter(None, (", ".join(first), last)))

    def _steps(self, cell: CellPlan) -> str:
        told = [self._step(step) for step in cell.steps if step.name not in _TIDYING]
        if not told and cell.steps:
            return self._say("tidied")
        return ", ".join(told)

    def _step(self, step: StepPlan) -> str:
        if step.name == "map":
            return self._map(step)
        if step.is_own_code:
            return self._own_code(step)
        by = [self._say("by", column=self._quoted(step.options[BY]))] if BY in step.options else []
        others = (f"{name}={value}" for name, value in step.options.items() if name != BY)
        said = [*by, *map(self._region, step.args), *others]
        key = f"book.step.{step.name}"
        text = self._words.words.get(key, step.name)
        with_ = self._words.words.get(f"{key}.with")
        if said and with_:
            return with_.format(said=", ".join(said))
        return f"{text} ({', '.join(said)})" if said else text

    def _region(self, text: str) -> str:
        """A country, or whose separators a number has, by its name; everything else as it is."""
        locale = Locale.parse(self._words.code)
        if re.fullmatch("[A-Z]{2}", text):
            return str(locale.territories.get(text, text))
        return str(locale.languages.get(text, text)) if re.fullmatch("[a-z]{2}", text) else text

    def _quoted(self, text: str) -> str:
        return self._words.word("book.quoted", text=text)

    def _own_code(self, step: StepPlan) -> str:
        file, _, name = step.args[0].rpartition(":")
        return self._say("own_code", name=name, file=file, beside=self._companions(step))

    def _companions(self, step: StepPlan) -> str:
        """The columns that decide with the cell."""
        return self._say("together", columns=self._listed([*map(self._quoted, step.beside)])) if step.beside else ""

    def _map(self, step: StepPlan) -> str:
        name = step.args[0]
        policy, beside = self.unmapped(name), self._companions(step)
        return self._say("map", name=name, beside=beside, policy=policy)

    def unmapped(self, name: str) -> str:
        """What a value without translation does."""
        found = self._plan.value_maps[name]
        return self._words.word(f"book.unmapped.{found.unmapped}", value=found.default or "")

    # ------------------------------------------------------------------------------------------ links and fallbacks

    def _link(self, field: FieldPlan) -> Iterator[str]:
        if field.ref is None:
            return
        ref = field.ref
        if ref.same_row:
            yield self._say("same_row", object=ref.object, sources=self._listed(list(ref.same_row)))
        if field.cells:
            by = self._say("by_field", field=ref.by) if ref.by else self._say("by_key")
            yield self._say("link", object=ref.object, by=by)
        yield self._words.word(f"book.missing.{ref.missing}", object=ref.object)

    def _otherwise(self, field: FieldPlan) -> Iterator[str]:
        if field.default_from is not None:
            reference, _, other = field.default_from.partition(".")
            yield self._say("default_from", reference=reference, field=other)
        if field.default is not None:
            yield self._say("default", value=self._quoted(field.default))
        if field.cells and field.on_invalid != "keep":
            yield self._words.word(f"book.invalid.{field.on_invalid}")

    # -------------------------------------------------------------------------------------------------- merging

    def _merging(self, one: ObjectPlan, field: FieldPlan) -> Iterator[str]:
        """Who wins where several say something: sources beside each other, or doubles that become one."""
        if len(field.cells) > 1 and field.survive in _IDLE:
            trust = {feed.source: feed.trust for feed in one.feeds}
            ordered = sorted(field.cells, key=lambda source: trust.get(source, len(trust) + 1))
            yield self._say("trusted", sources=" → ".join(ordered))
        elif field.cells and (one.mergeable or len(field.cells) > 1) and field.survive not in _IDLE:
            yield self._words.word(f"book.survive.{field.survive}")
        if field.per is not None:
            yield self._say("per", field=field.per)
        if field.keep_others is not None:
            yield self._say("keep_others", field=field.keep_others)

    def _beside(self, field: FieldPlan) -> Iterator[str]:
        if field.evidence:
            yield self._say("evidence", columns=self._listed([*map(self._quoted, field.evidence)]))
        if field.follows is not None:
            yield self._say("follows", field=field.follows)
        if field.allow_reconsent is not None:
            yield self._say("reconsent", decision=field.allow_reconsent)
        if field.clear:
            yield self._say("clear")

    def _leaving(self, field: FieldPlan) -> Iterator[str]:
        if field.let:
            yield self._say("let")
        if field.sensitive is not None:
            yield self._say("sensitive", why=field.sensitive)
        if field.action != "migrate":
            yield self._say(field.action, decision=field.because or "–")

    def _implied(self, one: ObjectPlan, field: FieldPlan) -> str:
        """A field that no line of the mapping has: other words fill it."""
        kept = next((each.name for each in one.fields if each.keep_others == field.name), None)
        owners = self._plan.owners
        if kept is not None:
            return self._say("others_of", field=kept)
        if owners is not None and f"({field.name})" in owners.closed_records:
            return self._say("former_owner")
        return self._say("suppressed") if not one.feeds else self._say("by_program")


def shown(words_of_entry: str) -> tuple[str, ...]:
    """The words of an entry of a value map, one for each of its columns."""
    return tuple(words_of_entry.split(MAP_JOINER))
