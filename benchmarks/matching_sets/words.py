"""Names of people by culture: given names with the forms they are written in, family names put together from parts.

The words are common ones, written down by hand; whoever comes out of them is nobody. Earlier words are drawn more often, as in life.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Culture:
    """Given names (`name/form/form`: forms are how others write the same person), family names and what joins them."""

    men: tuple[str, ...]
    women: tuple[str, ...]
    stems: tuple[str, ...]
    ends: tuple[str, ...]
    whole: tuple[str, ...] = ()
    family_first: bool = False
    particles: tuple[str, ...] = field(default=("",))


def _c(men: str, women: str, stems: str, ends: str, whole: str = "", **more: object) -> Culture:
    return Culture(*(tuple(part.split()) for part in (men, women, stems, ends, whole)), **more)  # type: ignore[arg-type]


CULTURES = {
    "en": _c(
        "James/Jim/Jimmy Robert/Bob/Rob William/Bill/Will Thomas/Tom Charles/Charlie/Chuck Edward/Ed/Ted Michael/Mike "
        "Daniel/Dan Christopher/Chris Anthony/Tony Steven/Steve/Stephen Andrew/Andy Kenneth/Ken Gregory/Greg Samuel/Sam "
        "Benjamin/Ben Nicholas/Nick Lawrence/Larry Raymond/Ray Douglas/Doug Leonard/Len Philip/Phil/Phillip Graham/Graeme "
        "Geoffrey/Jeffrey/Geoff Alistair/Alasdair Owen Callum Desmond/Des Rhys Malcolm Trevor Clive Nigel",
        "Margaret/Maggie/Peggy Elizabeth/Liz/Beth/Betty Catherine/Kathryn/Cathy/Kate Susan/Sue Deborah/Debbie/Debra "
        "Jennifer/Jenny/Jen Patricia/Pat/Tricia Rebecca/Becky Victoria/Vicky/Tori Christine/Chris/Kristine Sandra/Sandy "
        "Pamela/Pam Dorothy/Dot/Dottie Theresa/Teresa/Terry Jacqueline/Jackie Alexandra/Alex/Sandra Amanda/Mandy "
        "Gillian/Jill Frances/Fran Abigail/Abby Penelope/Penny Rosemary/Rose Imogen Harriet/Hattie Fiona Gwen/Gwendolyn",
        "Ash Black Bram Cal Cross Den El Fair Gold Hart Hather Hol King Lang Mar Nor Oak Pem Rad Red Stan Thorn Wal West Whit Win",
        "ford wood ley ton field worth brook well bury man ham land den by more low hurst combe ridge gate",
        "Smith Jones Brown Taylor Wilson Davies Clarke Evans Walker Wright Turner Hughes Green O'Connor McKenna Fitzgerald",
    ),
    "de": _c(
        "Michael/Michi Thomas Andreas/Andi Wolfgang/Wolf Klaus/Claus Jürgen Günter/Günther Hans-Peter/Hans/HP Karl-Heinz/Karl "
        "Matthias/Mathias Stefan/Stephan Christoph/Christof Joachim/Achim/Jochen Johannes/Hannes Friedrich/Fritz Maximilian/Max "
        "Sebastian/Basti Alexander/Alex Philipp/Philip Jörg Götz Björn Ralf/Ralph Detlef/Detlev Rüdiger Uwe Lutz Sören Tobias/Tobi",
        "Sabine/Bine Monika/Moni Petra Gabriele/Gabi Susanne/Susi Katharina/Kathi Elisabeth/Elli/Lisbeth Ulrike/Ulli Brigitte/Gitte "
        "Christine/Christina Anneliese/Anne Käthe/Käte Bärbel/Barbara Margarete/Grete Waltraud/Waltraut Heike Silke Jutta Antje Ute "
        "Franziska/Franzi Johanna/Hanna Magdalena/Lena Angelika/Angi Marlies/Marlis Sieglinde/Linde Birgit/Birgitt Dörte",
        "Acker Berg Birk Brand Brück Eber Feld Frei Grün Hart Herr Hoch Kirch Krä König Lind Mühl Neu Ober Rei Ro Schön Stein Wald Wein Zim",
        "mann meyer bauer hardt rich ner ler stein heim hofer feld inger ke auer müller schmidt wald mer",
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Richter Krüger Groß Weiß Jäger",
        particles=("", "", "", "", "", "", "", "", "", "", "", "von ", "von der ", "zu "),
    ),
    "tr": _c(
        "Mehmet/Mehmed/Mhmt Mustafa Ahmet/Ahmed Ali Hüseyin/Hüseyın İbrahim İsmail Osman Yusuf Murat/Murad Ömer Ramazan Halil "
        "Süleyman Abdullah/Apo Mahmut/Mahmud Recep Salih Fatih Kadir Emre Hakan Bekir Cengiz Şükrü Ümit Çağrı Gökhan Özgür İlker Tuğrul",
        "Fatma/Fadime Ayşe/Ayşegül Emine Hatice/Hatçe Zeynep Elif Meryem Şerife Zehra Sultan Hanife Merve Havva Zeliha Esra Özlem "
        "Gülşen/Gülsen Gülay Songül Nurcan Çiğdem Şule Tuğba İpek Işıl Müge Yıldız Nesrin Filiz Aslı Ebru Dilek Pınar Gönül",
        "Ak Kara Demir Gök Öz Taş Yıl Er Kılıç Koç Alt Boz Çal Day Gül Kork Sarı Tek Uz Ün Yavuz Yeşil Bay Şen Topal Kurt Hacı",
        "taş kaya oğlu er kan bay soy türk çı demir maz ay doğan gül tekin han alp bulut ışık cı sever öz",
        "Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt Özkan Şimşek",
    ),
    "id": _c(
        "Budi Agus/Agoes Bambang Slamet Joko/Djoko Hendra Eko Dedi/Dedy Rudi/Rudy Wahyu Teguh Sugeng Yusuf/Jusuf Andi/Andy "
        "Muhammad/Muh./Moh./M. Dwi Heri/Hery Rizki/Rizky Made/I_Made Ketut/I_Ketut Wayan/I_Wayan Sutrisno/Soetrisno Suparman/Soeparman Fajar",
        "Siti/St. Sri Dewi Nur/Noor Endang Rina Yuni/Yuniarti Ratna Lestari Wati Indah Fitri/Fitriani Ayu Putri Ni_Made/Made Kartini "
        "Sulastri/Soelastri Rahayu/Rahajoe Ani Tuti/Tutik Maya Mega Wulan/Wulandari Suharti/Soeharti Diah/Dyah Nining",
        "Su Har Wi San Pra Ku Ra Se Nu Pur Wid Set Gun Kus Mul Hid Sud Dar Yu Ang Rah Mar",
        "tono yanto jaya toso tama suma madi tiawan groho wanto yono awan adi ayat arsono mawan dayat darmo artha wijaya",
        "Santoso Wijaya Setiawan Pratama Hidayat Nugroho Saputra Kusuma Gunawan Siregar Nasution Simanjuntak Hutapea Halim Tanoto",
    ),
    "es": _c(
        "José/Pepe Antonio/Toño Manuel/Manolo Francisco/Paco/Fco. Juan/Jn. Luis Javier/Xavier Carlos Miguel Ángel Alejandro/Álex "
        "Jesús/Chus José_Luis/Pepe_Luis Juan_Carlos/J._Carlos Ignacio/Nacho/Iñaki Guillermo/Guille Joaquín/Ximo Íñigo Andrés Raúl Óscar",
        "María/Mª Carmen/Maricarmen Josefa/Pepa Isabel/Isa Dolores/Lola Pilar/Pili Teresa/Tere Concepción/Concha Francisca/Paqui "
        "María_José/Mª_José/Marijose María_Teresa/Maite Rosario/Charo Mercedes/Merche Lucía Inés Begoña/Bego Montserrat/Montse Núria/Nuria Ana_Belén",
        "Alon Bar Cal Cas Dom Fer Gon Gut Hern Igl Lo Mar Men Mo Na Or Pe Ra Riv Rod San Tor Val Vel",
        "ez ero era ado ales illo eda ino ona arro ales eno ella osa ales ara",
        "García Fernández González Rodríguez López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Díaz Álvarez Muñoz Núñez Peña Ibáñez",
        particles=("", "", "", "", "", "", "", "", "", "de ", "de la ", "del "),
    ),
    "ar": _c(
        "Mohammed/Muhammad/Mohamed/Mohamad/Mhd Ahmad/Ahmed/Achmad Abdulrahman/Abdel_Rahman/Abdurrahman/Abd_al-Rahman Youssef/Yousef/Yusuf/Josef "
        "Khaled/Khalid/Chalid Hussein/Husain/Hossein/Hussain Omar/Omer/Umar Ali/Aly Mahmoud/Mahmud Said/Saeed/Sayed Tariq/Tarek/Tarik "
        "Abdullah/Abdallah/Abd_Allah Faisal/Faysal Jamal/Gamal/Djamal Karim/Kareem Hassan/Hasan Ibrahim/Brahim/Ebrahim Nasser/Naser Osama/Usama",
        "Fatima/Fatma/Fatimah/Fatema Aisha/Aicha/Ayesha Maryam/Mariam/Meriem Khadija/Khadijah/Hadidja Zainab/Zeinab/Zaynab Noura/Nora/Nura "
        "Layla/Leila/Laila Huda/Houda Samira/Sameera Yasmin/Jasmin/Yasmeen Amina/Ameena Rania/Raniya Salma/Selma Hanan/Hanane Dalal Rasha",
        "Al- El- Al El Bin_ Ben_ Abu_ Al- Al-",
        "Rashid Masri Khatib Haddad Najjar Sabbagh Hamad Otaibi Shami Baghdadi Farsi Harbi Qahtani Zahrani Ghamdi Jabri Mansour Sayegh Tamimi Hashimi",
        "Haddad Khoury Mansour Saleh Hamdan Darwish Nassar Abbas Aziz Fahmy Shaheen Bitar",
    ),
    "vi": _c(
        "Văn_Minh Đức_Anh Quốc_Huy Hữu_Nghĩa Thành_Công Minh_Tuấn Văn_Hùng Đình_Phúc Hoàng_Long Tiến_Dũng Xuân_Trường Bảo Khánh Tuấn Dũng Phong",
        "Thị_Hương Thu_Thảo Ngọc_Ánh Thị_Lan Kim_Ngân Phương_Linh Thanh_Hà Mỹ_Duyên Bích_Ngọc Thị_Mai Hồng_Nhung Linh Trang Yến Hạnh Quỳnh",
        "Ng Tr Ph",
        "uyễn ần ạm",
        "Nguyễn Nguyễn Nguyễn Trần Lê Phạm Huỳnh Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh",
        family_first=True,
    ),
    "zh": _c(
        "Wei Jian/Chien Jun/Chun Guoqiang/Kuo-chiang Xiaoming/Hsiao-ming Zhiyong/Chih-yung Haoran/Hao_Ran Yifan/Yi_Fan Jianguo/Jian_Guo "
        "Zhigang/Chi_Kong Bo/Po Qiang/Chiang Tao Mingzhe/Ming-che Wenbin/Wen_Bin Dawei/Ta-wei/David Kaiwen/Kevin",
        "Xiuying/Hsiu-ying Yan/Yen Jing/Ching Meiling/Mei-ling/May Xinyi/Hsin-yi Yuting/Yu_Ting Ling Hui Xue/Hsueh Lihua/Li_Hua "
        "Xiaohong/Siu_Hung Jiayi/Chia-yi/Joyce Ruolan/Ruo_Lan Qian/Chien Shufen/Shu-fen Yuzhu/Yu-chu",
        "Ou Si Shang Zhu",
        "yang tu guan ge",
        "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Song Tang Cai",
        family_first=True,
    ),
    "ru": _c(
        "Alexander/Aleksandr/Sasha Sergey/Sergei/Sergej Dmitry/Dmitri/Dimitrij Alexey/Aleksei/Alexej Yuri/Jurij/Yury Yevgeny/Evgeny/Evgenij "
        "Mikhail/Michail/Misha Nikolay/Nikolai/Nikolaj Vladimir/Wladimir/Volodymyr Andrey/Andrei/Andrej Ilya/Ilja Fyodor/Fedor Igor/Ihor",
        "Olga/Olha Natalia/Natalya/Natalja Ekaterina/Katerina/Jekaterina Yelena/Elena/Jelena Tatiana/Tatyana/Tatjana Yulia/Julia/Iuliia "
        "Svetlana/Swetlana Irina/Iryna Lyudmila/Ludmila/Ljudmila Ksenia/Xenia/Kseniya Darya/Daria Anastasia/Nastya",
        "Pet Iv Sidor Kuz Vas Mor Vol Sok Leb Koz Nov Fed Mikh Alex Step Nik Orl And Mak Zah",
        "ov enko chenko in kin uk sky ovich yuk akov",
        "Ivanov Petrov Smirnov Kuznetsov Popov Shevchenko Bondarenko Kovalenko Tkachenko Zhukov Khrushchev Yakovlev",
    ),
    "pl": _c(
        "Piotr/Peter Krzysztof/Krzyś Andrzej/Jędrzej Tomasz/Tomek Paweł/Pawel Michał Łukasz Grzegorz/Grzesiek Stanisław/Staszek Jarosław/Jarek Wojciech/Wojtek",
        "Anna/Ania Małgorzata/Gosia Katarzyna/Kasia Agnieszka/Aga Barbara/Basia Krystyna Joanna/Asia Elżbieta/Ela Zofia/Zosia Łucja Żaneta",
        "Kowal Wiśniew Wójc Kamiń Lewandow Zieliń Szymań Dąbrow Kozłow Jankow Mazur Krawcz Piotrow Grabow",
        "ski ik czyk ak ek owicz",
        "Nowak Wójcik Woźniak Mazur Krawczyk Kaczmarek Zając Pawlak Król Wróbel Duda Sikora",
    ),
}  # fmt: skip


def common(random_: random.Random, words: Sequence[str]) -> str:
    """A word; the first ones come far more often than the last ones."""
    at = int(len(words) * random_.random() ** 1.8)
    return words[at]


def forms(entry: str) -> list[str]:
    """The forms of a given name, the formal one first."""
    return [form.replace("_", " ") for form in entry.split("/")]


def family(random_: random.Random, culture: Culture) -> str:
    """A family name: one of the very common ones, or one put together."""
    if culture.whole and random_.random() < 0.35:
        name = common(random_, culture.whole)
    else:
        name = random_.choice(culture.stems) + random_.choice(culture.ends)
    return (random_.choice(culture.particles) + name).replace("_", " ")
