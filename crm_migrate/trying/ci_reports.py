"""What `ci` writes: a JUnit file and a Markdown page per project, and one page for the summary of a job."""

from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree as Tree

from crm_migrate.finding import Finding
from crm_migrate.inspecting.telling import examples_suite
from crm_migrate.reports import junit, markdown
from crm_migrate.reports.markdown import escape
from crm_migrate.reports.speaking import told
from crm_migrate.reports.visible import visible
from crm_migrate.trying.ci import Tried
from crm_migrate.words.language import Language, language

LISTED = 20  # findings of a project that a page shows


def steps(tried: Tried, words: Language) -> tuple[str, str, str]:
    """What came of the check, the examples and the run, each in a few words."""
    checked, results, missing = tried.checked, tried.examples, words.word("ci.not_reached")
    check = missing
    if checked is not None:
        wrong = sum(finding.severity == "error" for finding in checked.findings)
        others = len(checked.findings) - wrong
        check = words.word("ci.check", errors=words.number(wrong), others=words.number(others))
    examples = missing
    if results is not None:
        good = sum(not mismatches for mismatches in results.values())
        examples = words.word("ci.examples", good=words.number(good), all=words.number(len(results)))
    return check, examples, words.word(f"verdict.{tried.figures.verdict}") if tried.figures else missing


# ------------------------------------------------------------------------------------------------------ Markdown


def page(tried: Mapping[str, Tried], words: Language) -> str:
    """Every project in one table, then what is wrong with those that fail."""
    good = sum(each.exit_code == 0 for each in tried.values())
    head = words.word("ci.head", good=words.number(good), all=words.number(len(tried)))
    lines = [
        f"## {head}",
        "",
        _row([words.word(f"ci.column.{name}") for name in _COLUMNS]),
        "|" + "---|" * len(_COLUMNS),
    ]
    for name, each in tried.items():
        seconds = words.amount(f"{each.seconds:.1f}")
        lines.append(
            _row(["✓" if each.exit_code == 0 else "✕", escape(name), *map(escape, steps(each, words)), seconds])
        )
    for name, each in tried.items():
        lines += ["", f"### {escape(name)}", "", *_listed(each.wrong, words)] if each.wrong else []
    return "\n".join(lines) + "\n"


_COLUMNS = ("holds", "project", "check", "examples", "run", "seconds")


def project_page(name: str, tried: Tried, words: Language) -> str:
    """One project: its line, what is wrong, and the run's own page."""
    run = markdown.render(told(tried.figures, words), words) if tried.figures else ""
    return "\n".join(filter(None, (page({name: tried}, words), run)))


def _listed(findings: Sequence[Finding], words: Language) -> Iterator[str]:
    for finding in findings[:LISTED]:
        place = f"`{str(finding.place).replace('`', '')}` " if str(finding.place) else ""
        yield f"- {place}{escape(visible(finding.message, 300))} ({escape(finding.code)})"
    if more := len(findings) - LISTED:
        yield f"- {words.word('ci.more', count=words.number(more))}" if more > 0 else ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def words_of(tried: Sequence[Tried]) -> Language:
    """The language that all projects report in; English where they have several, or none could be read."""
    spoken = {language(each.checked.plan.locale).code for each in tried if each.checked and each.checked.plan}
    return language(spoken.pop() if len(spoken) == 1 else "en")


# --------------------------------------------------------------------------------------------------------- JUnit


def junit_of(name: str, tried: Tried) -> str:
    """Suites of the mapping, its examples and, where there was a run, of its gates and identities."""
    suites = [junit.suite_of("mapping", [_checked(tried)])]
    if tried.examples is not None:
        suites.append(examples_suite(tried.examples))
    if tried.figures is not None:
        suites += junit.suites(tried.figures)
    root = junit.whole(name, suites)
    if tried.figures is not None:
        root.insert(0, junit.properties(tried.figures))
    return junit.written(root)


def _checked(tried: Tried) -> Tree.Element:
    """The mapping and its sources, and what stopped the rest: one case."""
    case = junit.case_of("mapping", "check")
    wrong = [finding for finding in tried.wrong if finding.code not in ("example_otherwise", "gate_failed")]
    if wrong:
        failure = Tree.SubElement(case, "failure", {"message": visible(wrong[0].message, 300)})
        failure.text = "\n".join(f"{finding.place} {finding.code}: {visible(finding.message)}" for finding in wrong)
    return case
