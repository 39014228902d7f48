"""Headers of CRM exports in several languages, and the columns beside the facts that every export has."""

import random

import pandas as pd

FIELDS = (
    "number", "title", "given", "family", "full", "suffix", "birth", "email", "phone", "mobile", "street", "code", "city", "country",
    "company", "job", "web", "tax", "created", "status", "owner", "revenue", "note",
)  # fmt: skip
HEADERS = {
    "en": ("Contact No.|Customer ID", "Salutation|Title", "First Name|Forename", "Last Name|Surname", "Full Name|Contact Name", "Suffix|Name Suffix",
           "Date of Birth|Birthdate", "Email|E-mail Address", "Phone|Business Phone", "Mobile|Cell Phone", "Address Line 1|Street Address", "ZIP|Postcode",
           "City|Town", "Country|Country/Region", "Company|Account Name", "Job Title|Position", "Website|Web", "VAT No|Tax ID", "Created On|Date Entered",
           "Status|Lifecycle Stage", "Owner|Account Manager", "Revenue|Annual Revenue", "Notes|Description"),
    "de": ("Kundennr.|Adress-ID", "Anrede|Titel", "Vorname|Rufname", "Nachname|Name", "Ansprechpartner|Name", "Namenszusatz|Zusatz", "Geburtsdatum|geb. am",
           "E-Mail|E-Mail-Adresse", "Telefon|Tel. geschäftlich", "Mobil|Handy", "Straße|Strasse", "PLZ|Postleitzahl", "Ort|Stadt", "Land|Staat",
           "Firma|Firmenname", "Position|Funktion", "Webseite|Homepage", "USt-IdNr.|Steuernummer", "Angelegt am|Erfasst", "Status|Phase", "Betreuer|Zuständig",
           "Umsatz|Jahresumsatz", "Bemerkung|Notiz"),
    "tr": ("Müşteri No|Cari Kodu", "Unvan|Hitap", "Ad|Adı", "Soyad|Soyadı", "Ad Soyad|Yetkili", "Ek|Sonek", "Doğum Tarihi|D.Tarihi", "E-posta|Mail",
           "Telefon|Sabit Tel", "Cep|Cep Telefonu", "Adres|Açık Adres", "Posta Kodu|PK", "İl|Şehir", "Ülke|Memleket", "Firma|Firma Ünvanı",
           "Görev|Pozisyon", "Web|Web Sitesi", "Vergi No|VKN", "Kayıt Tarihi|Oluşturma", "Durum|Statü", "Sorumlu|Temsilci", "Ciro|Yıllık Ciro",
           "Açıklama|Not"),
    "es": ("Cód. cliente|ID", "Tratamiento|Trato", "Nombre|Nombre de pila", "Apellidos|Apellido", "Nombre completo|Contacto", "Sufijo|Sufijo",
           "Fecha de nacimiento|F. Nac.", "Correo electrónico|Email", "Teléfono|Tlf.", "Móvil|Celular", "Dirección|Calle", "C.P.|Código postal",
           "Población|Ciudad", "País|País", "Empresa|Razón social", "Cargo|Puesto", "Página web|Web", "CIF|NIF", "Fecha de alta|Creado", "Estado|Situación",
           "Comercial|Gestor", "Facturación|Ventas", "Observaciones|Notas"),
    "id": ("No. Pelanggan|Kode", "Sapaan|Gelar", "Nama Depan|Nama Depan", "Nama Belakang|Nama Keluarga", "Nama Lengkap|Nama", "Akhiran|Akhiran",
           "Tanggal Lahir|Tgl. Lahir", "Email|Surel", "Telepon|No. Telp", "HP|No. HP", "Alamat|Alamat Rumah", "Kode Pos|Kodepos", "Kota|Kab./Kota", "Negara|Negara",
           "Perusahaan|Nama Perusahaan", "Jabatan|Posisi", "Situs Web|Website", "NPWP|No. NPWP", "Dibuat|Tgl. Daftar", "Status|Tahap", "Penanggung Jawab|PIC",
           "Omzet|Pendapatan", "Keterangan|Catatan"),
}  # fmt: skip
STATES = ("active", "inactive", "lead", "customer", "churned", "1", "2")
OWNERS = ("m.demir", "a.kaya", "j.schmidt", "s.hartono", "house account")
NOTES = (
    "",
    "",
    "",
    "called, no answer",
    "fair 2019",
    "Newsletter",
    "wants offer",
    "import 03/14",
    "VIP",
    "ruft zurück",
    "tekrar aranacak",
)


def chatter(random_: random.Random, number: int) -> dict[str, str]:
    """What a row says that is about the row, not about who stands in it."""
    return {
        "number": str(100_000 + number),
        "created": f"{random_.randint(2004, 2025)}-{random_.randint(1, 12):02}-{random_.randint(1, 28):02}",
        "status": random_.choice(STATES),
        "owner": random_.choice(OWNERS),
        "revenue": random_.choice(("", "", "0", f"{random_.randrange(10**6)}.00")),
        "note": random_.choice(NOTES),
    }


def framed(
    random_: random.Random, language: str, rows: list[dict[str, str]], left_out: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Rows by field as a frame with headers of the language; fields in an order of its own, absent texts as None."""
    used = [f for f in FIELDS if f not in left_out and any(f in row for row in rows)]
    shuffled = random_.random() < 0.3
    if shuffled:
        random_.shuffle(used)
    names = [HEADERS[language][FIELDS.index(f)].split("|") for f in used]
    heads = [name[random_.randrange(len(name))] for name in names]
    heads = [head if heads.count(head) == 1 else f"{head} ({field})" for head, field in zip(heads, used, strict=True)]
    columns = {head: [row.get(field) or None for row in rows] for head, field in zip(heads, used, strict=True)}
    return pd.DataFrame(columns, index=pd.Index([f"r{n:06}" for n in range(len(rows))], name="rec_id"), dtype=object)
