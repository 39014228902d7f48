"""The questions as one page that works offline: no network, no inline handler, foreign text only as text."""

import base64
import hashlib
import json
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from crm_migrate.crm.types import type_of
from crm_migrate.reports.visible import visible
from crm_migrate.reviewing.comparing import belonging, choices, is_conflict, label, one_today, sign
from crm_migrate.reviewing.instructions import left_out, reach
from crm_migrate.reviewing.layout import ENGLISH, depends, pattern_sentence, text
from crm_migrate.reviewing.questions import FORMAT, Column, Pack, Question
from crm_migrate.reviewing.reasons import reason
from crm_migrate.reviewing.words import evidence, verdict
from crm_migrate.templates import pages
from crm_migrate.words.language import Language
from crm_migrate.words.messages import REASONS, spoken

_SCRIPT = "script."  # words that the script of the page says
MOST_PAIRS = 10  # whose evidence is told; a question of eight records has 28


def render(pack: Pack, words: Language = ENGLISH) -> str:
    """The whole page; the same questions give the same text."""
    style, script = _asset("review.css"), _asset("review.js")
    return (
        pages("crm_migrate.reviewing")
        .get_template("review.html")
        .render(
            w=words.word,
            lang=words.code,
            project=visible(pack.project),
            run=pack.run,
            left_out=list(left_out(pack, words)),
            reach=reach(pack, words),
            style=Markup(style),  # noqa: S704 -- files of ours
            script=Markup(script),  # noqa: S704 -- files of ours
            data=Markup(_as_script(_data(pack, words))),  # noqa: S704 -- no sign of markup is left in it
            policy=_policy(style, script),
        )
    )


def _asset(name: str) -> str:
    return (files("crm_migrate.reviewing") / "templates" / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Nothing may load; only our own style and script, named by their hashes, may run."""
    return (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; base-uri 'none';"
        " form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _as_script(data: dict[str, Any]) -> str:
    """JSON in which nothing can end the element that it stands in."""
    listed = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign_, escaped in (
        ("&", "\\u0026"),
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        listed = listed.replace(sign_, escaped)
    return listed


def _data(pack: Pack, words: Language) -> dict[str, Any]:
    """What the script shows; record names and hashes go back with the answers."""
    return {
        "format": FORMAT,
        "project": pack.project,
        "run": pack.run,
        "pack": pack.id,
        "lang": words.code,
        "words": {key.removeprefix(_SCRIPT): said for key, said in words.words.items() if key.startswith(_SCRIPT)},
        "questions": [_question(q, pack.columns[q.object], words) for q in pack.questions],
    }


def _question(question: Question, columns: tuple[Column, ...], words: Language) -> dict[str, Any]:
    return {
        "id": question.id,
        "object": visible(question.object),
        "kind": question.kind,
        "title": text(question.why) if question.pattern is not None else _title(question, columns),
        "why": text(reason(question, words) if question.pattern is None else pattern_sentence(question, words)),
        "notes": [text(note) for note in (one_today(question, words), *belonging(question, words)) if note],
        "hangs": depends(question.records, words),
        "evidence": question.evidence,
        "records": [
            {
                "label": label(n),
                "name": text(r.name),
                "joined": r.joined,
                "changed": r.changed or "",
                "hangs": depends((r,), words),
            }
            for n, r in enumerate(question.records)
        ],
        "fields": [_field(question, c) for c in columns if any(r.shown.get(c.name) for r in question.records)],
        "pairs": [
            {
                "between": words.word("and").join((label(pair.left), label(pair.right))),
                "verdict": verdict(pair, words),
                "why": text(spoken(pair.why, words, REASONS)),
                "said": [list(line) for line in evidence(question, columns, pair, words)],
            }
            for pair in question.compared[:MOST_PAIRS]
        ],
    }


def _field(question: Question, column: Column) -> dict[str, Any]:
    """One row of the table: value and sign per record, who would win, and who may be chosen."""
    shown = [text(record.shown.get(column.name) or "") for record in question.records]
    return {
        "name": column.name,
        "cells": [[value, sign(question, column, n)] for n, value in enumerate(shown)],
        "wins": question.winners.get(column.name, -1) if is_conflict(question, column) else -1,
        "choices": choices(question, column),
        "rule": column.survive,
    }


def _title(question: Question, columns: tuple[Column, ...]) -> str:
    """How the list calls the question: by the names of its first record."""
    said = question.records[0].shown
    names = [value for c in columns if type_of(c.type).names and (value := said.get(c.name))]
    return text(" ".join(names) or next((value for value in said.values() if value), question.records[0].name))
