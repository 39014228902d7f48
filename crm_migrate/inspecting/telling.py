"""What came of the examples of a mapping, in words and for CI; light, for most of the time none is run again."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Tree

from crm_migrate.reports.junit import case_of, suite_of
from crm_migrate.reports.visible import visible

if TYPE_CHECKING:
    from crm_migrate.inspecting.examples import Mismatch


def sentence(mismatch: "Mismatch") -> str:
    """What was expected of a field, and what came out."""
    place = ".".join(part for part in (mismatch.object, mismatch.field) if part)
    return f"{place}: expected {mismatch.expected}, got {mismatch.got}"


def examples_suite(results: "Mapping[str, Sequence[Mismatch]]") -> Tree.Element:
    """One case per example."""
    cases = []
    for name, mismatches in results.items():
        cases.append(case := case_of("mapping.examples", visible(name)))
        if mismatches:
            message = "; ".join(visible(sentence(mismatch)) for mismatch in mismatches)
            Tree.SubElement(case, "failure", {"message": message})
    return suite_of("mapping examples", cases)
