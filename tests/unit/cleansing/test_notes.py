"""Notes that ask something of us, and their look-alikes; sensitive content, precision first."""

import pytest

from crm_migrate.cleansing.text.note_flags import note_flags
from crm_migrate.cleansing.text.sensitive import sensitive_content

RAISED = {
    "deceased": [
        "passed away in May",
        "Kunde ist gestorben",
        "müşteri vefat etmiş",
        "öldü",
        "fallecido en 2020",
        "meninggal dunia",
        "est décédée",
    ],
    "do_not_call": [
        "Don't call!",
        "wünscht keine Anrufe",
        "Aranmak istemiyor",
        "no llamar",
        "ne plus appeler",
        "jangan ditelepon",
    ],
    "do_not_email": [
        "unsubscribed",
        "Newsletter abbestellt",
        "mail göndermeyin",
        "se ha dado de baja",
        "désabonné",
        "berhenti langganan",
    ],
    "do_not_contact": [
        "opted out",
        "bitte nicht kontaktieren",
        "rahatsız etmeyin",
        "no desea ser contactado",
        "jangan dihubungi",
    ],
    "erase": [
        "GDPR erase",
        "Löschung beantragt",
        "KVKK kapsamında silinsin",
        "droit à l'oubli",
        "derecho al olvido",
        "hapus data saya",
    ],
    "inactive": [
        "left the company",
        "nicht mehr im Unternehmen",
        "emekli oldu",
        "ya no trabaja",
        "a quitté la société",
        "sudah resign",
    ],
    "email_invalid": ["hard bounce", "e-posta geçersiz", "unzustellbar"],
    "duplicate": ["duplicate of 4711", "Dublette", "mükerrer", "data ganda", "doublon"],
}
QUIET = [
    "please call the office",
    "do not call before 9 am",
    "nicht vor 9 Uhr anrufen",
    "lütfen saat 9'dan önce aramayın",
    "do not hesitate to call",
    "not deceased",
    "nicht verstorben",
    "n'est pas décédé",
    "vefat etmedi",
    "belum meninggal",
    "his wife passed away",
    "not a duplicate",
    "bukan duplikat",
    "duplicate key made",
    "left voicemail",
    "no e-mail address on file",
    "the deadline passed",
    "Mary Deceasedson",
    "arama yapıldı",
    "re-subscribed after he had unsubscribed",
]


@pytest.mark.parametrize(("flag", "text"), [(flag, text) for flag, texts in RAISED.items() for text in texts])
def test_a_note_raises_its_flag_in_every_language(flag: str, text: str) -> None:
    assert note_flags(text) == [flag]


@pytest.mark.parametrize("text", QUIET)
def test_denials_hours_other_people_and_look_alikes_raise_none(text: str) -> None:
    assert note_flags(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("card 4111 1111 1111 1111 exp 12/26", ["payment_card"]),
        ("order 4111111111111112", []),
        ("Kundin ist schwanger", ["health"]),
        ("hamile olduğunu söyledi", ["health"]),
        ("cancer research foundation", []),
        ("gluten free products", []),
        ("is a devout Catholic", ["religion"]),
        ("St. Mary Catholic School", []),
        ("TC kimlik no 10000000146", ["national_id"]),
        ("call +90 532 123 45 67", []),
        ("union member since 2001", ["politics"]),
        ("the hotel is deaf to complaints", []),
    ],
)
def test_sensitive_content_is_found_and_what_only_sounds_like_it_is_not(text: str, found: list[str]) -> None:
    assert sensitive_content(text) == found
