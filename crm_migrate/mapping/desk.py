"""The desk on which a mapping is resolved: what was read, what is known, and the findings so far."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from crm_migrate.crm.model import OBJECTS, CanonicalObject
from crm_migrate.finding import Finding, Severity
from crm_migrate.mapping.authoring import closest, nearest, parted
from crm_migrate.mapping.expressions import Column, Expression, ExpressionError, Name, parse
from crm_migrate.mapping.model import MappingFile
from crm_migrate.mapping.plan import LinkPlan, ValueMapPlan, VariantPlan
from crm_migrate.mapping.profiles import ProfileObject, SourceProfile, TargetProfile
from crm_migrate.mapping.text import TextError, normal_name
from crm_migrate.mapping.tree import Document, Path
from crm_migrate.workspace.layout import Project

Parsed = TypeVar("Parsed")
_EXPRESSIONS = "How conditions and values are written: docs/mapping-reference.md, Expressions."


@dataclass(slots=True)
class Desk:
    """Everything that resolving reads and writes. `headers` is source -> columns, for the sources that were opened;
    `links` what makes link tables of some objects."""

    project: Project
    document: Document
    file: MappingFile
    headers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    python: dict[str, str] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)
    decision_words: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    profiles: dict[str, SourceProfile] = field(default_factory=dict)
    target: TargetProfile | None = None
    value_maps: dict[str, ValueMapPlan] = field(default_factory=dict)
    used: dict[str, set[str]] = field(default_factory=dict)
    links: dict[str, LinkPlan] = field(default_factory=dict)
    variants: dict[str, VariantPlan] = field(default_factory=dict)

    def tell(
        self,
        code: str,
        message: str,
        path: Path,
        hint: str = "",
        severity: Severity = Severity.ERROR,
        *,
        count: int = 1,
    ) -> None:
        """A finding at the value of a path; `count` where it stands for several lines."""
        self.findings.append(replace(self.document.at(code, message, path, hint, severity), count=count))

    def tell_key(self, code: str, message: str, path: Path, hint: str = "") -> None:
        """A finding at the key of a path."""
        self.findings.append(self.document.finding(code, message, self.document.key_spot(path), hint))

    def written(self, path: Path) -> bool:
        """Whether the file has the last word of a path, be its value right or wrong."""
        return self.document.has(path)

    def unknown(self, code: str, what: str, word: str, words: Iterable[str], path: Path, *, key: bool = False) -> None:
        """`what` names a word that is not there; the hint has the nearest one."""
        tell = self.tell_key if key else self.tell
        hint = nearest(word, words) or "None is there yet: write it down first, or take this out."
        tell(code, f"{what} `{word}` is not there", path, hint)

    def text_error(self, error: TextError | ExpressionError, path: Path, shift: int = 0) -> None:
        """What a small text's parser said, at its character."""
        if isinstance(error, ExpressionError):
            wrong, step = parted(error.message)
            found = self.document.inside("expression", wrong, path, error.offset + shift, step or _EXPRESSIONS)
        else:
            found = self.document.inside("mapping_text", error.message, path, error.offset + shift, error.hint)
        self.findings.append(found)

    def read_text(self, parse: Callable[[str], Parsed], text: str, path: Path) -> Parsed | None:
        """What a small text says; None, and a finding at its character, where its parser cannot read it."""
        try:
            return parse(text)
        except TextError as error:
            self.text_error(error, path)
            return None

    def model_of(self, name: str) -> CanonicalObject | None:
        """The object of the CRM model; a part of an object is what the whole is."""
        return OBJECTS.get(self.variants[name].of if name in self.variants else name)

    def profile_of(self, name: str) -> ProfileObject | None:
        """The object as the target's profile has it: of a part the one that it goes to, where it is known."""
        if self.target is None or name not in self.variants:
            return self.target.objects.get(name) if self.target else None
        variant = self.variants[name]
        known = (each for each in self.target.objects.values() if each.name == variant.target)
        return next(known, self.target.objects.get(variant.of))

    def decided(self, decision: str | None, path: Path) -> None:
        """`because:` points to a decision that exists."""
        if decision is not None and decision not in self.decisions:
            hint = nearest(decision, self.decisions) or "Write it down in decisions/*.yaml with id, who, when and text."
            self.tell("decision_unknown", f"there is no decision `{decision}`", path, hint)

    # ------------------------------------------------------------------------------------------------ columns

    def known_columns(self, source: str) -> frozenset[str] | None:
        """The columns of a source with its tag column; None where its headers are not known."""
        if source not in self.headers:
            return None
        tag = self.file.sources[source].tag
        return frozenset(normal_name(h) for h in self.headers[source]) | ({normal_name(tag)} if tag else set())

    def column(self, source: str, name: str, path: Path, offset: int | None = None, *, alias: bool = True) -> str:
        """The column as the source has it (by the profile's aliases too); a finding where it is not there."""
        name = normal_name(name)
        self.used.setdefault(source, set()).add(name)
        known = self.known_columns(source)
        if known is None or name in known:
            return name
        profile = self.profiles.get(source)
        other = profile.alias(name, known) if profile else None
        if other and alias:
            self.used[source].add(other)
            return other
        hint = f"In this file it is called `{other}`: write [{other}]." if other else _similar(name, known)
        self.used[source] |= {closest(name, known) or name}  # it is not one that nobody takes
        message = f"source `{source}` has no column `{name}`"
        self.findings.append(self.document.inside("column_unknown", message, path, offset or 0, hint, name))
        return name

    # ------------------------------------------------------------------------------------------------ expressions

    def over_columns(self, source: str, text: str, path: Path, shift: int = 0, *, value: bool = False) -> None:
        """Check an expression whose names are columns of one source."""
        expression = self.parsed(text, path, shift)
        if expression is None:
            return
        for node in expression.occurrences():
            if node.name.alias not in (None, source):
                message = f"`{node.name}` is another source's column; here only columns of `{source}` are known"
                hint = f"Join that source with `{source}` (`join:`), or name a column of this one."
                self.findings.append(self.document.inside("expression", message, path, shift + node.at, hint))
            else:
                self.column(source, node.name.name, path, shift + node.at, alias=False)
        self.compiled(expression, lambda _: Column('"x"', "text"), path, shift, value=value)

    def parsed(self, text: str, path: Path, shift: int = 0) -> Expression | None:
        """The expression, or None and a finding."""
        try:
            return parse(text)
        except ExpressionError as error:
            self.text_error(error, path, shift)
            return None

    def compiled(
        self,
        expression: Expression,
        column: Callable[[Name], Column],
        path: Path,
        shift: int = 0,
        *,
        value: bool = False,
    ) -> None:
        """Whether the expression makes sense with the types of its names."""
        try:
            (expression.value if value else expression.condition)(column)
        except ExpressionError as error:
            self.text_error(error, path, shift)


def _similar(name: str, known: Iterable[str]) -> str:
    """Which column may be meant: the very header where reading had to rename it, else the nearest one."""
    renamed = re.compile(rf"{re.escape(name)}#\d+|column{re.escape(name)}")
    mine = next((column for column in sorted(known) if renamed.fullmatch(column)), None)
    return (
        f"Its header is read as `{mine}`: names that differ by case only, or are ours, are renamed."
        if mine
        else (nearest(name, known))
    )
