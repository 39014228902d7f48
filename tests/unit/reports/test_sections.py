"""The sections of the report are declared once: every table has its section, every section its words."""

import inspect

import pytest

from crm_migrate.reports import nights, tables
from crm_migrate.reports.sections import SECTIONS
from crm_migrate.reports.tables import Table
from crm_migrate.words import catalogue


def test_every_table_stands_in_one_section() -> None:
    made = [maker for section in SECTIONS for maker in section.makers]
    public = [
        function
        for module in (tables, nights)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and inspect.signature(function, eval_str=True).return_annotation is Table
    ]
    assert len(made) == len(set(made)) and set(made) == set(public)


@pytest.mark.parametrize("language", ["de", "en", "tr"])
def test_every_section_has_its_words(language: str) -> None:
    assert {f"section.{section.name}" for section in SECTIONS} <= set(catalogue(language))
