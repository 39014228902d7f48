"""All texts for people, one folder per language: what reports say, and what codes mean. English is complete."""

import json
from functools import cache
from importlib.resources import files


@cache
def languages() -> frozenset[str]:
    """The languages that have words: `en`, `tr`."""
    return frozenset(
        folder.name for folder in files("crm_migrate.words").iterdir() if (folder / "codes.json").is_file()
    )


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every text of a language by its key. KeyError for a language without words."""
    if language not in languages():
        raise KeyError(language)
    parts = sorted((files("crm_migrate.words") / language).iterdir(), key=lambda part: part.name)
    return {key: text for part in parts for key, text in json.loads(part.read_text(encoding="utf-8")).items()}
