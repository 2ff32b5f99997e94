# ruff: noqa: E501 - a line of a page reads better whole
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.items import Article, Claim, Observation
from pipelines.authors import AuthorsStage, decide_authors
from pipelines.bylines.organisations import organisations_in
from pipelines.bylines.persons import persons_in
from pipelines.bylines.words import is_given_name
from pipelines.records import article_record

NAMES = {
    "uk": ["Дарʼя Шекіна", "Олександр Курінний", "Марія-Тереза Коваль", "Іван О'Коннор", "Їжакевич Ганна"],
    "ru": ["Дарья Шекина", "Пётр Сидоров", "Анна Петрова-Водкина", "Илья Жегулёв", "Юрий Ли"],
    "en": ["Daria Shekina", "John O'Neill", "Mary Jane Watson", "Jean-Luc Picard", "Ludwig van Beethoven"],
}
ONE = {
    "uk": ["{}", "Автор: {}", "Автор {}", "Автор статті: {}", "Текст: {}", "Підготувала {}", "Журналіст: {}",
           "{}, журналістка", "{} | 26 квітня 2024", "{}, РБК-Україна", "{} для УП", "Головний редактор {}",
           "Автор: {}, редактор відділу новин"],
    "ru": ["{}", "Автор: {}", "Автор — {}", "Текст: {}", "Подготовила {}", "Журналист: {}", "{}, корреспондент",
           "{} • 26 апреля 2024", "{}, РБК-Украина", "{} (Киев)", "Автор текста: {}"],
    "en": ["{}", "Author: {}", "By {}", "by {}", "Text: {}", "Written by {}", "{}, Senior Correspondent", "{} in Kyiv",
           "{} | Reuters", "By {} for The Courier", "Reporting by {}"],
}  # fmt: skip
TWO = {
    "uk": ["{}, {}", "{} та {}", "{} і {}", "{} й {}", "Автори: {}; {}", "Підготували {} і {}"],
    "ru": ["{}, {}", "{} и {}", "Авторы: {}, {}", "Авторы: {} и {}", "Подготовили {} и {}"],
    "en": ["{}, {}", "{} and {}", "{} & {}", "By {} and {}", "Authors: {}; {}"],
}
NOBODY = [
    "Редакція", "Редакция", "Українська правда", "РБК-Україна", "Економічна правда", "Служба новин", "Отдел новостей",
    "BBC News", "Reuters", "The Associated Press", "Ukrinform", "admin", "Адміністратор", "Guest", "Автор", "Автор:",
    "By", "Author", "null", "undefined", "N/A", "Staff Writer", "Guardian staff reporter", "By Euronews with Agencies",
    "Editorial Board", "Прес-служба МВС", "Міністерство оборони України", "Newsroom", "Deutsche Welle (www.dw.com)",
    "https://courier.example/author/1", "@courier", "info@courier.example", "Фото: Іван Дія", "Photo: John Smith", "",
    "26 квітня 2024, 07:00", "Share Save", "Читайте нас", "Оксана",
]  # fmt: skip
SINGLE = [(form.format(name), [name]) for key, forms in ONE.items() for form in forms for name in NAMES[key]]
PAIRS = [
    (form.format(one, other), [one, other])
    for key, forms in TWO.items()
    for form in forms
    for one, other in zip(NAMES[key], NAMES[key][1:], strict=False)
]


@pytest.mark.parametrize(("line", "persons"), SINGLE + PAIRS)
def test_persons_of_a_byline(line: str, persons: list[str]) -> None:
    assert persons_in(line) == persons


@pytest.mark.parametrize("line", NOBODY)
def test_what_names_nobody(line: str) -> None:
    assert persons_in(line) == []


@pytest.mark.parametrize(
    ("line", "persons"),
    [
        ("Антон і Марія Шевченко", ["Антон Шевченко", "Марія Шевченко"]),
        ("John and Mary Smith", ["John Smith", "Mary Smith"]),
        ("Записала Марина Ковальчук, фото: Сергій Нужненко", ["Марина Ковальчук"]),
        ("Jane Doe, photos by John Smith", ["Jane Doe"]),
        ("Марина Ковальчук, фото Сергій Нужненко", ["Марина Ковальчук"]),
        ("By Nada Tawfik, BBC News, New York", ["Nada Tawfik"]),
        ("Мария Жартовская, Роман Кравец — УП", ["Мария Жартовская", "Роман Кравец"]),
        ("Іваненко І. П.", ["Іваненко І. П."]),
        ("Автор, Ганна Коваль Role, кореспондентка", ["Ганна Коваль"]),
        ("Автор, Анна Коваль Место работы, Русская служба", ["Анна Коваль"]),
        ("Текст: Ганна Коваль, коректор: Петро Інший", ["Ганна Коваль"]),
        ("Коректорка Ганна Коваль", []),
        ("Текст: Айгуль Асан кызы Фото: Данияр Осмонов", ["Айгуль Асан кызы"]),
        ("Fact-checked by Jane Doe", []),
        # the last syllable of a name, and the minutes of reading
        ("Ann Hui Min", ["Ann Hui Min"]),
        ("Jane Doe 5 Min Read", ["Jane Doe"]),
        ("By Sheena MCFarland The Harbour Tribune", ["Sheena MCFarland"]),
        ("Felipe Branco Cruz e Osmar Portilho", ["Felipe Branco Cruz", "Osmar Portilho"]),
        ("Maria da Costa e Silva", ["Maria da Costa e Silva"]),
        (
            "By STEVE PEOPLES , THOMAS BEAUMONT and AMELIA POND",
            ["STEVE PEOPLES", "THOMAS BEAUMONT", "AMELIA POND"],
        ),
    ],
)
def test_harder_lines(line: str, persons: list[str]) -> None:
    assert persons_in(line) == persons


BYLINES = Path(__file__).parents[1] / "fixtures/bylines"


@pytest.mark.parametrize(
    ("file", "exact", "junk"), [("forms", 0.99, 0.0), ("unseen", 0.98, 0.01), ("newsrooms", 0.97, 0.02)]
)
def test_forms_in_three_languages(file: str, exact: float, junk: float) -> None:
    lines = (BYLINES / f"{file}.jsonl").read_text("utf-8").splitlines()
    read = [(f["printed"], f["authors"], persons_in(f["printed"])) for f in map(json.loads, lines)]
    wrong = [line for line in read if line[1] != line[2]]
    invented = [line for line in read if set(line[2]) - set(line[1])]
    assert len(read) >= 130
    assert len(wrong) <= (1 - exact) * len(read), wrong
    assert len(invented) <= junk * len(read), invented


LABEL = re.compile(r"(?:Автори?|Авторы|Текст|By|Кореспондент)(?: –|:)? ")


def test_columns_desks_streets_and_teams_are_no_persons() -> None:
    read = _read("nobody.txt")
    named = {line: found for line, found in read.items() if found}
    assert len(read) >= 450
    assert len(named) <= 0.01 * len(read), named


def test_persons_with_names_in_no_list() -> None:
    read = _read("persons.txt")
    lost = {line: found for line, found in read.items() if ", ".join(found) != LABEL.sub("", line, count=1)}
    assert len(read) >= 450
    assert len(lost) <= 0.02 * len(read), lost


def _read(file: str) -> dict[str, list[str]]:
    lines = (BYLINES / file).read_text("utf-8").splitlines()
    return {line: persons_in(line) for line in lines if not line.startswith("#")}


def test_what_the_page_calls_an_organisation_or_its_section_wrote_nothing() -> None:
    claims = [Claim("printed", "By Tallow Gimlet")]
    assert decide_authors(claims, None)[0] == ("Tallow Gimlet",)
    assert decide_authors(claims, None, ["TALLOW GIMLET"])[0] == ()
    # a site may be called after who writes it
    assert decide_authors([Claim("meta", "Олена Коваль")], None, ["Олена Коваль"])[0] == ("Олена Коваль",)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    article = Article(
        "courier", "https://a.example/1", "https://a.example/1", 200, at, byline="Tallow Gimlet", section="Tallow Gimlet",
        author_claims=(Claim("printed", "Tallow Gimlet"),),
    )  # fmt: skip
    decided = AuthorsStage().process_item(article)
    assert isinstance(decided, Article)
    assert decided.authors == ()


def test_agencies_are_credits() -> None:
    assert organisations_in("By Jane Doe, Reuters") == ["Reuters"]
    assert organisations_in("Автор: Служба новин Кур'єра") == ["Служба новин Кур'єра"]
    assert organisations_in("Agence France-Presse and Associated Press") == [
        "Agence France-Presse",
        "Associated Press",
    ]
    assert organisations_in("By JANE DOE Associated Press") == ["Associated Press"]
    assert organisations_in("Agence France-Presse in Nairobi") == ["Agence France-Presse"]
    assert organisations_in("Jane Doe, CNN 4 min read") == ["CNN"]
    for line in (
        "Відділ новин",
        "From our correspondent",
        "admin",
        "Дарʼя Шекіна",
        "Staff Writer",
        "Фото: Reuters",
        "https://reuters.com",
        "Guest",
        "",
    ):
        assert organisations_in(line) == []


def test_the_stage_credits_each_agency_once() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    article = Article(
        "courier", "https://a.example/1", "https://a.example/1", 200, at, byline="By Jane Doe, REUTERS",
        author_claims=(Claim("json-ld", "Reuters"), Claim("meta", "AFP")), extra=(Claim("credit", "Courier"),),
    )  # fmt: skip
    decided = AuthorsStage().process_item(article)
    assert isinstance(decided, Article)
    assert decided.authors == ("Jane Doe",)
    assert [claim.value for claim in decided.extra] == ["Courier", "Reuters", "AFP"]
    record = article_record(decided, "run")
    assert json.loads(record.extra or "") == {"credit": "Courier; Reuters; AFP"}


@example(":IRA")
@given(st.text(max_size=200))
def test_any_line_is_read_without_junk(line: str) -> None:
    for person in persons_in(line):
        # `Автор: Марина`
        assert 2 <= len(person.split()) <= 5 or is_given_name(person)
        assert not set("<>{}[]@#=0123456789:") & set(person)


def test_the_person_in_print_wins_over_the_organisation_in_json_ld() -> None:
    claims = [Claim("json-ld", "Економічна правда"), Claim("printed", "Віктор Волокіта")]
    assert decide_authors(claims, "Віктор Волокіта") == (("Віктор Волокіта",), "printed")


def test_the_most_trusted_source_with_a_person_is_believed_alone() -> None:
    claims = [Claim("printed", "Петро Інший"), Claim("meta", "Олена Іваненко"), Claim("json-ld", "Олена Іваненко"),
              Claim("json-ld", "Петро Сидоренко")]  # fmt: skip
    assert decide_authors(claims, None) == (("Олена Іваненко", "Петро Сидоренко"), "json-ld")
    ruled = [*claims, Claim("outlet-rule", "Автор: Ганна Коваль")]
    assert decide_authors(ruled, None) == (("Ганна Коваль",), "outlet-rule")
    # nor does what is printed beside it add to an outlet's own rule
    assert decide_authors(ruled, "Ганна Коваль, Петро Інший") == (("Ганна Коваль",), "outlet-rule")


@pytest.mark.parametrize(
    ("line", "persons"),
    [
        ("Олена Гайова та Xander Vlok", ["Олена Гайова", "Xander Vlok"]),
        ("Олена Гайова, Politiek Vandaag", ["Олена Гайова"]),
        ("By Santiago Perez", ["Santiago Perez"]),
        ('Olha "Tania Mae" Koval', ['Olha "Tania Mae" Koval']),
        ('Xyz "Tania Mae" Koval', []),
        ("Par LUCIE ADAM , ANNE MARTIN Envoyés spéciaux à Toulouse", ["LUCIE ADAM", "ANNE MARTIN"]),
        ("Ediciones El País", []),
        ("Por Redacción EC", []),
        ("Von Robert", []),
        ("Posted by Jane Doe - Chrome Safe Browsing team", ["Jane Doe"]),
        ("By: April P. Bernard", ["April P. Bernard"]),
        ("By May Jeong", ["May Jeong"]),
        ("Posted April 5, 2014", []),
        ("Jane Doe, May Update", ["Jane Doe"]),
        ("By June P. News", []),
        ("By Lars Von Trier", ["Lars Von Trier"]),
        ("Beiträge von Robert Adler", ["Robert Adler"]),
        ("Von: Robert Adler Übersetzt von: Anna Berg", ["Robert Adler"]),
        ("Dallas Reed", ["Dallas Reed"]),
        ("Doha Reed", ["Doha Reed"]),
        ("By Jane Doe, Dallas", ["Jane Doe"]),
        ("By Dallas Morning News", []),
        ("Denver Post", []),
        ("Jane Doe, Denver Bureau", ["Jane Doe"]),
    ],
)
def test_two_scripts_and_names_of_towns(line: str, persons: list[str]) -> None:
    assert persons_in(line) == persons


@pytest.mark.parametrize(
    ("line", "organisations"),
    [
        ("Иван Петров при участии Олега Сидорова", []),
        ("Іван Петренко за підтримки Фонду Бьолля", []),
        ("Jane Doe, Weekend Editor", []),
        ("Juan Pérez y Reuters", ["Reuters"]),
    ],
)
def test_who_helped_is_no_newsroom(line: str, organisations: list[str]) -> None:
    assert organisations_in(line) == organisations


def test_nobody_rather_than_junk() -> None:
    assert decide_authors([Claim("json-ld", "Редакція"), Claim("meta", "admin")], "Служба новин") == (
        (),
        None,
    )
    assert decide_authors([], None) == ((), None)


def test_the_stage_fills_articles_and_passes_looks_through() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    article = Article(
        "courier", "https://a.example/1", "https://a.example/1", 200, at, byline="Author: Daria Shekina"
    )
    decided = AuthorsStage().process_item(article)
    assert isinstance(decided, Article)
    assert (decided.authors, decided.authors_source) == (("Daria Shekina",), "printed")
    assert article.authors == ()
    look = Observation("https://a.example/2", "https://a.example/2", "courier", "failed", "timeout", at)
    assert AuthorsStage().process_item(look) is look


@pytest.mark.parametrize(
    ("line", "persons"),
    [
        ("Web architecture: Ann Lee, Design: Ben Ray. Programming: Ivan Sova, HTML: Eva Moss", []),
        ("Interline Pro Co.", []),
        ("By Takeo Maeda and Tatsuya Tanoue / Kawa Shimbun Staff Writers", ["Takeo Maeda", "Tatsuya Tanoue"]),
        ("Courier D", []),
        ("MTHOBISI SITHOLE", ["MTHOBISI SITHOLE"]),
        ("Факти перевірила Олена Струк", []),
        ("Текст: Олена Струк. Факти перевірив Іван Гай", ["Олена Струк"]),
        ("Ann Lee, Mykolo Romerio universiteto teisės fakulteto profesorius", ["Ann Lee"]),
        ("Von Ann Lee, Ben Ray", ["Ann Lee", "Ben Ray"]),
        ("Erstellt von Ann Lee", ["Ann Lee"]),
        ("Account Edit", []),
    ],
)
def test_lines_of_sites_and_of_checkers(line: str, persons: list[str]) -> None:
    assert persons_in(line) == persons


def test_a_name_that_begins_the_address_is_the_outlet() -> None:
    claims = [Claim("meta", "Lantern Gimlet")]
    assert decide_authors(claims, None, (), "www.lanterngimlet.example")[0] == ()
    assert decide_authors(claims, None, (), "www.courier.example")[0] == ("Lantern Gimlet",)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Kateryna Serohina RBC-Ukraine", ["Kateryna Serohina"]),
        ("Катерина Сергієнко РБК-Україна", ["Катерина Сергієнко"]),
        ("Article written by Fergus Carter", ["Fergus Carter"]),
        ("Kommentar von Nicole Martens", ["Nicole Martens"]),
        ("Denis Staunton China Correspondent, in Seoul", ["Denis Staunton"]),
        ("By 배수현,이상민", ["배수현", "이상민"]),
        ("PubMed Google", []),
        ("Condé Nast", []),
        ("Tampa Bay", []),
        ("Gentechnik Aber", []),
        ("Deutsche Presse-Agentur", []),
        ("Deutscher Fischereiverband", []),
        ("Eingestellt von Waldgeist", []),
        ("뉴시스", []),
    ],
)
def test_agencies_phrases_and_names_elsewhere(line: str, names: list[str]) -> None:
    assert persons_in(line) == names


def test_what_is_printed_is_believed_against_an_account() -> None:
    account = Claim("json-ld", "Kathleen Ditton")
    printed = Claim("printed", "By Jessica Holly, Gael Levy, 7 News")
    assert decide_authors((account, printed), printed.value) == (("Jessica Holly", "Gael Levy"), "printed")
    latin, own = Claim("meta", "Olena Koval"), Claim("printed", "Олена Коваль")
    assert decide_authors((latin, own), "Олена Коваль") == (("Олена Коваль",), "printed")
    # the account that published it is named besides
    declared = (Claim("json-ld", "Олена Коваль"), Claim("json-ld", "Marta Dyka"))
    assert decide_authors((*declared, own), "Автор: Олена Коваль") == (("Олена Коваль",), "printed")
    assert decide_authors((*declared, own, Claim("printed", "Marta Dyka")), "Олена Коваль")[1] == "json-ld"
    label = "Автор: Йорн Уве"
    assert decide_authors((account, Claim("printed", label)), label) == (("Йорн Уве",), "printed")
