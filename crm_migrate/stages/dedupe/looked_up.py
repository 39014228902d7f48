"""Records that are only looked up in the target: who asks by the same values asks for the same record, and is one.

By the values themselves and not by what they are compared by elsewhere: `Acme Ltd` and `Acme GmbH` are two questions.
"""

from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.dedupe.pairs import DECIDED
from crm_migrate.workspace.relations import Relations

LOOKED_UP = "looked up"
_NUMBER = -8  # no rule


def join_questions(work: Relations, plan: ObjectPlan, nodes: str) -> None:
    """Add each node that asks by the values of another to `verdicts/<object>`, with the least node of these values."""
    fields = [plan.field(name) for name in plan.existing.match]
    asked = ", ".join(f"lower({quoted(f.name)})" if f.kind.role == "mailbox" else quoted(f.name) for f in fields)
    work.execute(f"""INSERT INTO {quoted(f"verdicts/{plan.name}")}
    SELECT first, __node, {_NUMBER}, {literal(LOOKED_UP)}, 'merge', {literal("same " + ", ".join(plan.existing.match))},
      {DECIDED}, [], NULL
    FROM (SELECT __node, min(__node) OVER (PARTITION BY {asked}) AS first FROM {nodes}) WHERE first < __node""")
