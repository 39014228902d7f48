"""All texts for people, one folder per language: what reports say, and what codes mean. English is complete."""

import json
from functools import cache
from importlib.resources import files


@cache
def languages(part: str = "codes") -> frozenset[str]:
    """The languages that have words: `de`, `en`, `tr`; or those that have at least a `part`."""
    return frozenset(
        folder.name for folder in files("crm_migrate.words").iterdir() if (folder / f"{part}.json").is_file()
    )


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every text of a language by its key. KeyError for a language without words."""
    folder = files("crm_migrate.words") / language
    if not language.isalpha() or not folder.is_dir():
        raise KeyError(language)
    parts = sorted((part for part in folder.iterdir() if part.name.endswith(".json")), key=lambda part: part.name)
    return {key: text for part in parts for key, text in json.loads(part.read_text(encoding="utf-8")).items()}
