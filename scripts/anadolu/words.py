"""Words that invented companies and people are made of, and the shapes in which people type numbers."""

from random import Random

GIVEN = (
    "Ayşe", "Mehmet", "Fatma", "Mustafa", "Emine", "Ahmet", "Hatice", "Ali", "Zeynep", "Hüseyin", "Elif", "Hasan",
    "Şerife", "İbrahim", "Meryem", "Osman", "Sultan", "Yusuf", "Hanife", "Murat", "Merve", "İsmail", "Özlem",
    "Ömer", "Songül", "Ramazan", "Zehra", "Süleyman", "Esra", "Halil", "Gülşen", "Çağrı", "Şule", "Uğur", "Işıl",
    "Ilgaz", "Tuğba", "Özgür", "Göksel", "Ümit", "Nurçin", "Kâmil", "Doğan", "Pınar", "Volkan", "Şebnem", "Tülay",
    "Barış", "Ceren", "İlker",
)  # fmt: skip
FAMILY = (
    "Yılmaz", "Kaya", "Demirel", "Çelik", "Şahin", "Yıldız", "Öztürk", "Aydın", "Özdemir", "Arslan", "Doğruer",
    "Kılıç", "Çetin", "Kara", "Koçak", "Kurtuluş", "Özkan", "Şimşek", "Polatlı", "Korkmaz", "Çakır", "Erdoğmuş",
    "Akıncı", "Tekin", "Işıksoy", "Ilıcalı", "Güneş", "Bulut", "Keskin", "Ünalan", "Turan", "Gülten", "Bozkurt",
    "Köseoğlu", "Tunç", "Sarıgül", "Ateş", "Uçar", "Yavuzer", "Özçelik", "Gökmen", "Tığlı", "Başaran", "Sönmez",
    "Durmaz", "Karaca", "İnanç", "Ersöz", "Vuralkan", "Ökten",
)  # fmt: skip
COMPANY = (
    "Işık", "Çınar", "Toros", "Kaçkar", "Ilgın", "Şafak", "Gediz", "Meriç", "Fırat", "Dicle", "Erciyes", "Nemrut",
    "Aras", "Uludağ", "Bozdağ", "Kızılırmak", "Sakarya", "Yeşilırmak", "Göksu", "Menderes", "Ağrı", "Süphan",
    "Palandöken", "Akdağ", "Karadağ", "Gümüş", "Altın", "Demirci", "Bakır", "Kumru", "Şahan", "Doruk", "Zirve",
    "Ufuk", "Pusula", "Yıldırım", "Kıvılcım", "Çağlayan", "Özgün", "İmece", "Birlik", "Güven", "Atılım", "Öncü",
    "Ege", "Marmara", "Trakya", "Kapadokya", "Likya", "Frigya",
)  # fmt: skip
TRADE = (
    "Makine", "Hidrolik", "Pres", "Döküm", "Kalıp", "Rulman", "Kaynak", "Vinç", "Otomasyon", "Metal", "Ambalaj",
    "İnşaat", "Tarım", "Enerji",
)  # fmt: skip
LEGAL = ("A.Ş.", "Ltd. Şti.", "San. A.Ş.", "San. ve Tic. Ltd. Şti.", "Tic. A.Ş.")
PLACES = (
    ("Kadıköy", "İstanbul", "212"), ("Ümraniye", "İstanbul", "216"), ("Çankaya", "Ankara", "312"),
    ("Bornova", "İzmir", "232"), ("Nilüfer", "Bursa", "224"), ("Şahinbey", "Gaziantep", "342"),
    ("Selçuklu", "Konya", "332"), ("Gebze", "Kocaeli", "262"), ("Muratpaşa", "Antalya", "242"),
)  # fmt: skip
TITLES = ("Genel Müdür", "Satın Alma Müdürü", "Bakım Şefi", "Muhasebe", "Üretim Müdürü", "Mühendis", "")
NOTES = ("fıstık alerjisi var", "şeker hastası, öğlen aranmasın", "gluten yemez", "astımı var, fuarda dikkat")
THINGS = (
    "Pres hattı", "CNC torna", "Yedek parça", "Bakım sözleşmesi", "Hidrolik ünite", "Konveyör", "Kaynak robotu",
    "Kompresör", "Forklift", "Enjeksiyon makinesi", "Şerit testere", "Kalıp seti", "Vinç revizyonu", "Eğitim",
)  # fmt: skip

_ASCII = str.maketrans("çğıöşüâîûÇĞİIÖŞÜÂ", "cgiosuaiucgiiosua")


def slug(text: str) -> str:
    """The text as it appears in domains and mailboxes: ASCII, lower case, no dot lost, no dot won."""
    return "-".join(text.translate(_ASCII).lower().split())


def shout(text: str) -> str:
    """Upper case as a Turkish keyboard gives it."""
    return text.replace("i", "İ").replace("ı", "I").upper()


def tax_number(random: Random) -> str:
    """An invented Turkish tax number whose check digit holds (the published algorithm of the revenue office)."""
    digits = [random.randint(1, 9)] + [random.randint(0, 9) for _ in range(8)]
    total = 0
    for place, digit in enumerate(reversed(digits), 1):
        first = (digit + place) % 10
        total += first and (first * 2**place % 9 or 9)
    return "".join(map(str, digits)) + str((10 - total) % 10)


def tax_as_typed(random: Random, number: str) -> str:
    """A tax number as people type it."""
    shapes = ("{}", "{}", "{}", " {}", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]} {0[6]}{0[7]}{0[8]}{0[9]}", "{} ")
    return random.choice(shapes).format(number)


def phone_as_typed(random: Random, national: str) -> str:
    """A Turkish number of ten digits as people type it."""
    area, a, b, c = national[:3], national[3:6], national[6:8], national[8:]
    shapes = (
        f"0{area} {a} {b} {c}", f"+90 {area} {a} {b} {c}", f"0({area}) {a}{b}{c}", f"{area} {a} {b} {c}",
        f"0{national}", f"0090{national}", f"+90{national}", f"0 {area} {a}-{b}-{c}", f" 0{area}{a} {b}{c} ",
    )  # fmt: skip
    return random.choice(shapes)


def turkish_amount(cents: int) -> str:
    """`125000050` as `1.250.000,50`."""
    whole, rest = divmod(abs(cents), 100)
    return ("-" if cents < 0 else "") + f"{whole:,}".replace(",", ".") + f",{rest:02d}"
