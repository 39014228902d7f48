"""Plain facts for a peer that needs to be told: columns by their role, folded as its documentation advises.

Splink does not detect what a column holds and compares what it is given, so it gets what a careful user would give it:
columns under known names, letters without case and accents, digits of numbers, one format of dates, no placeholders.
"""

import re

import pandas as pd

from benchmarks.matching_sets import Labelled
from benchmarks.matching_sets.columns import HEADERS
from benchmarks.matching_sets.dirt import plain
from benchmarks.matching_sets.systems import DATES, NOTHING

# Labelled sets whose columns Splink's documentation has no example for, in the roles of the generated ones.
ROLES = {
    "pseudopeople_3src": {
        "first_name": "given", "middle_initial": "middle", "last_name": "family", "date_of_birth": "birth",
        "ssn": "tax", "street_name": "street", "city": "city", "zipcode": "code",
    },
    "restaurants": {"name": "company", "addr": "street", "phone": "phone", "city": "city"},
    "early_childhood": {"Site name": "company", "Address": "street", "Zip": "code", "Phone": "phone"},
}  # fmt: skip
RENAMED = {"full": "whole_name"}  # FULL is a word of SQL
OWN_SETTINGS = ("historical_50k", "febrl1", "febrl2", "febrl3", "febrl4", "fake_1000")
COMPARED = (
    "given middle family full suffix birth email phone mobile street code city company web tax".split()
)  # other columns (job, status, owner, notes ...) say nothing about who


def facts(labelled: Labelled) -> pd.DataFrame:
    """The frame under the names that the peer's settings use, with `unique_id` and, for a link task, `source`."""
    frame = labelled.frame.copy() if labelled.name in OWN_SETTINGS else _by_role(labelled)
    frame.insert(0, "unique_id", labelled.frame.index)
    second = labelled.second if labelled.second is not None else labelled.frame.index[:0]
    frame["source"] = labelled.frame.index.isin(second).astype(int)
    return frame.astype({"unique_id": str})


def _by_role(labelled: Labelled) -> pd.DataFrame:
    roles = ROLES.get(labelled.name) or {c: r for c in labelled.frame if (r := _role(c)) in COMPARED}
    if "family" in roles.values() and "given" not in roles.values():
        roles = {column: "full" if role == "family" else role for column, role in roles.items()}
    roles = {column: RENAMED.get(role, role) for column, role in roles.items()}
    return pd.DataFrame({role: _folded(role, labelled.frame[column]) for column, role in roles.items()})


def _role(header: str) -> str:
    """The field behind a header of the generated sets."""
    bare, _, named = header.partition(" (")
    if named:
        return named.rstrip(")")
    return next((field for table in HEADERS.values() for field, heads in table.items() if bare in heads), "")


def _folded(role: str, values: pd.Series) -> pd.Series:
    texts = values.where(~values.isin([n for n in NOTHING if n]))
    texts = texts.map(lambda text: plain(text).lower().strip(), na_action="ignore")
    if role == "birth":
        return texts.map(_day, na_action="ignore")
    if role in ("phone", "mobile"):
        texts = texts.map(lambda text: re.sub(r"\D", "", text.split("ext")[0])[-9:], na_action="ignore")
    if role == "tax":
        texts = texts.map(lambda text: re.sub(r"[^0-9a-z]", "", text), na_action="ignore")
    if role == "web":
        texts = texts.map(lambda text: re.sub(r"^(https?://)?(www\.)?|/.*$", "", text), na_action="ignore")
    return texts.where(texts != "")


def _day(text: str) -> str | None:
    for form in (*DATES, "%m/%d/%Y"):
        day = pd.to_datetime(text, format=form, errors="coerce")
        if not pd.isna(day):
            return str(day.date())
    return None
