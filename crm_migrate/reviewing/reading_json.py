"""The decisions that the review page saves as a file: the same answers as in a workbook, in JSON."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from crm_migrate.disk.json_once import Twice, once
from crm_migrate.errors import InputError, UsageError
from crm_migrate.finding import Finding
from crm_migrate.reviewing.answers import Answer, Reading, Said, wrong
from crm_migrate.reviewing.comparing import label
from crm_migrate.reviewing.questions import FORMAT, Pack

_SHOWN = ("question", "decision", "who", "why", "evidence", "together", "keep")


class Document(BaseModel):
    """What stands around the decisions; each of these is looked at by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    crm_migrate_review: int
    project: str
    run: str
    pack: str
    who: str = ""
    decisions: list[Any]


def document(data: bytes, name: str) -> Document:
    """The file as a whole. InputError where it is no JSON, UsageError where it is no file of decisions of ours."""
    try:
        parsed = json.loads(data.decode("utf-8-sig"), object_pairs_hook=once)
    except Twice as error:
        message = f"{name} says {error} twice, in one place"
        raise InputError(message, hint="save the decisions again from the page") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} cannot be read as JSON", hint="save the decisions again from the page") from error
    try:
        read = Document.model_validate(parsed)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise UsageError(f"{name} is no file of decisions: {where}: {error.errors()[0]['msg']}",
                         hint="save the decisions again from the page") from error  # fmt: skip
    if read.crm_migrate_review != FORMAT:
        raise UsageError(
            f"{name} was saved by another version", hint="write a new page: crm-migrate review PROJECT --html"
        )
    return read


def read(said: Document, pack: Pack) -> Reading:
    """All answers, and what is wrong with entries that are none."""
    evidence = {q.id: q.evidence for q in pack.questions}
    labels = {q.id: {label(n) for n in range(len(q.records))} for q in pack.questions}
    findings: list[Finding] = []
    spoilt: set[str] = set()
    answers: dict[str, Answer] = {}
    for number, item in enumerate(said.decisions):
        place = f"decisions[{number}]"
        name = item.get("question") if isinstance(item, dict) else None
        if problem := _shape(item):
            findings.append(wrong("review_entry_invalid", place, problem))
            spoilt |= {name} & evidence.keys() if isinstance(name, str) else set()
        elif name not in evidence:
            findings.append(
                wrong("review_key_changed", f"{place}.question", f"{str(name)[:80]!r} is no question of this run.")
            )
        elif name in answers:
            findings.append(wrong("review_row_twice", place, f"The question {name} is answered twice."))
            spoilt.add(name)
        elif item.get("evidence") != evidence[name]:
            findings.append(wrong("review_key_changed", f"{place}.evidence", "The hash of the evidence was changed."))
            spoilt.add(name)
        elif strange := sorted(set(item.get("together", {})) - labels[name]):
            message = f"{strange[0][:80]!r} is no record of this question."
            findings.append(wrong("review_together_wrong", f"{place}.together", message))
            spoilt.add(name)
        else:
            answers[str(name)] = _answer(place, item, said.who)
    asked = [Answer(q.id, Said("", ""), Said("", ""), Said("", "")) for q in pack.questions if q.id not in answers]
    return Reading(
        (*answers.values(), *(a for a in asked if a.question not in spoilt)), tuple(findings), frozenset(spoilt)
    )


def _shape(item: object) -> str:
    """What is wrong with an entry as an entry, or nothing."""
    if not isinstance(item, dict):
        return "The entry is no decision."
    if unknown := sorted(set(item) - set(_SHOWN)):
        return f"The word {unknown[0][:80]!r} is unknown."
    for word in ("question", "decision", "who", "why", "evidence"):
        if not isinstance(item.get(word, ""), str):
            return f"{word!r} must be a text."
    for word in ("together", "keep"):
        given = item.get(word, {})
        if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
            return f"{word!r} must name a text for each of its words."
    return "" if item.get("question") else "'question' is missing."


def _answer(place: str, item: dict[str, Any], who: str) -> Answer:
    def said(word: str) -> Said:
        return Said(item.get(word, "").strip(), f"{place}.{word}")

    own = said("who")
    return Answer(
        question=item["question"],
        decision=said("decision"),
        who=own if own.text else Said(who.strip(), own.place),
        why=said("why"),
        together={key: Said(value, f"{place}.together.{key}") for key, value in item.get("together", {}).items()},
        keep={key: Said(value, f"{place}.keep.{key}") for key, value in item.get("keep", {}).items()},
    )
