"""The column of a run and the cell of `clean` are one reader: what one refuses or flags, the other does too."""

import polars as pl
import pytest

from crm_migrate import clean
from crm_migrate.cleansing import STEPS, Context, evidence
from crm_migrate.cleansing.contact.email import ascii_lowered, email_cell, email_outcomes
from crm_migrate.cleansing.kinds import KINDS, read_bounded
from crm_migrate.cleansing.people.person_cells import person_cell
from crm_migrate.cleansing.people.person_columns import plain_names
from crm_migrate.errors import UsageError

NOWHERE = [
    "ann@lee.com.invalid",
    "bob@ray.local",
    "cy@fox.test",
    "di@orr.localhost",
    "a@b.onion",
    "a@b.arpa",
    "a@foo.internal",
    "a@pc.lan",
    "a@mail.corp",
    "a@host.localdomain",
    "A@HOST.LOCAL",
    "mailto:a@x.invalid",
    " a@x.test; ",
]
HOSTS = [
    "x.example",
    "example.com",
    "gmial.com",
    "gmail.con",
    "mailinator.com",
    "test.com",
    "none.com",
    "x.local",
    "x.test",
    "x.internal",
    "b.c",
    "1.2.3.4",
    "x_y.example",
    "-x.example",
    "xn--bcher-kva.example",
    "bücher.example",
    "x.y.z.example",
    "acme.example.",
    "x..example",
    "x.c0m",
]
LOCALS = [
    "ann",
    "Ann.Lee",
    "info",
    "none",
    "test",
    "a",
    "xxx",
    "ed=kim.com",
    "a..b",
    ".a",
    "a.",
    "o'neil",
    "a+b",
    "_a",
    "-a",
    "ä",
    '"a b"',
    "noreply",
    "x" * 65,
]
FRAMES = ["{0}", " {0} ", "{0};", "mailto:{0}", "<{0}>", "{0}, {0}", "Ann <{0}>", "{0} (old)"]


def test_undeliverable_mailboxes_are_told_at_both_doors() -> None:
    frame = STEPS["email"].function(pl.Series(NOWHERE), Context())
    assert set(frame["flag"]) == {"invalid"}
    assert set(clean(NOWHERE, "email")["flag"]) == {"invalid"}


def test_a_mailbox_that_a_sandbox_wrote_is_told() -> None:
    frame = STEPS["email"].function(pl.Series(["ed=kim.com@example.com"]), Context())
    assert frame["flag"].to_list() == ["suspect"]
    assert "ed@kim.com" in frame["note"][0]


def test_mailboxes_are_read_alike_by_column_and_by_cell() -> None:
    texts = [frame.format(f"{local}@{host}") for frame in FRAMES for local in LOCALS for host in HOSTS]
    for text, row in zip(texts, email_outcomes(pl.Series(texts)).iter_rows(), strict=True):
        cell = email_cell(text)
        assert row == (cell.value, cell.flag, cell.note), text


WORDS = [
    "Ann",
    "Lee",
    "Reception",
    "Test",
    "Dr",
    "Vi",
    "II",
    "Taş",
    "Spa",
    "Gmbh",
    "Md",
    "Van",
    "Church",
    "Unknown",
    "Jean-Luc",
    "De",
    "Bey",
    "Jr",
    "Info",
    "Aaa",
    "Inc",
    "Sa",
]


@pytest.mark.parametrize("locale", ["en-US", "de-DE", "tr-TR", "id-ID", "es-ES", "it-IT", "fr-FR"])
def test_plain_names_are_read_alike_by_column_and_by_cell(locale: str) -> None:
    texts = [f"{first} {last}" for first in WORDS for last in WORDS]
    for text, row in zip(texts, plain_names(pl.Series(texts), locale).iter_rows(), strict=True):
        if row[0] is not None:
            assert person_cell(text, locale).parts == ({"first": row[0], "last": row[1]},), text


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (
            "company",
            [
                "Acme LLC.",
                "test",
                "ann@x.example",
                "www.x.example",
                "0212 345 67 89",
                "PT.Maju",
                "none",
                "Self employed",
            ],
        ),
        ("tax_id", ["4540536920", "0", "Pending", "1111111111", "12345", "VKN 4540536920"]),
        ("postal_code", ["34000", "6420", "0", "ABC", "34 000"]),
        ("state", ["İstanbul", "34", "Istambul", "Atlantis"]),
        ("iban", ["DE89 3704 0044 0532 0130 00", "DE00", "none"]),
        ("gender", ["Bay", "K", "x", "?"]),
        ("country", ["Türkiye", "Atlantis", "DE", "Korea"]),
        ("url", ["a.example", "http://http://a.example", "none", "a@b.example"]),
    ],
)
def test_a_step_says_what_its_kind_says(kind: str, texts: list[str]) -> None:
    """Values and flags of the step are those of `clean`; what cannot be read stays as typed."""
    frame = STEPS[kind].function(pl.Series(texts), Context(locale="tr-TR"))
    for text, (value, flag, _) in zip(texts, frame.iter_rows(), strict=True):
        cell = read_bounded(KINDS[kind], text, "tr-TR", {})
        said = None if cell.flag == "null" else cell.flag
        assert flag == said, text
        assert value == (text if cell.value is None and said not in (None, "placeholder") else cell.value), text


@pytest.mark.parametrize("between", [", ", "; ", " ", "\n", " | ", " or ", " veya ", " / ", " und "])
def test_of_two_web_addresses_the_first_is_kept_and_the_other_told(between: str) -> None:
    text = f"www.a.example{between}https://b.example/x"
    value, flag, note = STEPS["url"].function(pl.Series([text]), Context()).row(0)
    assert (value, flag) == ("https://www.a.example", "split")
    assert "https://b.example/x" in note


@pytest.mark.parametrize("between", [", ", "; ", " ", "\n", " or "])
@pytest.mark.parametrize("frame", ["{}", "ann@{}"])
def test_of_two_domains_the_first_is_kept_and_the_other_told(between: str, frame: str) -> None:
    text = frame.format("a.example") + between + frame.format("b.example")
    assert STEPS["domain"].function(pl.Series([text]), Context()).row(0) == ("a.example", "split", "also: b.example")


def test_the_case_of_a_mailbox_is_the_only_difference() -> None:
    frame = STEPS["email"].function(pl.Series(["Ann.Lee@Example.ORG"]), Context())
    assert (
        frame["value"].to_list()
        == ascii_lowered(pl.Series([clean(["Ann.Lee@Example.ORG"], "email")["value"][0]])).to_list()
    )


@pytest.mark.parametrize("others", [["DE", "TR"], ["DE", "TR", "Namibia"], ["Deutschland"], ["DE", "N/A"], []])
@pytest.mark.parametrize("said", [None, "nothing", "namibia"])
def test_na_as_a_country_is_judged_by_its_column(others: list[str], said: str | None) -> None:
    column = pl.Series(["NA", " na ", *others])
    context = Context(locale="en-US", evidence=evidence(column, "country", Context()))
    options = {"na": said} if said else {}
    run = STEPS["country"].function(column, context, **options)
    mine = clean(column.to_list(), "country", "en-US", **options)
    doubted = run["flag"] == "ambiguous"
    assert (mine["flag"] == "ambiguous").tolist() == doubted.fill_null(False).to_list()
    values = pl.select(pl.when(doubted.fill_null(False)).then(None).otherwise(run["value"])).to_series()
    assert mine["value"].tolist() == values.fill_null("").to_list()


def test_what_na_means_is_one_of_two() -> None:
    with pytest.raises(UsageError, match="namibia, nothing"):
        clean(["NA"], "country", na="null")


@pytest.mark.parametrize("kind", ["number", "integer"])
@pytest.mark.parametrize("text", ["12 %", "12%", "12 m", "12", "1.5", "8 h"])
def test_numbers_are_one_reader(kind: str, text: str) -> None:
    run = STEPS[kind].function(pl.Series([text]), Context(locale="en-US")).row(0)
    mine = clean([text], kind, "en-US").iloc[0]
    assert mine["flag"] == run[1] if run[1] else mine["value"] == run[0]
