"""How many columns `mapping suggest` recognises, and how many of its proposals are right: by headers alone.

The headers are lists of what real systems export; what they mean was written down by reading them
(`suggest_truth.txt`) before anything was tuned. Every third system, by the hash of its name, was held out and looked at
once. A second judge are the header maps of two other programs, whose authors decided what a header means.
"""

import argparse
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crm_migrate.suggesting.candidates import Study
from crm_migrate.suggesting.proposing import propose
from crm_migrate.suggesting.tables import Table

SHARED = next(
    (p / "shared" for p in Path(__file__).resolve().parents if (p / "shared").is_dir()), Path("..") / "shared"
)
HEADERS = "reference/export_headers.json"
ROUNDCUBE = "data/roundcube/csv_header_maps.json"
SUITECRM = "data/suitecrm/import_maps.json"
TRUTH = Path(__file__).parent / "suggest_truth.txt"

# What the fields of the other programs are here; a header that they map to anything else may mean anything.
CARD = {
    "firstname": "first_name", "surname": "last_name", "name": "full_name", "organization": "accounts.name",
    "department": "department", "jobtitle": "job_title", "birthday": "birth_date", "birthday-d": "birth_date",
    "notes": "description", "groups": "tags", "email": "email additional_emails", "website": "accounts.website",
    "phone": "phone mobile accounts.phone", "street": "street", "locality": "city", "zipcode": "postal_code",
    "country": "country state", "region": "state country", "prefix": "title salutation",
    "suffix": "suffix", "nickname": "nickname", "gender": "gender",
}  # fmt: skip
SUITE = {
    "first_name": "first_name", "last_name": "last_name", "full_name": "full_name", "title": "job_title",
    "salutation": "salutation title", "department": "department", "birthdate": "birth_date",
    "description": "description", "phone_work": "phone", "phone_home": "phone", "phone_mobile": "mobile",
    "phone_office": "phone", "phone_fax": "fax accounts.fax", "email1": "email", "email2": "additional_emails",
    "name": "name", "website": "website", "industry": "industry", "employees": "employees",
    "annual_revenue": "revenue", "account_type": "type", "account_name": "accounts.name company leads.company_name",
    "company": "accounts.name leads.company_name", "lead_source": "lead_source", "primary_address_street": "street",
    "primary_address_city": "city", "primary_address_state": "state", "primary_address_postalcode": "postal_code",
    "primary_address_country": "country", "billing_address_street": "street", "billing_address_city": "city",
    "billing_address_state": "state", "billing_address_postalcode": "postal_code",
    "billing_address_country": "country", "alt_address_street": "street", "alt_address_city": "city",
    "alt_address_state": "state", "alt_address_postalcode": "postal_code", "alt_address_country": "country",
    "website_url": "website", "amount": "amount", "date_closed": "close_date", "probability": "probability",
    "sales_stage": "stage",
}  # fmt: skip


@dataclass(slots=True)
class Score:
    """Proposals that are right, of all; columns that must be found and were, of all; what was wrong and missed."""

    right: int = 0
    proposed: int = 0
    found: int = 0
    wanted: int = 0
    remarks: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        parts = (("precision", self.right, self.proposed), ("recall", self.found, self.wanted))
        return ", ".join(f"{name} {hit}/{of} = {hit / max(1, of):.1%}" for name, hit, of in parts)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A list of headers with its truth: `must` and `may` are header -> acceptable `object.field`."""

    name: str
    object: str
    headers: tuple[str, ...]
    must: Mapping[str, frozenset[str]]
    may: Mapping[str, frozenset[str]]


def labelled() -> Iterator[Labelled]:
    """The lists of `export_headers.json` with their labels."""
    data = json.loads((SHARED / HEADERS).read_text("utf-8"))
    current, labels = "", dict[str, tuple[str, dict[str, dict[str, frozenset[str]]]]]()
    for line in TRUTH.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if head := re.fullmatch(r"(\w+\.[^:]+): (\S+)", line):
            current = head[1]
            labels[current] = (head[2], {"=": {}, "~": {}})
            continue
        for item in line.split("; "):
            header, sign, fields = re.fullmatch(r"(.*?) ([=~]) (.*)", item).groups()  # type: ignore[union-attr]
            name = labels[current][0]
            meant = (f.strip() for f in fields.split(","))
            labels[current][1][sign][header] = frozenset(f if "." in f or f == "key" else f"{name}.{f}" for f in meant)
    for system, lists in data.items():
        for name, content in lists.items():
            headers = [h.strip() for h in (content["headers"] if isinstance(content, dict) else content) if h.strip()]
            about, signs = labels[f"{system}.{name}"]
            must = {h: f for h, f in signs["="].items() if any(each.startswith(f"{about}.") for each in f)}
            yield Labelled(f"{system}.{name}", about, tuple(dict.fromkeys(headers)), must, {**signs["="], **signs["~"]})


def held_out(name: str) -> bool:
    """Whether a system was put aside before anything was tuned: every third one by the hash of its name."""
    return int(hashlib.sha256(name.partition(".")[0].encode()).hexdigest(), 16) % 3 == 0


def proposed(headers: tuple[str, ...], label: str) -> dict[str, str]:
    """Header -> `object.field` as it is proposed by words alone: a profile knows its own system by heart."""
    told = propose([Study(Table("t", headers, label))])
    return {offer.column: f"{offer.object}.{offer.field}" for offer in told.offers if offer.ref is None}


def judge(lists: Iterator[Labelled], score: Score, *, named: bool) -> Score:
    """Count; `named` gives the list's own name too, as an export file has one."""
    for each in lists:
        got = proposed(each.headers, each.name.partition(".")[2] if named else "")
        for header, target in got.items():
            score.proposed += 1
            if target in each.may.get(header, frozenset()):
                score.right += 1
            else:
                score.remarks.append(f"wrong   {each.name}: {header} -> {target}")
        for header in each.must:
            score.wanted += 1
            score.found += header in got
            if header not in got:
                score.remarks.append(f"missed  {each.name}: {header}")
    return score


def judged_by_others(path: str, kinds: Mapping[str, str]) -> Iterator[tuple[str, Score]]:
    """By the header maps of another program: of each list every field that it knows is wanted once."""
    data = json.loads((SHARED / path).read_text("utf-8"))
    for name, about, entries in _maps(data):
        truth = {h: _meant(str(f), kinds, about) for h, f in entries.items() if isinstance(f, str)}
        got = proposed(tuple(truth), about)
        score = Score()
        for header, target in got.items():
            if truth[header] is not None:
                score.proposed += 1
                score.right += target in (truth[header] or ())
                if target not in (truth[header] or ()):
                    score.remarks.append(f"wrong   {name}: {header} -> {target}, there {sorted(truth[header] or ())}")
        wanted = {min(fields) for fields in truth.values() if fields}
        found = {min(truth[header] or ("",)) for header, target in got.items() if target in (truth[header] or ())}
        score.wanted, score.found = len(wanted), len(found & wanted)
        score.remarks += [f"missed  {name}: {each}" for each in sorted(wanted - found)]
        yield name, score


def _maps(data: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    for name, content in data.items():
        if "modules" not in content:
            yield name, "contacts", content
        else:
            for module, entries in content["modules"].items():  # type: ignore[attr-defined]
                about = {
                    "Accounts": "accounts",
                    "Contacts": "contacts",
                    "Leads": "leads",
                    "Opportunities": "deals",
                }.get(module)
                if about and isinstance(entries, dict) and entries:
                    yield f"{name}.{module}", about, entries


def _meant(text: str, kinds: Mapping[str, str], about: str) -> frozenset[str] | None:
    """What a field of the other program is here; nothing where we have no such, None where it may be anything."""
    name, _, which = text.partition(":")
    if name not in kinds:
        return None
    if which in ("assistant", "car", "pager", "homefax", "workfax", "other") and name != "email":
        return None
    return frozenset(each if "." in each else f"{about}.{each}" for each in kinds[name].split())


def main(arguments: list[str]) -> None:
    """Print the figures; `--remarks` with every wrong and missed column."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks suggest", description=__doc__)
    parser.add_argument("--remarks", action="store_true", help="every wrong and every missed column")
    parser.add_argument("--only", choices=("tuned", "held", "others"), help="one part only")
    asked = parser.parse_args(arguments)
    if not (SHARED / HEADERS).exists():
        print(f"not there: {SHARED / HEADERS}")
        return
    parts: list[tuple[str, Score]] = []
    for part, wanted in (("tuned", False), ("held", True)):
        for named in (True, False) if asked.only in (None, part) else ():
            lists = (each for each in labelled() if held_out(each.name) is wanted)
            title = f"{'held out' if wanted else 'tuned on'}, {'with' if named else 'without'} the names of the files"
            parts.append((title, judge(lists, Score(), named=named)))
    for path, kinds in ((ROUNDCUBE, CARD), (SUITECRM, SUITE)) if asked.only in (None, "others") else ():
        if (SHARED / path).exists():
            parts += [(f"{path.split('/')[1]} {name}", score) for name, score in judged_by_others(path, kinds)]
    for title, score in parts:
        print(f"{title}: {score}")
        for remark in score.remarks if asked.remarks else ():
            print(f"  {remark}")
