"""Candidate pairs of the rules and what each rule says about them.

A rule is blocked on its exact comparisons; one that only compares fuzzily, on the beginnings and the end of the words
of its first field. In a block of up to `BLOCK` records all pairs are looked at; a larger one is reported and sorted,
and each record is compared with its next `WINDOW` neighbours: never skipped, never n².
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from crm_migrate.mapping.plan import VETOES, MatchRulePlan, ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.dedupe.rules import hard_fields, is_alone, name_fields
from crm_migrate.stages.dedupe.shared import shared_table
from crm_migrate.stages.dedupe.similarity import create_similarities
from crm_migrate.workspace.relations import Relations

# Chosen for time, not measured: 64 records are 2,016 pairs, and a record of a larger block is compared with 24 others.
BLOCK = 64
WINDOW = 12

# Who has the last word on a pair: a person, a contradiction, `do: apart`, then merge, an earlier load (where the model
# merges), review, a rule's own veto, and where all these are silent the model.
DECIDED, CONTRADICTED, APART, MERGE, EARLIER, REVIEW, VETOED, SILENT = range(8)
MODEL, LEARNED = "learned", 1_000_000  # the model among the rules: its name, and a number that no rule has


def create_verdicts(work: Relations, plan: ObjectPlan) -> None:
    """Table `verdicts/<object>`: one line per pair and rule; needs `keys/` and `shared/`. Also `blocks/<object>`."""
    work.execute(
        f"CREATE TABLE {quoted(f'verdicts/{plan.name}')} (a BIGINT, b BIGINT, number INTEGER, rule VARCHAR,"
        " outcome VARCHAR, why VARCHAR, precedence INTEGER, alike DOUBLE[], decision VARCHAR)"
    )
    work.execute(f"CREATE TABLE {quoted(f'blocks/{plan.name}')} (rule VARCHAR, blocks BIGINT, largest BIGINT)")
    for number, rule in enumerate(plan.match):
        _candidates(work, plan, rule)
        fuzzy = _similar(work, plan, rule)
        work.execute(_judged(plan, rule, number, fuzzy))
        for table in (*fuzzy.values(), "candidates"):
            work.execute(f"DROP TABLE {table}")


def _candidates(work: Relations, plan: ObjectPlan, rule: MatchRulePlan) -> None:
    """Table `candidates` (`a` < `b`) of a rule."""
    exact = [quoted(same.field) for same in rule.same if same.similarity is None]
    keys = quoted(f"keys/{plan.name}")
    work.execute(f"CREATE TABLE block AS {_exact_blocks(keys, exact) if exact else _word_blocks(keys, rule)}")
    work.execute(
        f"INSERT INTO {quoted(f'blocks/{plan.name}')} SELECT {literal(rule.name)}, count(DISTINCT block), max(size)"
        f" FROM block WHERE size > {BLOCK} HAVING count(*) > 0"
    )
    sorting = [quoted(same.field) for same in rule.same if same.similarity is not None]
    sorting += [quoted(field.name) for field in name_fields(plan)]
    order = "".join(f"k.{name}, " for name in dict.fromkeys(sorting))
    work.execute(
        "CREATE TABLE candidates AS SELECT x.node AS a, y.node AS b FROM block x JOIN block y"
        f" ON x.block = y.block AND x.node < y.node WHERE x.size <= {BLOCK}"
        " UNION SELECT least(x.node, y.node), greatest(x.node, y.node) FROM placed x JOIN placed y"
        f" ON x.block = y.block AND y.place BETWEEN x.place + 1 AND x.place + {WINDOW}".replace(
            "placed",
            f"(SELECT b.node, b.block, row_number() OVER (PARTITION BY b.block ORDER BY {order}b.node) AS place"
            f" FROM block b JOIN {keys} k ON k.node = b.node WHERE b.size > {BLOCK})",
        )
    )
    work.execute("DROP TABLE block")


def _exact_blocks(keys: str, exact: list[str]) -> str:
    named = ", ".join(exact)
    filled = " AND ".join(f"{name} IS NOT NULL" for name in exact)
    return (
        f"SELECT k.node, g.block, g.size FROM {keys} k JOIN (SELECT {named}, row_number() OVER () AS block,"
        f" count(*) AS size FROM {keys} WHERE {filled} GROUP BY {named} HAVING count(*) > 1) g USING ({named})"
    )


def _word_blocks(keys: str, rule: MatchRulePlan) -> str:
    """Each record stands in a block per word (its first four letters) and in one for the end of its last word."""
    name = quoted(rule.same[0].field)
    words = f"[left(w, 4) FOR w IN string_split({name}, ' ') IF length(w) > 1]"
    return (
        f"WITH parts AS (SELECT node, unnest(list_distinct(list_append({words}, concat('…', right({name},"
        f" 4))))) AS part"
        f" FROM {keys} WHERE {name} IS NOT NULL), sized AS (SELECT part, row_number() OVER () AS block,"
        " count(*) AS size FROM parts GROUP BY part HAVING count(*) > 1)"
        " SELECT node, block, size FROM parts JOIN sized USING (part)"
    )


def _similar(work: Relations, plan: ObjectPlan, rule: MatchRulePlan) -> dict[str, str]:
    """Tables of likeness of the fuzzy fields of a rule: field -> table."""
    tables = {}
    for place, same in enumerate(rule.same):
        if same.similarity is None:
            continue
        keys, name = quoted(f"keys/{plan.name}"), quoted(same.field)
        pairs = (
            f"SELECT p.{name} AS x, q.{name} AS y FROM candidates c JOIN {keys} p ON p.node = c.a JOIN"
            f" {keys} q ON q.node = c.b"
        )
        tables[same.field] = f"alike_{place}"
        create_similarities(work, pairs, tables[same.field], plan.field(same.field).type)
    return tables


def _judged(plan: ObjectPlan, rule: MatchRulePlan, number: int, fuzzy: dict[str, str]) -> str:
    keys = quoted(f"keys/{plan.name}")
    likeness, conditions, joins, reasons = [], [], [], []
    for same in rule.same:
        name = quoted(same.field)
        if same.similarity is None:
            likeness.append("1.0")
            reasons.append(literal(f"same {same.field}"))
            continue
        table = fuzzy[same.field]
        alike = f"CASE WHEN p.{name} = q.{name} THEN 1.0 ELSE {table}.similarity END"
        joins.append(f" LEFT JOIN {table} ON {table}.x = p.{name} AND {table}.y = q.{name}")
        conditions.append(f"coalesce({alike} >= {same.similarity}, FALSE)")
        likeness.append(alike)
        reasons.append(f"concat({literal(same.field)}, ' alike ', round({alike}, 2))")
    outcome, precedence, veto = _outcome(plan, rule)
    why = f"concat_ws(', ', {', '.join(reasons)})"
    return (
        f"INSERT INTO {quoted(f'verdicts/{plan.name}')} SELECT a, b, {number}, {literal(rule.name)},"
        f" {outcome}, CASE WHEN {veto} IS NULL THEN {why} ELSE concat({why}, '; but ', {veto}) END, {precedence},"
        f" [{', '.join(likeness)}], NULL FROM candidates JOIN {keys} p ON p.node = a JOIN {keys} q ON q.node = b"
        f"{''.join(joins)}{' WHERE ' + ' AND '.join(conditions) if conditions else ''}"
    )


def _outcome(plan: ObjectPlan, rule: MatchRulePlan) -> tuple[str, str, str]:
    """SQL of outcome, precedence and the veto's words (null without one) for a pair of keys `p`, `q`."""
    hard = [(_differs(field.name), f"{field.name} differs") for field in hard_fields(plan)]
    means: Mapping[str, Callable[[str], str]] = {"differs": _differs, "shared": partial(_shared, plan)}
    own = [(means[veto.kind](veto.field), f"{veto.field} {VETOES[veto.kind]}") for veto in rule.unless]
    weak = [(_shared(plan, rule.same[0].field), f"{rule.same[0].field} is shared")] if is_alone(plan, rule) else []
    weak = weak if rule.do == "merge" else []
    spoken = {"merge": MERGE, "review": REVIEW, "apart": APART}[rule.do]
    outcome = _case([(c, literal("vetoed")) for c, _ in (*hard, *own)] + [(c, literal("review")) for c, _ in weak])
    precedence = _case(
        [(c, str(CONTRADICTED)) for c, _ in hard]
        + [(c, str(VETOED)) for c, _ in own]
        + [(c, str(REVIEW)) for c, _ in weak]
    )
    veto = _case([(c, literal(words)) for c, words in (*hard, *own, *weak)])
    return outcome.format(literal(rule.do)), precedence.format(spoken), veto.format("NULL")


def _case(branches: list[tuple[str, str]]) -> str:
    if not branches:
        return "{}"
    escaped = "".join(f" WHEN {c} THEN {v}" for c, v in branches).replace("{", "{{").replace("}", "}}")
    return f"CASE{escaped} ELSE {{}} END"


def _differs(field: str) -> str:
    name = quoted(field)
    return f"(p.{name} IS NOT NULL AND q.{name} IS NOT NULL AND p.{name} <> q.{name})"


def _shared(plan: ObjectPlan, field: str) -> str:
    name = quoted(field)
    shared = f"(SELECT key FROM {shared_table(plan, field)})"
    return f"(coalesce(p.{name} IN {shared}, FALSE) OR coalesce(q.{name} IN {shared}, FALSE))"


def settle_pairs(work: Relations, plan: ObjectPlan) -> None:
    """Table `pairs/<object>`: the last word on every pair that a rule or a decision spoke about."""
    work.execute(
        f"CREATE TABLE {quoted(f'pairs/{plan.name}')} AS SELECT a, b, number, rule, outcome, why,"
        f" precedence, alike, decision, NULL::DOUBLE AS probability"
        f" FROM {quoted(f'verdicts/{plan.name}')}"
        " QUALIFY row_number() OVER (PARTITION BY a, b ORDER BY precedence, number, decision) = 1"
    )


def evidence(plan: ObjectPlan, nodes: str, told: Sequence[str] = ()) -> str:
    """Query of the contract table `pairs`: evidence is field -> [left value, right value, likeness].

    `told` names the fields that the model looks at.
    """
    pairs = quoted(f"pairs/{plan.name}")
    columns = "p.a, p.b, p.rule, p.outcome, p.why, {0} AS evidence, p.decision, p.probability"
    queries = [f"SELECT {columns.format(literal('{}'))} FROM {pairs} p WHERE p.number < 0"]
    for number, rule in enumerate(plan.match):
        cells = ", ".join(
            f"{literal(same.field)}, json_array(x.{quoted(same.field)}, y.{quoted(same.field)},"
            f" round(p.alike[{place}], 4))"
            for place, same in enumerate(rule.same, 1)
        )
        queries.append(_with_values(columns, f"json_object({cells})::VARCHAR", pairs, "paired", number))
    if told:
        queries.append(_with_values(columns, _compared(told), pairs, "paired", LEARNED))
    fields = {same.field for rule in plan.match for same in rule.same} | {*told}
    # Of all records only those of pairs: else the engine may lay down all of them, twice for each rule.
    paired = f"""SELECT {", ".join(["__node", *map(quoted, sorted(fields))])} FROM {nodes}
      WHERE __node IN (SELECT a FROM {pairs} UNION ALL SELECT b FROM {pairs})"""
    return f"WITH paired AS MATERIALIZED ({paired}) SELECT * FROM ({' UNION ALL '.join(queries)}) ORDER BY a, b"


def _with_values(columns: str, compared: str, pairs: str, nodes: str, number: int) -> str:
    return (
        f"SELECT {columns.format(compared)} FROM {pairs} p"
        f" JOIN {nodes} x ON x.__node = p.a JOIN {nodes} y ON y.__node = p.b WHERE p.number = {number}"
    )


def _compared(fields: Sequence[str]) -> str:
    """SQL: the JSON of all fields that one of two records fills, with how alike they are as they are written."""
    cells = []
    for field in fields:
        x, y = f"x.{quoted(field)}::VARCHAR", f"y.{quoted(field)}::VARCHAR"
        alike = f"round(jaro_winkler_similarity(lower({x}), lower({y})), 4)"
        pair = f"concat(to_json({literal(field)}), ':', json_array({x}, {y}, {alike}))"
        cells.append(f"CASE WHEN {x} IS NOT NULL OR {y} IS NOT NULL THEN {pair} END")
    return f"concat('{{', concat_ws(',', {', '.join(cells)}), '}}')"
