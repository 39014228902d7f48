"""The report for CI: JUnit XML with a suite per family of gates and a test case per gate."""

from collections.abc import Iterable, Iterator, Sequence
from xml.etree import ElementTree as Tree

from crm_migrate.reports.totals import totals
from crm_migrate.workspace.figures import Example, ExceptionGroup, Figures, Gate

EXAMPLES = 5

# A gate's family is the first word of its name that is here; everything else is of its own family.
FAMILIES = {
    "unexplained_amount": "amounts", "unexplained_values": "fields", "rules_in_target": "target", "compared": "fields",
    "in_doubt": "rows", "unexplained": "rows",
    "rejected": "rows", "held": "rows", "failed": "rows", "quarantined": "rows", "arrived": "rows", "read": "rows",
    "field_match": "fields", "orphans": "links", "links": "links", "amount": "amounts", "bridge": "amounts",
    "unreadable": "amounts", "unrated": "amounts",
    "kpi": "kpis", "kpis": "kpis", "control": "controls", "controls": "controls",
    "consent": "consent", "unexpected": "target", "vanished": "target", "gone": "rows", "gone_amount": "amounts",
    "stable": "nights",
}  # fmt: skip


def family(gate: str) -> str:
    """The suite of a gate: `field_match.email` -> `fields`."""
    name = gate.replace(":", ".").split(".")[0]
    words = (name, *name.split("_"))
    return next((FAMILIES[word] for word in words if word in FAMILIES), name)


def render(figures: Figures) -> str:
    """Gates, then the identities that must hold whatever the gates say."""
    root = whole(figures.project, suites(figures))
    root.set("timestamp", figures.header.finished)
    root.insert(0, properties(figures))
    return written(root)


def suites(figures: Figures) -> Iterator[Tree.Element]:
    """A suite per family of gates, and one of the identities."""
    cases: dict[str, list[Tree.Element]] = {}
    for gate in figures.gates:
        cases.setdefault(family(gate.name), []).append(_gate(gate, figures))
    cases["identities"] = list(_identities(figures))
    return (suite_of(name, listed) for name, listed in cases.items())


def whole(name: str, suites: Iterable[Tree.Element]) -> Tree.Element:
    """The root over suites, with what they count together."""
    root = Tree.Element("testsuites", {"name": name})
    root.extend(suites)
    for key in ("tests", "failures"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    return root


def written(root: Tree.Element) -> str:
    """The file."""
    Tree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Tree.tostring(root, encoding="unicode") + "\n"


def properties(figures: Figures) -> Tree.Element:
    """What a run counts, for tools that draw lines over runs."""
    sums, listed = totals(figures), Tree.Element("properties")
    values = {
        "run": figures.header.run,
        "verdict": figures.verdict,
        "read": sums.read,
        "extra": sums.extra,
        **sums.states,
        "unexplained": sums.unexplained,
        "compared": sums.compared,
        "matched": sums.matched,
        "open": sums.open,
        "plan_hash": figures.plan_hash,
    }
    for name, value in values.items():
        Tree.SubElement(listed, "property", {"name": name, "value": str(value)})
    return listed


def suite_of(name: str, cases: Sequence[Tree.Element]) -> Tree.Element:
    """A suite with what its cases count."""
    failures = sum(case.find("failure") is not None for case in cases)
    suite = Tree.Element("testsuite", {"name": name, "tests": str(len(cases)), "failures": str(failures)})
    suite.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))
    suite.extend(cases)
    return suite


def _gate(gate: Gate, figures: Figures) -> Tree.Element:
    case = case_of(family(gate.name), " ".join(filter(None, (gate.name, gate.scope))))
    message = f"limit {gate.limit}, actual {gate.actual}"
    if gate.passed:
        Tree.SubElement(case, "system-out").text = message
    elif gate.accepted:
        Tree.SubElement(case, "skipped", {"message": f"{message}; accepted by {gate.accepted}"})
    else:
        Tree.SubElement(case, "failure", {"message": message}).text = "\n".join(_evidence(gate, figures))
    return case


def case_of(suite: str, name: str) -> Tree.Element:
    """An empty case: it passes."""
    return Tree.Element("testcase", {"classname": suite, "name": name})


def _evidence(gate: Gate, figures: Figures) -> list[str]:
    """The causes that belong to a gate's scope, biggest first, with a few examples."""
    groups = sorted((x for x in figures.exceptions if _concerns(gate, x)), key=lambda x: -x.count)
    lines = [f"{x.count} x {x.code}: {x.title}" for x in groups[:EXAMPLES]]
    return lines + [_line(example) for x in groups for example in x.examples][:EXAMPLES]


def _concerns(gate: Gate, group: ExceptionGroup) -> bool:
    names = {group.object, group.field, group.state, group.code, f"{group.object}.{group.field}"} - {""}
    scope = gate.scope or gate.name.rpartition(".")[2]
    return scope in names


def _line(example: Example) -> str:
    values = (example.source, example.expected, example.actual)
    return f"{example.record} {example.field}: {' | '.join('-' if v is None else v for v in values)} {example.message}"


def _identities(figures: Figures) -> Iterator[Tree.Element]:
    for line in figures.accounting:
        name = f"rows {line.source} {line.object}"
        yield _identity(name, line.adds_up, f"{line.unexplained} unexplained of {line.read + line.extra}")
    for target in figures.target_sets:
        yield _identity(f"target {target.object}", target.adds_up, f"before {target.before}, after {target.after}")
    for source in figures.sources:
        name = f"source {source.source} {source.path}"
        yield _identity(name, source.adds_up, f"read {source.records}, counted {source.counted}")


def _identity(name: str, holds: bool, message: str) -> Tree.Element:
    case = case_of("identities", name)
    Tree.SubElement(case, "system-out").text = message
    if not holds:
        Tree.SubElement(case, "failure", {"message": message})
    return case
