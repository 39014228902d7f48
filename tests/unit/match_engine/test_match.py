"""The matcher through its public door, on fictional people and firms."""

import numpy as np
import pandas as pd
import pytest

from crm_migrate import match
from crm_migrate.errors import UsageError

GIVEN = "Ayşe Mehmet Elif Jürgen Käthe Björn Siti Budi Dewi Lucía Émile Zoë Łukasz Minh".split()  # fmt: skip  # noqa: SIM905
FAMILY = "Yılmaz Kaya Demir Müller Schröder Wijaya Santoso Dubois Rossi Jansen Okafor".split()  # fmt: skip  # noqa: SIM905
CITY = ["Ankara", "Izmir", "Berlin", "Bremen", "Surabaya", "Madrid", "Lyon"]


def people(count: int, seed: int = 3) -> pd.DataFrame:
    """People that share only chance: names from small pools, dates and mailboxes of their own."""
    random = np.random.default_rng(seed)
    given, family = random.choice(GIVEN, count), random.choice(FAMILY, count)
    born = pd.Timestamp("1940-01-01") + pd.to_timedelta(random.integers(0, 23000, count), unit="D")
    mail = [f"p{n * 7919 % 100003}@mail{n % 89}.example" for n in range(count)]
    phone = [f"+49 30 {random.integers(10**6, 10**7)}" for _ in range(count)]
    columns = {
        "Vorname": given,
        "Nachname": family,
        "Geburtsdatum": list(born.strftime("%Y-%m-%d")),
        "E-Mail": mail,
        "Telefon": phone,
    }
    return pd.DataFrame(columns | {"Ort": random.choice(CITY, count)}, dtype=object)


def doubled(frame: pd.DataFrame, rows: range) -> pd.DataFrame:
    """The frame with copies of some rows behind it: a slip in the name, another mailbox, an id of 1000 + n."""
    copies = frame.iloc[list(rows)].copy()
    copies["Nachname"] = [name[:-1] + name[-1] * 2 for name in copies["Nachname"]]
    copies["E-Mail"] = None
    copies.index = pd.Index([1000 + n for n in rows])
    return pd.concat([frame, copies])


def together(found: pd.DataFrame, left: object, right: object) -> bool:
    return bool(found.loc[left, "cluster"] == found.loc[right, "cluster"])


def test_doubles_are_found_and_nobody_else() -> None:
    found = match(doubled(people(300), range(40))).clusters
    assert sum(together(found, n, 1000 + n) for n in range(40)) >= 38
    assert found["cluster"].nunique() >= 298
    assert found["probability"].between(0, 1).all()


def test_the_order_of_rows_does_not_matter() -> None:
    frame = doubled(people(200), range(30))
    shuffled = frame.sample(frac=1, random_state=5)
    parts = [match(f).clusters.reindex(frame.index)["cluster"] for f in (frame, shuffled)]
    groups = [{frozenset(rows) for rows in p.groupby(p).groups.values()} for p in parts]
    assert groups[0] == groups[1]


def test_the_same_call_gives_the_same_numbers() -> None:
    frame = doubled(people(150), range(20))
    first, second = match(frame), match(frame)
    pd.testing.assert_frame_equal(first.clusters, second.clusters)
    pd.testing.assert_frame_equal(first.pairs, second.pairs)


def test_siblings_of_one_household_stay_apart() -> None:
    frame = people(240).drop(columns="Geburtsdatum")
    frame["Strasse"] = [f"Lindenweg {n}" for n in range(240)]
    for n in range(0, 120, 2):  # sixty pairs of siblings: family name, telephone and address in common
        for column in ("Nachname", "Telefon", "Strasse", "Ort"):
            frame.loc[n + 1, column] = frame.loc[n, column]
        frame.loc[n + 1, "Vorname"] = GIVEN[(GIVEN.index(frame.loc[n, "Vorname"]) + 5) % len(GIVEN)]
    found = match(doubled(frame, range(120, 160))).clusters
    assert not any(together(found, n, n + 1) for n in range(0, 120, 2))
    assert sum(together(found, n, 1000 + n) for n in range(120, 160)) >= 36


def test_given_and_family_name_exchanged() -> None:
    frame = people(200)
    copies = frame.iloc[:20].rename(columns={"Vorname": "Nachname", "Nachname": "Vorname"})
    copies.index = pd.Index(range(1000, 1020))
    copies["E-Mail"] = None
    found = match(pd.concat([frame, copies])).clusters
    assert sum(together(found, n, 1000 + n) for n in range(20)) >= 19


def test_many_firms_behind_one_switchboard_are_many() -> None:
    names = [
        "Anka Optik",
        "Delta Gıda",
        "Körfez Tekstil",
        "Nordwind Metall",
        "Sommer Papier",
        "Quelle Textil",
        "Batu Kayu",
        "Luz Solar",
    ]
    frame = pd.DataFrame({
        "Firma": [f"{names[n % 8]} {chr(65 + n % 23)}{chr(66 + n % 19)}u GmbH" for n in range(160)],
        "Telefon": [f"+49 40 {1_000_000 + 977 * n}" if n >= 8 else "+49 40 5550000" for n in range(160)],
        "Strasse": [f"Hafenstraße {n}" if n >= 8 else "Turmweg 1" for n in range(160)],
    })  # fmt: skip
    found = match(frame, entity="organisation").clusters
    assert found.loc[:7, "cluster"].nunique() == 8


@pytest.mark.parametrize("rows", [1, 2, 10])
def test_a_handful_of_rows(rows: int) -> None:
    found = match(people(rows))
    assert len(found.clusters) == rows
    assert found.clusters["cluster"].nunique() == rows


def test_ten_rows_of_which_two_are_one() -> None:
    found = match(doubled(people(9), range(1))).clusters
    assert together(found, 0, 1000)
    assert found["cluster"].nunique() == 9


def test_against_a_second_frame() -> None:
    there = people(120)
    here = there.iloc[:30].copy()
    here.index = pd.Index([f"new{n}" for n in range(30)])
    here["E-Mail"] = None
    found = match(here, against=there).clusters
    assert all(together(found, f"new{n}", n) for n in range(30))


def test_pairs_say_what_each_comparison_weighs() -> None:
    pairs = match(doubled(people(100), range(10))).pairs
    best = pairs[(pairs["left"] == 0) & (pairs["right"] == 1000)].iloc[0]
    assert best["same_cluster"]
    assert best["weight_birth_date"] > 0
    assert best["weight_email"] == 0  # one of them has none: nothing for, nothing against


def test_bad_arguments_are_refused_with_a_next_step() -> None:
    frame = people(3)
    with pytest.raises(UsageError, match="entity"):
        match(frame, entity="firm")
    with pytest.raises(UsageError, match="no type"):
        match(frame, types={"Vorname": "first"})
    with pytest.raises(UsageError, match="no column"):
        match(frame, types={"Rufname": "given_name"})
    with pytest.raises(UsageError, match="no column to compare"):
        match(frame[[]])
    with pytest.raises(UsageError, match="no column to compare"):
        match(pd.DataFrame({"x": ["q", "r"]}))
    with pytest.raises(UsageError, match="twice"):
        match(pd.concat([frame, frame]))
