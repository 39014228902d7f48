"""A small company with people who asked to be erased, and a search through every file that a run wrote.

Whoever is on the list is in many places: in other letters, in two sources, in a list of opt-outs, in notes about
others, as the key of a row, as one of several in a cell. The words that nobody may find afterwards stand in `GONE`.
"""

import re
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow.parquet as pq

MAPPING = """crm_migrate: 1
project: {name: erasing, locale: tr-TR, as_of: 2025-03-14}
sources:
  kisi: {file: in/kisi.csv, key: KisiNo}
  books: {file: in/books.csv, key: Account}
  mail: {file: in/mail.csv, key: Email Address}
  members: {file: in/members.csv, key: Email}
  sheet: {file: in/sheet.csv, key: Satir}
  firma: {file: in/firma.csv, key: FirmaNo}
  notes: {file: in/notes.csv, key: id}
  orders: {file: in/orders.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
value_maps:
  izin: {unmapped: hold, map: {E: granted, H: withdrawn, "": unknown}}
  state: {unmapped: hold, map: {subscribed: granted, unsubscribed: withdrawn}}
objects:
  accounts:
    from: firma
    fields:
      name: {firma: Unvan, required: true}
      tax_id: VergiNo
      email: E-posta
      phone: Telefon
  contacts:
    from:
      kisi: {trust: 1, where: "Tip != 'test'", because: D-1}
      books: {trust: 2}
      sheet: {trust: 3, split_rows: "[Kişi] by ';' with [E-posta], [Tel]", where: "[Kişi]", else: absent}
    enrich:
      mail: {by: email, unmatched: suppression_list}
    fields:
      first_name: {kisi: Ad, books: First, sheet: Kişi | person.given}
      last_name: {kisi: Soyad, books: Last, sheet: Kişi | person.family}
      email: {kisi: E-posta, books: Mail, sheet: E-posta, mail: Email Address, keep_others: additional_emails}
      phone: {kisi: Cep, sheet: Tel, then: phone(TR)}
      birth_date: {kisi: Dogum | date(DD.MM.YYYY)}
      customer_number: {kisi: MusteriNo, type: text, to: customer_number}
      description: {kisi: Not}
      consent: {kisi: IzinEposta | map(izin), mail: Status | map(state), survive: strictest, per: email}
      company: {kisi: FirmaNo, ref: accounts.firma, missing: clear}
    match:
      - {rule: same mail and name, same: [email, last_name], do: merge}
      - {rule: same phone and name, same: [phone, first_name, last_name], do: merge}
      - {rule: same name, same: [first_name, last_name], do: review}
  leads:
    from: members
    fields:
      last_name: Name
      email: Email
  deals:
    from: {sheet: {where: "[Fırsat]", else: absent}, orders: {}}
    fields:
      name: {sheet: Fırsat, orders: Item}
      amount: {sheet: Tutar, orders: Total}
      currency: {constant: EUR}
      contact: {sheet: same_row, ref: contacts}
      member: {orders: Member, ref: leads.members, type: reference, to: member}
  notes:
    from: notes
    fields:
      subject: {notes: Subject, type: text, to: subject}
      body: Text
      contact: {notes: Who, ref: contacts.kisi}
privacy:
  erase: ERASE
"""
FILES = {
    "in/kisi.csv": """KisiNo;Ad;Soyad;E-posta;Cep;Dogum;MusteriNo;IzinEposta;Tip;FirmaNo;Not
1;Ayşe;Yılmaz;AYSE@ISIK.EXAMPLE;0532 111 22 33;17.05.1980;M-1001;E;;10;sever kahveyi
2;Mehmet;Kaya;mehmet@kaya.example;0533 222 33 44;01.02.1975;M-1002;E;;10;
3;Zeynep;Demir;zeynep@demir.example;;03.03.1990;M-1003;E;;;
4;Deniz;Ak;deniz@ak.example;;04.04.1991;M-1004;E;;;
5;Can;Öz;ortak@aile.example;;05.05.1960;M-1005;E;;;
6;Ela;Öztürk;ortak@aile.example;;06.06.1961;M-1006;E;;;
7;Nur;Can;mayse@isik.example;0532 999 88 77;07.07.1970;M-1007;E;;10;Ayşe Yılmaz'ın arkadaşı, ayse@isik.example
8;Derya;Su;derya@su.example;;08.08.1988;M-1008;E;;;
9;Ayşe;Yılmaz;ayse.ev@posta.example;0532 111 22 33;;M-1009;E;;;
11;Ayşe;Yılmaz;AYSE@isik.example;;;M-1011;E;test;;deneme
12;Bora;Er;bora@er.example;;;M-1012;Q;;;
13;Deniz;Ak;baska.deniz@ak.example;;04.04.1992;M-1013;E;;;
""",
    "in/books.csv": """Account;First;Last;Mail
B1;Ayşe;Yılmaz;Ayse@Isik.example
B2;Pelin;Oy;pelin@oy.example
""",
    "in/mail.csv": """Email Address;Status
ayse.ev@posta.example;unsubscribed
zeynep@demir.example;unsubscribed
mayse@isik.example;subscribed
kimse@hicbir.example;unsubscribed
""",
    "in/members.csv": """Email;Name
ayse@isik.example;Yılmaz
pelin@oy.example;Oy
""",
    "in/sheet.csv": """Satir;Kişi;E-posta;Tel;Fırsat;Tutar
S1;Hakan Taş; hakan@tas.example;;Pres;1000,50
S2;"Ayşe Yılmaz; Ali Kurt";"ayse@isik.example; ali@kurt.example";"0532 111 22 33; 0535 333 44 55";Torna;2000,00
""",
    "in/firma.csv": """FirmaNo;Unvan;VergiNo;E-posta;Telefon
10;Işık Makine A.Ş.;1234567890;ayse@isik.example;0212 555 66 77
11;Derviş Usta;12345678901;;
""",
    "in/notes.csv": """id;Subject;Text;Who
N1;Ayşe Yılmaz arandı;0 532 111-22-33 numarasından;1
N2;Toplantı;Yılmaz, Ayşe katıldı (AYSE@ISIK.EXAMPLE);7
""",
    "in/orders.csv": """id;Item;Total;Member
O1;Kahve;10,00;ayse@isik.example
O2;Çay;20,00;pelin@oy.example
""",
    "decisions/d.yaml": "decisions:\n  - {id: D-1, who: dpo, when: 2025-03-01, text: tests are no people}\n",
    "refs/erased.csv": """email,phone,key,name,birth_date,customer_number,note
ayse@isik.example,,,,,,asked by letter
,+90 533 222 33 44,,,,,
,,kisi:3,,,,
,,,Deniz Ak,1991-04-04,,
ortak@aile.example,,,,,,
,,,,,M-1008,
ghost@nowhere.example,,,,,,
bora@er.example,,,,,,
""",
}
# Values of the people on the list, as nobody may find them in a file that a run wrote; small letters.
GONE = (
    "ayse@isik.example", "ayse.ev@posta.example", "mehmet@kaya.example", "zeynep@demir.example", "deniz@ak.example",
    "derya@su.example", "ghost@nowhere.example", "bora@er.example", "5321112233", "5332223344", "532 111", "533 222",
    "ayşe yılmaz", "mehmet kaya", "zeynep", "derya", "1980-05-17", "17.05.1980", "m-1001", "m-1008", "sever kahveyi",
)  # fmt: skip
STAY = ("mayse@isik.example", "pelin@oy.example", "baska.deniz@ak.example", "kimse@hicbir.example", "ali@kurt.example")


# Objects that say nothing about the list of people but what hangs on them, and the source that each alone reads.
HANGING = {"accounts": "firma", "leads": "members", "deals": "orders", "notes": "notes"}


def people_only(mapping: str) -> str:
    """The mapping without what hangs on the people: a run takes a third of the time."""
    for name, source in HANGING.items():
        mapping = re.sub(rf"^  {name}:\n    from(?:.*\n)(?:   .*\n)*", "", mapping, flags=re.MULTILINE)
        mapping = re.sub(rf"^  {source}: {{file.*\n", "", mapping, flags=re.MULTILINE)
    mapping = re.sub(r"^      company: .*\n", "", mapping, flags=re.MULTILINE)
    # What only the rest of the mapping has read.
    for source, columns in {"kisi": "FirmaNo", "sheet": "Fırsat, Tutar"}.items():
        mapping = re.sub(
            rf"^(  {source}: {{file.*)}}$", rf"\1, unmapped: {{archive: [{columns}]}}}}", mapping, flags=re.MULTILINE
        )
    return mapping


def make_project(folder: Path, erase: str = "refs/erased.csv", *, only_people: bool = False, **files: str) -> Path:
    """The project; `files` replace some of its files, by their last name."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files.get(path.stem, text), "utf-8")
    mapping = (people_only(MAPPING) if only_people else MAPPING).replace("ERASE", erase)
    (folder / "crm-migrate.yaml").write_text(mapping, "utf-8")
    return folder


def texts_of(path: Path) -> Iterator[str]:
    """Every text in a file that a person or program could read there."""
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        yield " ".join(table.column_names)
        yield from (str(value) for column in table.columns for value in column.to_pylist() if value is not None)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    elif path.suffix in (".db", ".sqlite"):
        with sqlite3.connect(path) as connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                for row in connection.execute(f'SELECT * FROM "{name}"'):
                    yield from (
                        each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each) for each in row
                    )
    else:
        yield path.read_bytes().decode("utf-8", "replace")


def written_by_runs(folder: Path) -> Iterator[Path]:
    """Every file of a project but those that people gave it."""
    given = {folder / name for name in (*FILES, "crm-migrate.yaml")}
    yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and path not in given)


def found_in(paths: Iterable[Path], words: Iterable[str]) -> list[tuple[str, str]]:
    """(word, file) wherever a word stands in a file."""
    wanted = [word.lower() for word in words]
    found = []
    for path in paths:
        text = "\n".join(texts_of(path)).lower()
        for other in STAY if words is not STAY else ():  # a mailbox may end as another does
            text = text.replace(other, "")
        found += [
            (word, path.name if path.suffix != ".parquet" else path.as_posix()) for word in wanted if word in text
        ]
    return found
