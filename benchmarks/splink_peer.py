"""The peer: Splink 5 on one set, in a process of its own. Imports nothing of ours: any interpreter with Splink runs it.

    python splink_peer.py SET ENTITY FACTS.parquet CLUSTERS.csv

Settings of historical_50k, febrl1-4 and fake_1000 are those of its documentation (examples `deduplicate_50k_synthetic`,
`febrl3`, `febrl4`, tutorials 04 and 05), their thresholds too; febrl1 and febrl2 take those of febrl3. Everything else
gets what the same documentation advises by type of column, deterministic rules with recall .7, training by several
rules, clustered at .95.
"""

import contextlib
import sys
import warnings
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

warnings.filterwarnings("ignore")


@dataclass
class Recipe:
    """What a user of Splink decides: comparisons, blocking, rules for the prior, training sessions, threshold."""

    comparisons: list[Any]
    blocking: list[Any]
    certain: list[Any]
    recall: float
    training: list[Any]
    threshold: float = 0.95
    max_pairs: float = 1e6
    extra: str = ""
    link: bool = False


def historical() -> Recipe:
    """Example deduplicate_50k_synthetic."""
    return Recipe(
        comparisons=[
            cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="first_surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode_fake"),
            cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
        blocking=[
            block_on("substr(first_name, 1, 3)", "substr(surname, 1, 4)"),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("postcode_fake", "first_name"),
            block_on("postcode_fake", "surname"),
            block_on("dob", "birth_place"),
            block_on("substr(postcode_fake, 1, 3)", "dob"),
            block_on("substr(postcode_fake, 1, 3)", "first_name"),
            block_on("substr(postcode_fake, 1, 3)", "surname"),
            block_on("substr(first_name, 1, 2)", "substr(surname, 1, 2)", "substr(dob, 1, 4)"),
        ],
        certain=[
            "l.first_name = r.first_name and l.surname = r.surname and l.dob = r.dob",
            "substr(l.first_name, 1, 2) = substr(r.first_name, 1, 2) and l.surname = r.surname "
            "and substr(l.postcode_fake, 1, 2) = substr(r.postcode_fake, 1, 2)",
            "l.dob = r.dob and l.postcode_fake = r.postcode_fake",
        ],
        recall=0.6,
        training=[block_on("first_name", "surname"), block_on("dob")],
        max_pairs=5e6,
        extra="first_surname",
    )


def febrl(link: bool) -> Recipe:
    """Examples febrl3 and febrl4."""
    blocking = [block_on(name) for name in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")]
    if link:
        blocking = [
            block_on("given_name", "surname"),
            "l.given_name = r.surname and l.surname = r.given_name",
            block_on("date_of_birth"),
            block_on("soc_sec_id"),
            block_on("state", "address_1"),
            block_on("street_number", "address_1"),
            block_on("postcode"),
        ]
    return Recipe(
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ],
        blocking=blocking,
        certain=[
            block_on("soc_sec_id"),
            block_on("given_name", "surname", "date_of_birth"),
            "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth",
        ],
        recall=0.9,
        training=[block_on("substr(date_of_birth, 1, 3)"), block_on("substr(postcode, 1, 2)")],
        link=link,
    )


def fake_1000() -> Recipe:
    """Tutorials 04 and 05, blocked as in the example accuracy_analysis_from_labels_column, which finds more."""
    return Recipe(
        comparisons=[
            cl.NameComparison("first_name"),
            cl.NameComparison("surname"),
            cl.LevenshteinAtThresholds("dob", 1),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
        blocking=[block_on(name) for name in ("first_name", "surname", "dob", "email")],
        certain=[
            "l.first_name = r.first_name and levenshtein(r.dob, l.dob) <= 1",
            "l.surname = r.surname and levenshtein(r.dob, l.dob) <= 1",
            "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
            "l.email = r.email",
        ],
        recall=0.7,
        training=[block_on("first_name", "surname"), block_on("dob")],
        threshold=0.5,
    )


COMPARISONS = {
    "given": lambda: cl.NameComparison("given"),
    "family": lambda: cl.NameComparison("family"),
    "whole_name": lambda: cl.JaroWinklerAtThresholds("whole_name", [0.95, 0.88, 0.8]).configure(
        term_frequency_adjustments=True
    ),
    "middle": lambda: cl.ExactMatch("middle"),
    "suffix": lambda: cl.ExactMatch("suffix"),
    "birth": lambda: cl.DateOfBirthComparison("birth", input_is_string=True),
    "email": lambda: cl.EmailComparison("email"),
    "phone": lambda: cl.LevenshteinAtThresholds("phone", 1).configure(term_frequency_adjustments=True),
    "mobile": lambda: cl.LevenshteinAtThresholds("mobile", 1).configure(term_frequency_adjustments=True),
    "street": lambda: cl.JaroWinklerAtThresholds("street", [0.95, 0.85]).configure(term_frequency_adjustments=True),
    "code": lambda: cl.ExactMatch("code").configure(term_frequency_adjustments=True),
    "city": lambda: cl.ExactMatch("city").configure(term_frequency_adjustments=True),
    "company": lambda: cl.JaroWinklerAtThresholds("company", [0.95, 0.88, 0.8]).configure(
        term_frequency_adjustments=True
    ),
    "web": lambda: cl.ExactMatch("web").configure(term_frequency_adjustments=True),
    "tax": lambda: cl.DamerauLevenshteinAtThresholds("tax", [1]),
}
PERSON_BLOCKS = (
    "email", "mobile", "tax", "whole_name", "given,family", "family,birth", "given,birth", "birth,code", "phone,given",
    "phone,family", "family,code", "family,street", "whole_name,birth", "phone,birth", "family,substr(given;1;2),city",
    "given,substr(family;1;3)",
)  # fmt: skip
ORGANISATION_BLOCKS = (
    "company", "email", "tax", "phone", "street", "web,city", "substr(company;1;6)",
    "substr(company;1;3),code", "substr(street;1;6),code",
)  # fmt: skip
CERTAIN = {
    "person": (
        "email,family", "email,whole_name", "given,family,birth", "whole_name,birth", "mobile,given",
        "mobile,whole_name", "tax,family",
    ),
    "organisation": ("company,email", "company,phone", "company,street", "tax,company", "company,web"),
}  # fmt: skip
TRAINING = {
    "person": ("given,family", "whole_name", "birth", "email", "phone"),
    "organisation": ("company", "phone", "street", "email"),
}


def by_role(columns: list[str], entity: str, link: bool) -> Recipe:
    """What the documentation advises by type of column, for the columns that are there."""

    def rules(texts: tuple[str, ...]) -> list[Any]:
        parsed = [[part.replace(";", ", ") for part in text.split(",")] for text in texts]
        return [block_on(*parts) for parts in parsed if all(_column(part) in columns for part in parts)]

    blocks = PERSON_BLOCKS if entity == "person" else ORGANISATION_BLOCKS
    return Recipe(
        comparisons=[COMPARISONS[name]() for name in columns if name in COMPARISONS],
        blocking=rules(blocks),
        certain=rules(CERTAIN[entity]),
        recall=0.7,
        training=rules(TRAINING[entity]),
        link=link,
    )


def _column(part: str) -> str:
    return part.removeprefix("substr(").split(",")[0]


def recipe(name: str, entity: str, columns: list[str], link: bool) -> Recipe:
    """The recipe of a set."""
    if name == "historical_50k":
        return historical()
    if name.startswith("febrl"):
        return febrl(link)
    return fake_1000() if name == "fake_1000" else by_role(columns, entity, link)


def main(name: str, entity: str, facts: str, clusters: str) -> None:
    """Train, predict, cluster and write `unique_id`, `cluster_id`."""
    table = pq.read_table(facts)
    link = pc.max(table["source"]).as_py() == 1
    chosen = recipe(name, entity, table.column_names, link)
    api = DuckDBAPI()
    registered = [
        api.register(_part(table, at, chosen.extra), dataset_display_name=f"part{at}") for at in range(1 + link)
    ]
    settings = SettingsCreator(
        link_type="link_only" if chosen.link else "dedupe_only",
        comparisons=chosen.comparisons,
        blocking_rules_to_generate_predictions=chosen.blocking,
    )
    linker = Linker(registered if chosen.link else registered[0], settings, log_level="ERROR")
    train(linker, chosen)
    pairs = linker.inference.predict(threshold_match_probability=min(0.5, chosen.threshold))
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(
        pairs, threshold_match_probability=chosen.threshold
    )
    found.as_duckdbpyrelation().select("unique_id", "cluster_id").write_csv(clusters)


def _part(table: pa.Table, source: int, extra: str) -> pa.Table:
    """The rows of one source; `extra` is a column that a documented example adds."""
    part = table.filter(pc.equal(table["source"], source)).drop_columns(["source"])
    if not extra:
        return part
    given, family = (part[name].cast(pa.string()) for name in ("first_name", "surname"))
    names = pc.binary_join_element_wise(given, family, " ")
    return part.append_column(extra, names)


def train(linker: Linker, chosen: Recipe) -> None:
    """Prior, u, and m in one session per training rule; a session that finds no pairs is left out, as a user would."""
    linker.training.estimate_probability_two_random_records_match(chosen.certain, recall=chosen.recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=chosen.max_pairs, seed=1)
    for rule in chosen.training:
        with contextlib.suppress(Exception):
            linker.training.estimate_parameters_using_expectation_maximisation(rule)


if __name__ == "__main__":
    main(*sys.argv[1:5])
