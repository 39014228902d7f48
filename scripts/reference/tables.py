"""The tables of the reference below its blocks: types, steps, kinds, survivorship, gates, each word with an example."""

import re

from crm_migrate.cleansing import STEPS
from crm_migrate.cleansing.kinds import KINDS
from crm_migrate.crm.model import OBJECTS, CanonicalField
from crm_migrate.crm.types import TYPES
from crm_migrate.mapping import expression_syntax, model
from crm_migrate.mapping.deriving import MEANINGS
from crm_migrate.mapping.plan import VETOES
from crm_migrate.mapping.resolving_fields import SURVIVE
from crm_migrate.mapping.resolving_proofs import GATES
from reference import small
from reference.scenarios import scenarios


def small_words() -> str:
    """Everything below the grammar of expressions."""
    return "".join((_types(), _objects(), _derived(), _steps(), _kinds(), _survivorship(), _others(), _reserved()))


def _types() -> str:
    rows = "".join(
        f"| `{t.name}` | {cell(small.words('types')[t.name]['means'])} | {t.clean or 'none'} | {t.survive} |"
        f" {t.on_invalid} | {'; '.join(_becomes(each, written=False) for each in small.of_type(t.name))} |\n"
        for t in TYPES.values()
    )
    return (
        "\n## Semantic types\n\nCells as a source of the locale tr-TR in Europe/Istanbul has them.\n"
        "\n| type | what it holds | default step | survives | unreadable | example |\n|---|---|---|---|---|---|\n"
        f"{rows}"
    )


def _objects() -> str:
    rows = "".join(
        f"| `{o.name}` | {o.about} | {', '.join(map(_field, o.fields))} |\n"
        for o in sorted(OBJECTS.values(), key=lambda o: o.name)
    )
    return (
        "\n## Objects and fields of the CRM model\n"
        "\n**Bold**: no record goes without it. `->` leads to a record of that object.\n"
        f"\n| object | one record is | fields |\n|---|---|---|\n{rows}"
    )


def _derived() -> str:
    rows = "".join(f"| `{name}` | {meaning} |\n" for name, meaning in MEANINGS.items())
    told = "Checks and key figures may name them; no line maps them ([→](mapping-examples.md#project-facts))."
    return f"\n## Derived fields\n\n{told}\n\n| field | meaning |\n|---|---|\n{rows}"


def _steps() -> str:
    rows = []
    for step in STEPS.values():
        said = small.words("steps").get(step.name, {}).get("parameters", {})
        names = [f"`{name}`: {cell(each['means'])}; default: {cell(each['default'])}" for name, each in said.items()]
        examples = "; ".join(_becomes(each) for each in small.of_step(step.name))
        rows.append(f"| `{step.name}` | {cell(step.doc)} | {'; '.join(names) or 'takes none'} | {examples} |\n")
    engine = "".join(
        f"| `{name}` | {means} | {takes} | [→](mapping-examples.md#{scenario}) |\n"
        for name, (means, takes, scenario) in _ENGINE.items()
    )
    return (
        "\n## Steps\n\nRead as a source of the locale tr-TR in Europe/Istanbul reads them; behind a value stands what"
        " is told of it. `crm-migrate steps` lists them, too. Every step with a `region` takes it from a column, too,"
        " row by row: `Tel | phone(by=Land)`; of rows without a country `phone(DE, by=Land)` takes DE, and a country"
        " that nobody can read is told and not taken for another.\n"
        f"\n| step | what it does | parameters | example |\n|---|---|---|---|\n{''.join(rows)}{engine}"
    )


_ENGINE = {
    "map": (
        "Translate by a value map.",
        "the name of the map, then the columns beside the cell; required",
        "value-maps",
    ),
    "owner": ("Translate a login to the owner in the target.", "takes none", "owners"),
}


def _kinds() -> str:
    rows = []
    for kind in KINDS.values():
        options = ", ".join(f"`{name}`" for name in kind.options) or "takes none"
        examples = "; ".join(_becomes(each) for each in small.of_kind(kind.name))
        rows.append(f"| `{kind.name}` | {cell(kind.doc)} | {options} | {examples} |\n")
    return (
        "\n## Kinds of `clean`\n\nWhat `crm-migrate clean --kind` reads, by the same readers; each option is left to"
        " the locale and the column unless said.\n"
        f"\n| kind | what comes out | options | example |\n|---|---|---|---|\n{''.join(rows)}"
    )


def _survivorship() -> str:
    kept = small.survivors()
    rows = []
    for name in sorted(SURVIVE):
        said = small.words("survivorship")[name]
        values = ", ".join(code(str(value)) for value in said["says"])
        rows.append(f"| `{name}` | {cell(said['means'])} | {values} → {code(kept[name])} |\n")
    return (
        "\n## Survivorship\n\nWhich of several values of one record stays; by the type of the field unless said. In the"
        " examples the first source is trusted most, and the last one changed last.\n"
        f"\n| word | meaning | example |\n|---|---|---|\n{''.join(rows)}"
    )


def _others() -> str:
    others = small.words("others")
    gates = "".join(
        f"| `{name}` | {others['gates'][name]['means']} | {others['gates'][name]['default']} |"
        f" {_written(_LIMIT % name)} |\n"
        for name in sorted(GATES)
    )
    vetoes = "".join(
        f"| `field {said}` | {others['vetoes'][said]} | {_written(_VETO % said)} |\n" for said in VETOES.values()
    )
    return (
        "\n## Gates\n\nThat `reconcile: gates:` may limit.\n"
        f"\n| gate | what it counts | limit unless said | example |\n|---|---|---|---|\n{gates}"
        "\n## Vetoes\n\nThat `unless:` of a match rule may say; none unless said.\n"
        f"\n| veto | what stops the rule | example |\n|---|---|---|\n{vetoes}"
    )


_LIMIT, _VETO = r"(?<=gates: \{).*?(\b%s: (?:\{[^}]*\}|[^,}\n]+))", r"(\w+ %s)"


def _written(pattern: str) -> str:
    """How the first example writes it, with a link to it."""
    for each in scenarios():
        if found := re.search(pattern, each.body):
            return f"{code(found[1])} [→](mapping-examples.md#{each.name})"
    return ""


def _reserved() -> str:
    return f"\n## Names that no source may have\n\n{', '.join(f'`{name}`' for name in sorted(model.RESERVED))}\n"


def _field(field: CanonicalField) -> str:
    name = f"**`{field.name}`**" if field.required else f"`{field.name}`"
    return f"{name} -> {field.reference}" if field.reference else name


def of_expressions(part: str) -> str:
    """Signs, words or functions of expressions, with what they are for a row."""
    rows = []
    for name, said in small.words("expressions")[part].items():
        written = expression_syntax.usage(name) if part == "functions" else name
        examples = "; ".join(_computed(small.of_expression(*each)) for each in said["examples"])
        rows.append(f"| {code(written)} | {cell(said['means'])} | {examples} |\n")
    return f"\n### {part.capitalize()}\n\n| {part[:-1]} | meaning | example |\n|---|---|---|\n{''.join(rows)}"


def _computed(example: small.Shown) -> str:
    return f"{code(example.written)} is {code(example.result)} where {cell(example.given)}"


def _becomes(example: small.Shown, *, written: bool = True) -> str:
    """What a step, a kind or a type makes of a cell."""
    name = f"{code(example.written)}: " if written else ""
    flag = f" ({example.flag})" if example.flag else ""
    return f"{name}{code(example.given)} → {code(example.result)}{flag}"


def cell(text: str) -> str:
    """A text as it stands in a table."""
    return text.replace("|", "\\|")


def code(text: str) -> str:
    """A text as code in a table: a `|` is kept, and so are blanks and line ends, which are told."""
    told = text.replace("|", "\\|").replace("\n", "⏎")
    fence = "``" if "`" in told else "`"
    return f"{fence}{told}{fence}" if told.strip() else "(empty)"
