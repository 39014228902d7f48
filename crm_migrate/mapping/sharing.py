"""A mapping that several projects share (`use:`): found, filled with its parameters, cut, and laid under their file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

from crm_migrate.finding import Finding, Severity, errors
from crm_migrate.mapping import library
from crm_migrate.mapping.authoring import author, nearest
from crm_migrate.mapping.laying_over import Shadow, each_placeholder, found, laid_over, lines, of_file, removed
from crm_migrate.mapping.model_sharing import SharedHead, Use
from crm_migrate.mapping.reading import read_bytes
from crm_migrate.mapping.sharing_lock import LockDamaged, Locked, difference, read_lock
from crm_migrate.mapping.tree import Document, Mapping, Path, Scalar, Spot, changed

_WORDS = ("use", "with", "without")
_HEAD = tuple(SharedHead.model_fields)
_NOT_SHARED = (("crm_migrate",), ("use",), ("with",), ("without",), ("project", "name"))
_RENEW = "crm-migrate mapping lock"


@dataclass(frozen=True, slots=True)
class Shared:
    """A shared mapping as one project uses it: its document, the tree below the project's, and what was wrong."""

    name: str
    version: str
    document: Document
    root: Mapping
    findings: list[Finding]

    @property
    def locked(self) -> Locked:
        """What a lock keeps of it: the file as it is, whatever a project makes of it."""
        return Locked(self.version, {path: text for path, text in lines(self.document.root) if path != "version"})


def with_shared(document: Document, folder: FilePath) -> tuple[Document, list[Finding]]:
    """The document over the shared mapping that it uses, and what was found; as it is where it uses none."""
    shared, findings = shared_of(document, folder)
    if shared is None:
        return document, findings
    root, shadows = laid_over(document.root, shared.root)
    merged = replace(document, root=root, others={**document.others, shared.document.name: shared.document})
    findings += [*shared.findings, *_unlocked(document, shared, folder)]
    return merged, [*findings, *(_shadowed(merged, shared, shadow) for shadow in shadows)]


def shared_of(document: Document, folder: FilePath) -> tuple[Shared | None, list[Finding]]:
    """The shared mapping that a project's file uses; None where it uses none, or none that can be read."""
    words = tuple(entry for entry in document.root.entries if entry[0].text in _WORDS)
    said = author(replace(document, root=replace(document.root, entries=words, again=())), Use)[0]
    if said is None or said.use is None:
        idle = [key for key, _ in words if key.text != "use"] if document.root.key("use") is None else []
        hint = "Add `use: NAME`, or take it out."
        return None, [
            document.finding("field_conflict", f"`{key.text}:` belongs to `use:`", key.spot, hint) for key in idle
        ]
    entry = library.find("shared", said.use, folder)
    if entry is None:
        hint = nearest(said.use, library.names("shared", folder)) or "Put it into mappings/shared/NAME.yaml."
        return None, [document.at("shared_unknown", f"there is no shared mapping `{said.use}`", ("use",), hint)]
    below, findings = read_bytes(entry.data, entry.label)
    return (None, findings) if errors(findings) else _used(document, said, said.use, below)


def _used(document: Document, said: Use, name: str, below: Document) -> tuple[Shared | None, list[Finding]]:
    """The shared mapping as this project uses it."""
    head, body = _parted(below)
    known, findings = author(replace(below, root=head), SharedHead)
    if known is None or errors(findings):
        return None, findings
    values = {word: each.default for word, each in known.parameters.items()} | dict(said.with_)
    findings += _parameters(document, name, known, values)
    body, wrong = _filled(below, body, {word: value for word, value in values.items() if value is not None}, known)
    findings += [*wrong, *_not_shared(below, body)]
    for at, text in enumerate(said.without):
        body, told = _cut(document, name, body, text, ("without", at))
        findings += told
    marked = of_file(body, below.name)
    assert isinstance(marked, Mapping)
    return Shared(name, known.version, below, marked, findings), []


def _parted(below: Document) -> tuple[Mapping, Mapping]:
    """What a shared mapping says of itself, and the rest."""
    head = tuple(entry for entry in below.root.entries if entry[0].text in _HEAD)
    rest = tuple(entry for entry in below.root.entries if entry[0].text not in _HEAD)
    return replace(below.root, entries=head), replace(below.root, entries=rest)


def _not_shared(below: Document, body: Mapping) -> Iterator[Finding]:
    """Words that only a project can say: our keys in its target depend on its name, and nothing is used by others."""
    for path in _NOT_SHARED:
        if found(body, path):
            message = f"`{'.'.join(path)}` is for a project to say, and not for a shared mapping"
            spot = replace(below, root=body).key_spot(path)
            yield below.finding("mapping_unknown_word", message, spot, "Take it out there.")


# ---------------------------------------------------------------------------------------------------- parameters


def _parameters(document: Document, name: str, known: SharedHead, values: dict[str, str | None]) -> Iterator[Finding]:
    """Parameters that the shared mapping does not have, and those that it needs and nobody says."""
    for word in sorted(values.keys() - known.parameters.keys()):
        message = f"`{name}` has no parameter `{word}`"
        hint = nearest(word, known.parameters) or "It has none."
        yield document.finding("shared_parameter", message, document.key_spot(("with", word)), hint)
    for word, value in values.items():
        if value is None and word in known.parameters:
            message = f"`{name}` needs its parameter `{word}`"
            meaning = f": {known.parameters[word].say}" if known.parameters[word].say else ""
            hint = f"Write `with: {{{word}: ...}}`{meaning}."
            yield document.finding("shared_parameter", message, document.key_spot(("use",)), hint)


def _filled(below: Document, body: Mapping, values: dict[str, str], known: SharedHead) -> tuple[Mapping, list[Finding]]:
    """The shared mapping with its parameters in their places, and what is wrong about these."""
    findings: list[Finding] = []
    asked: set[str] = set()

    def filled(_: str, scalar: Scalar) -> Scalar:
        def value(word: str) -> str:
            asked.add(word)
            if word not in known.parameters:
                message = f"`${{{word}}}` is no parameter of this mapping"
                hint = nearest(word, known.parameters) or "Declare it under `parameters:`."
                findings.append(below.finding("shared_parameter", message, scalar.spot, hint))
            return values.get(word, "")

        return replace(scalar, text=each_placeholder(scalar.text, value)) if "${" in scalar.text else scalar

    body_filled = changed(body, filled)
    assert isinstance(body_filled, Mapping)
    for word in sorted(known.parameters.keys() - asked):
        message = f"nothing in this mapping asks for its parameter `{word}`"
        hint = f"Write `${{{word}}}` where it belongs, or take it out."
        spot = below.key_spot(("parameters", word))
        findings.append(below.finding("shared_parameter", message, spot, hint, Severity.WARNING))
    return body_filled, findings


# ---------------------------------------------------------------------------------------------------- without, shadows


def _cut(document: Document, name: str, body: Mapping, text: str, path: Path) -> tuple[Mapping, list[Finding]]:
    """The shared mapping without what a word of `without:` names."""
    first, *rest = text.split(".")
    ways = [("objects", first, "fields", *rest), ("objects", first, "let", *rest)] if rest else [("objects", first)]
    way = next((each for each in (*ways, (first, *rest)) if found(body, each)), None)
    if way is None:
        message = f"`{name}` has no `{text}` that could be left out"
        return body, [document.at("shared_without", message, path, nearest(text, _names(body)))]
    cut = removed(body, way)
    assert isinstance(cut, Mapping)
    return cut, []


def _names(body: Mapping) -> Iterator[str]:
    """What `without:` may name, objects and their fields."""
    objects = body.value("objects")
    for key, value in objects.entries if isinstance(objects, Mapping) else ():
        yield key.text
        fields = value.value("fields") if isinstance(value, Mapping) else None
        yield from (f"{key.text}.{field.text}" for field, _ in fields.entries) if isinstance(fields, Mapping) else ()


def _shadowed(merged: Document, shared: Shared, shadow: Shadow) -> Finding:
    where = ".".join(map(str, shadow.path))
    message = f"`{where}` is said here and by `{shared.name}` ({merged.place(shadow.lower)}): this line counts"
    hint = "Take it out where the shared line is meant; a change of that line will not be heard here."
    return merged.finding("shared_shadowed", message, shadow.upper, hint, Severity.WARNING)


# ---------------------------------------------------------------------------------------------------- the lock


def _unlocked(document: Document, shared: Shared, folder: FilePath) -> Iterator[Finding]:
    """The shared mapping is what was locked, or it is said what is not."""
    spot: Spot = document.find(("use",)).spot
    try:
        locked = read_lock(folder).get(shared.name)
    except LockDamaged as error:
        yield document.finding("shared_not_locked", str(error), spot, f"Look at it, then write it anew: {_RENEW}")
        return
    if locked is None:
        message = f"`{shared.name}` is not locked: whoever changes it would change this project unseen"
        yield document.finding("shared_not_locked", message, spot, f"Lock it as it is: {_RENEW}")
    elif what := difference(locked, shared.locked):
        message = f"`{shared.name}` is not what was locked: {what}"
        yield document.finding("shared_changed", message, spot, f"Look at these lines, then renew the lock: {_RENEW}")
