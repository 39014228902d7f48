"""A seeded, dirty contact file of any size: 23 columns, quoted line ends, seven countries, one in twelve doubled.

Everything is invented; mail goes to reserved domains. The dirt rates are ours: other data will differ.
"""

from pathlib import Path

import numpy as np
import polars as pl

FIRST = (
    "Ayşe Mehmet Elif Mustafa Zeynep Ahmet Fatma İbrahim Jürgen Käthe Björn Anneliese Günther Ines Budi Siti Dewi Agus "
    "José María Íñigo Lucía Émile Chloé Zoë Liam Olivia Noah Emma Sofía Łukasz Agnieszka Thảo Minh Wei Yuki Sven Ilse"
).split()
LAST = (
    "Yılmaz Kaya Demir Çelik Şahin Öztürk Aydın Işık Müller Schröder Weiß Kowalski Nguyễn García Fernández López Smith "
    "Jones Taylor Brown Wijaya Santoso Pratama Dubois Lefèvre Rossi Bianchi Jansen de-Vries O'Neill McDonald Andersson"
).split()
COMPANY = (
    "Makine Teknik Handel Solutions Lojistik Yapı Gıda Optik Energie Textil Medikal Otomotiv Papier Metall".split()
)
FORM = "A.Ş. Ltd. GmbH S.L. Inc. B.V. SARL KG PT AB".split()
STREET = "Atatürk Cad.|İstiklal Sok.|Hauptstraße|Bahnhofstr.|Calle Mayor|Rue de la Paix|High Street|Jl. Merdeka".split(
    "|"
)
CITY = "İstanbul Ankara İzmir Berlin München Madrid Paris London Jakarta Amsterdam".split()
COUNTRIES = "TR DE ES FR GB ID NL".split()
PHONES = {
    "TR": "0532 {:03d} {:02d} {:02d}|+90 (212) {:03d} {:02d}{:02d}|90532{:03d}{:02d}{:02d}",
    "DE": "030 {:03d}{:02d}{:02d}|+49 30 {:03d} {:02d}{:02d}|0049-30-{:03d}{:02d}{:02d}",
    "ES": "6{:03d}{:02d}{:02d}1|+34 6{:03d} {:02d} {:02d}1|0034 6{:03d}{:02d}{:02d}1",
    "FR": "06 1{:03d} {:02d} {:02d}|+33 6 1{:03d}{:02d}{:02d}|0033 61{:03d}{:02d}{:02d}",
    "GB": "020 7946 0{:03d}{:.0}{:.0}|+44 20 7946 0{:03d}{:.0}{:.0}|(020)79460{:03d}{:.0}{:.0}",
    "ID": "0812 3{:03d} {:02d}{:02d}|+62 812-3{:03d}-{:02d}{:02d}|0812-3{:03d}-{:02d}-{:02d}",
    "NL": "06 1{:03d}{:02d}{:02d}|+31 6 1{:03d} {:02d}{:02d}|0031 61{:03d}{:02d}{:02d}",
}
CHUNK = 200_000


def write(path: Path, rows: int, seed: int = 7) -> None:
    """Write the file in chunks, so that ten million rows need no more memory than one."""
    with path.open("wb") as out:
        for start in range(0, rows, CHUNK):
            frame = _chunk(start, min(CHUNK, rows - start), np.random.default_rng((seed, start)))
            frame.write_csv(out, include_header=start == 0)


def _chunk(start: int, rows: int, random: np.random.Generator) -> pl.DataFrame:
    def pick(words: list[str]) -> pl.Series:
        return pl.Series(np.array(words, dtype=object)[random.integers(0, len(words), rows)], dtype=pl.String)

    def chance(share: float) -> pl.Series:
        return pl.Series(random.random(rows) < share)

    # One person in twelve repeats somebody a little earlier in the file: the same mailbox, written otherwise.
    person = np.arange(start, start + rows)
    again = (random.random(rows) < 1 / 12) & (person > 1000)
    person = np.where(again, person - random.integers(1, 1000, rows), person)
    number = pl.Series(person)
    first = pl.Series(np.array(FIRST, dtype=object)[person * 7 % len(FIRST)], dtype=pl.String)
    last = pl.Series(np.array(LAST, dtype=object)[person * 13 % len(LAST)], dtype=pl.String)
    country = pl.Series(np.array(COUNTRIES, dtype=object)[person % 7], dtype=pl.String)
    ascii_first = first.str.normalize("NFKD").str.replace_all(r"[^A-Za-z]", "").str.to_lowercase()
    email = pl.select(
        pl.concat_str(
            ascii_first,
            pl.lit("."),
            number.cast(pl.String),
            pl.lit("@firma"),
            (number % 9973).cast(pl.String),
            pl.lit(".example"),
        )
    ).to_series()
    email = email.zip_with(~chance(0.1), email.str.to_uppercase()).zip_with(~chance(0.05), "  " + email + " ")
    email = email.zip_with(~chance(0.04), pl.Series([""]).new_from_index(0, rows)).zip_with(
        ~chance(0.01), email.str.replace("@", " at ")
    )
    day = pl.Series(random.integers(0, 20000, rows)).cast(pl.Date)
    born = day.dt.strftime("%d.%m.%Y").zip_with(~chance(0.03), pl.Series([""]).new_from_index(0, rows))
    note = (
        pl.Series(['called,\n"twice"'])
        .new_from_index(0, rows)
        .zip_with(chance(0.02), pl.Series([""]).new_from_index(0, rows))
    )
    return pl.DataFrame({
        "ContactID": pl.Series(np.arange(start, start + rows)).cast(pl.String),
        "Vorname": first.zip_with(~chance(0.05), first.str.to_uppercase()),
        "Nachname": last.zip_with(~chance(0.05), "  " + last),
        "E-Mail": email,
        "Telefon": _phones(person, country, random),
        "Mobil": _phones(person + 1, country, random).zip_with(~chance(0.4), pl.Series([""]).new_from_index(0, rows)),
        "Firma": pick(COMPANY) + " " + pick(LAST) + " " + pick(FORM),
        "Strasse": pick(STREET) + " " + pl.Series(random.integers(1, 200, rows)).cast(pl.String),
        "PLZ": pl.Series(random.integers(10000, 99999, rows)).cast(pl.String),
        "Ort": pick(CITY),
        "Land": country,
        "Geburtstag": born,
        "Geaendert": day.dt.strftime("%Y-%m-%d") + " 10:00:00",
        "Einwilligung": pick(["E", "H", "", "E", "E"]),
        "Notiz": note,
        "Anrede": pick(["Herr", "Frau", "", "Dr.", "Bay", "Bayan"]),
        "Position": pick(["Einkauf", "Geschäftsführung", "Satış Müdürü", "Compras", "Technik", "", "Finance"]),
        "Quelle": pick(["Messe 2019", "Webformular", "Empfehlung", "Altsystem Import", ""]),
        "Status": pick(["aktiv", "inaktiv", "Interessent"]),
        "Betreuer": pick(["m.demir", "a.kaya", "j.schmidt", "n.dubois"]),
        "Webseite": "https://www.firma" + (number % 9973).cast(pl.String) + ".example/",
        "Umsatz": pl.Series(random.integers(0, 9_000_000, rows)).cast(pl.String) + ",50",
        "Beschreibung": pick(["Stammkunde, bestellt jedes Frühjahr Ersatzteile", "", "Teklif bekliyor; aranacak"]),
    })  # fmt: skip


def _phones(person: np.ndarray, country: pl.Series, random: np.random.Generator) -> pl.Series:
    shapes = random.integers(0, 3, len(person))
    a, b, c = person % 1000, person * 3 % 100, person * 7 % 100
    lines = [
        # Only the home country writes numbers without their country code.
        PHONES[code]
        .split("|")[shape if code == "TR" else 1 + shape % 2]
        .format(x, *(("", "") if code == "GB" else (y, z)))
        for code, shape, x, y, z in zip(country.to_list(), shapes, a.tolist(), b.tolist(), c.tolist(), strict=True)
    ]
    return pl.Series(lines, dtype=pl.String)
