# ruff: noqa: E501 - a line of a page reads better whole
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extraction.body.boilerplate import LineRule, line_rules, why_not_text
from crawler.extraction.body.exclusions import leave_out
from crawler.extraction.body.text_blocks import Excluded, ReadBlock
from tests.support import tiers


@pytest.mark.parametrize(
    "line",
    [
        "Читайте також: Мер розповів про плани", "Читайте также: Мэр рассказал о планах", "Read also: Mayor tells",
        "ЧИТАЙТЕ ТАКОЖ", "По теме:", "Related stories", "Most popular", "Read Next", "За темою: бюджет",
        "Підписуйтесь на наш канал у Telegram", "Подписывайтесь на нас в Facebook", "Subscribe to our newsletter",
        "Support UP or become our patron!", "Follow us on Twitter", "Станьте патроном видання",
        "Посилання скопійовано", "Ссылка скопирована", "Link copied", "Поділитися", "Share this article", "Реклама",
        "Advertisement", "Теги: рада, бюджет", "Tags: council, budget", "Коментарі (5)", "5 комментариев",
        "Если Вы заметили орфографическую ошибку, выделите её мышью и нажмите Ctrl+Enter",
        "Якщо ви знайшли помилку, будь ласка, виділіть її", "We use cookies to improve your experience",
        "Підтримати роботу журналістів можна за посиланням", "Прислать новость в редакцию можно через чат-бот",
        "Ваш внесок допомагає нам писати без цензури.", "Включите JavaScript, чтобы посмотреть видео",
        "Advertisement • continue reading below", "Have you spotted a mistake? Let us know at desk@courier.example",
        "За інформацією: Укрінформ", "По информации Интерфакса", "За інформацією «Суспільного»",
        "Фото: Getty Images", "(Photo: Getty Images)", "© 2026 The Courier", "ua en ru", "UA | EN | RU", "Українська",
        "26 квітня 2024, 07:00", "Сьогодні, 16:13", "***", "- - -", "В мире//",
        "Jane Doe and John Smith contributed to this report.", "Write to Al Root at al.root@courier.example",
    ],
)  # fmt: skip
def test_lines_that_are_no_text(line: str) -> None:
    assert why_not_text(line) is not None


@pytest.mark.parametrize(
    "line",
    [
        "Надіслати фото порушення можна через чат-бот поліції.", "Ваш внесок на депозит дає право на компенсацію.",
        "Реклама далі не виходитиме.", "Have you spotted the difference between the two drafts?",
        "За інформацією Генштабу", "По информации полиции", "За інформацією обласної влади",
        "Рада ухвалила бюджет.", "Ні.", "Коментар мера пролунав одразу.", "Реклама тютюну заборонена законом.",
        "Фото зробили минулого року.", "Share prices fell on Monday.", "Related party transactions rose by a third.",
        "Comment from the ministry was not available.", "The video shows a car.", "Read the statement in full.",
        "Підписка на газету коштує дорожче, ніж торік.", "Русский язык остаётся вторым по числу носителей.",
        "26 квітня 2024 року рада ухвалила бюджет.", "По теме образования высказался министр.", "1945", "Так",
        "Follow-up talks are planned for May.", "Источник: вода в реке поднялась, и власти это подтвердили в понедельник "
        "вечером, когда стало известно о последствиях паводка для трёх районов области.", "7 млн грн / 40 млн грн",
    ],
)  # fmt: skip
def test_lines_that_are_text(line: str) -> None:
    assert why_not_text(line) is None


@given(st.text(max_size=500))
def test_any_line_is_judged(line: str) -> None:
    reason = why_not_text(line)
    assert reason is None or reason


def test_each_rule_says_which_language_and_why() -> None:
    for rule in line_rules():
        assert rule.language in {"uk", "ru", "en", "any"}
        assert rule.reason


def reasons(*blocks: ReadBlock, known: Excluded = Excluded()) -> list[bool]:  # noqa: B008 - frozen
    return [reason is not None for reason in leave_out(blocks, known)]


TEXT = ReadBlock("paragraph", "Рада ухвалила бюджет після дванадцяти годин обговорення.", 0.0)


def link(text: str) -> ReadBlock:
    return ReadBlock("list_item", text, 1.0)


def test_a_label_goes_with_the_links_it_announces() -> None:
    label = ReadBlock("paragraph", "Більше:", 0.0)
    links = (link("Мер розповів про плани на весну"), link("Як голосували депутати обласної ради"))
    assert reasons(TEXT, TEXT, label, *links) == [False, False, True, True, True]
    assert reasons(TEXT, label, TEXT) == [False, False, False]


def test_a_heading_of_the_news_that_a_text_lists_itself() -> None:
    label, item = ReadBlock("paragraph", "Главные новости:", 0.0), other(1).text
    own = ReadBlock("list_item", f"{item} Рух почнуть восени.", 0.0)
    assert reasons(TEXT, label, own, other(2)) == [False] * 4
    assert reasons(TEXT, label, link(own.text), link(f"{own.text} 2"), other(2))[1:3] == [True, True]
    assert reasons(TEXT, ReadBlock("paragraph", "Читайте также:", 0.0), own, other(2))[1]


def test_a_line_above_a_paragraph_that_repeats_the_headline() -> None:
    known = Excluded(headline="Рада ухвалила бюджет міста на рік")
    above, again = ReadBlock("paragraph", "Репортаж", 0.0), "Рада ухвалила бюджет міста на рік"
    assert reasons(above, ReadBlock("heading", again, 0.0), TEXT, known=known) == [True, True, False]
    assert reasons(above, ReadBlock("paragraph", again, 0.0), TEXT, known=known) == [False, True, False]


def test_links_that_a_sentence_announces_are_the_articles() -> None:
    said = "До вибірки потрапило відразу три матеріали з ознаками замовності на користь того самого депутата:"
    links = (link("Мер розповів про плани на весну"), ReadBlock("list_item", "без посилання", 0.0),
             link("Як голосували депутати обласної ради"))  # fmt: skip
    blocks = (TEXT, TEXT, ReadBlock("paragraph", said, 0.0), *links, other(1))
    assert reasons(*blocks)[2:] == [False] * 5


@pytest.mark.parametrize(
    "said",
    [
        "Це оновлення має виправлення безпеки, ознайомтеся з пунктами нижче.",
        "Этот выпуск исправляет уязвимости, подробности смотрите ниже.",
        "This release has the following security fixes, in all branches.",
    ],
)
def test_a_list_of_links_below_a_sentence_that_announces_it(said: str) -> None:
    topics = (link("Harbour: a gate that opens by itself"), link("Bridge: a lamp that does not burn"),
              link("Station: a clock that goes backwards"))  # fmt: skip
    assert reasons(TEXT, other(1), ReadBlock("paragraph", said, 0.0), *topics) == [False] * 6
    assert reasons(TEXT, other(1), other(2), *topics) == [False] * 3 + [True] * 3
    for news in (
        "Police detained two men following the attack on the depot, and one of them has confessed.",
        "The temperature fell to nine degrees below zero, and the trams stood still until noon.",
        "Температура в місті опустилася нижче нуля, і трамваї стояли до самого полудня.",
    ):
        assert reasons(TEXT, other(1), ReadBlock("paragraph", news, 0.0), *topics) == [False] * 3 + [True] * 3


def test_a_link_among_the_lines_of_a_list_belongs_to_it() -> None:
    lines = [ReadBlock("list_item", f"{i} мостів, які місто лагодить цього року", 0.0) for i in range(4)]
    assert reasons(TEXT, *lines, link("9 мостів, які місто ще не лагодило"), other(1)) == [False] * 7
    short = [link(name) for name in ("Мости", "Порт", "Вокзал")]
    menu = (*short, link("Куди піти в неділю разом із дітьми"))
    assert reasons(TEXT, other(2), *menu, other(1), other(3))[5] is True


def test_lines_beside_one_that_asks_to_follow_stay() -> None:
    calls = "Можливо, скоро в порту з'явиться нова крамниця з футболками. Слідкуйте за новинами!"
    lines = [ReadBlock("list_item", text, 0.2) for text in (other(1).text, calls, other(2).text)]
    call = ReadBlock("list_item", "Слідкуйте за новинами!", 0.0)
    assert reasons(TEXT, *lines, call, TEXT)[1:5] == [False, False, False, True]
    # a list of links with a paragraph among them
    paragraph = ReadBlock("list_item", f"{other(1).text} {other(2).text} {other(3).text}", 0.2)
    box = [
        link("Слідкуйте за новинами!"),
        link("Головне дня: хто голосував за бюджет"),
        paragraph,
        link("Запитайте мера"),
    ]
    assert reasons(TEXT, *box, TEXT)[1:5] == [True, True, False, True]


def test_the_first_sentence_that_has_the_words_of_the_headline() -> None:
    known = Excluded("Рада ухвалила бюджет міста")
    again = ReadBlock("paragraph", "Рада ухвалила бюджет міста", 0.0)
    assert reasons(again, TEXT, known=known) == [True, False]
    assert reasons(ReadBlock("paragraph", f"{again.text}.", 0.0), TEXT, known=known) == [False, False]


@pytest.mark.parametrize(
    "line", ["Posted by 2026-02-03", "Опубликовал 2026-02-03", "By", "3 February 2026", "2026-02-03"]
)
def test_the_rest_of_a_byline_above_the_text(line: str) -> None:
    opening = ReadBlock("paragraph", line, 0.0)
    assert reasons(opening, TEXT) == [True, False]
    assert reasons(TEXT, ReadBlock("paragraph", "Posted by 2026-02-03", 0.0), TEXT)[1] is False


def other(number: int) -> ReadBlock:
    return ReadBlock(
        "paragraph",
        f"Ще одна думка про бюджет міста, сказана вголос на вечірньому засіданні номер {number}.",
        0.0,
    )


def test_a_question_asked_of_everybody_is_said_each_time_and_a_text_printed_twice_once() -> None:
    question = ReadBlock(
        "paragraph", "Яку страву ви любите найбільше, і чи є щось таке, чого ви ніколи й нізащо не їсте?", 0.0
    )
    interview = [block for n in range(4) for block in (question, *(other(10 * n + i) for i in range(5)))]
    assert reasons(*interview) == [False] * 24
    whole = [other(i) for i in range(8)]
    assert reasons(*whole, *whole) == [False] * 8 + [True] * 8
    assert reasons(question, other(1), question, other(2)) == [False, False, True, False]


def test_a_list_of_links_stays_where_it_is_the_article() -> None:
    assert reasons(TEXT, *(link(f"Знижка на товар номер {i}") for i in range(9))) == [False] * 10


def test_a_tape_of_news_at_the_end_is_none_however_long() -> None:
    text = ReadBlock("paragraph", "The council met for two hours and decided nothing at all.", 0.0)
    tape = [
        ReadBlock("list_item", f"0{i}.03.2026 Another story of that day, with a link to it", 0.8)
        for i in range(1, 8)
    ]
    assert reasons(text, *tape) == [False, *[True] * 7]
    # without a day in each, the list may be the article
    bare = [ReadBlock("list_item", block.text[11:], 0.95) for block in tape]
    assert reasons(text, *bare) == [False] * 8


def test_a_heading_at_the_end_has_nothing_under_it() -> None:
    assert reasons(TEXT, ReadBlock("heading", "Що далі", 0.0)) == [False, True]


def test_what_the_page_says_elsewhere() -> None:
    known = Excluded(
        "Рада ухвалила бюджет", "Автор: Ганна Вигадана", ("Ганна Вигадана", "Петро Інший"), ("рада", "бюджет")
    )
    again = ["Рада ухвалила бюджет", "Автор: Ганна Вигадана", "Ганна Вигадана, Петро Інший", "Рада, бюджет"]
    assert (
        reasons(TEXT, *(ReadBlock("paragraph", line, 0.0) for line in again), known=known)
        == [False] + [True] * 4
    )


def test_a_list_in_which_one_item_asks_to_subscribe_is_a_box() -> None:
    items = [
        "Головне дня: хто голосував за бюджет міста",
        "Розсилка: підписуйтесь на наш Telegram",
        "Запитайте депутата",
    ]
    box = [ReadBlock("list_item", item, 0.5) for item in items]
    assert reasons(TEXT, *box, other(1)) == [False, True, True, True, False]
    unlinked = [ReadBlock("list_item", item, 0.0) for item in items]
    assert reasons(TEXT, *unlinked, other(1)) == [False, False, True, False, False]


AUTHOR = Excluded("Рада ухвалила бюджет", "Adil Tester", ("Adil Tester",))


@pytest.mark.parametrize(
    ("line", "is_bio"),
    [
        ("Der Hafener Imam Adil Tester ist Gründer einer Stiftung und lebt seit Jahren in der Stadt.", True),
        ("Text: Adil Tester, Fotos: Nina Erfunden", True),
        ("Der Rat lobte Adil Tester nicht, als er den Plan vorstellte.", False),
        ("Die Imame der Stadt sagen, man kenne sich seit Jahren: Adil Tester ist dabei.", True),
        (
            "Wer im Rat der kleinen Stadt am Meer etwas zu sagen hat, der weiß: Adil Tester ist es nicht.",
            False,
        ),
    ],
)
def test_a_last_line_that_says_who_the_author_is(line: str, is_bio: bool) -> None:
    text = [other(number) for number in range(4)]
    assert reasons(*text, ReadBlock("paragraph", line, 0.0), known=AUTHOR)[4:] == [is_bio]


@pytest.mark.parametrize(
    ("line", "is_bio"),
    [
        ("Adil is a writer from the harbour, who has covered ferries for nine years.", True),
        ("Adil Tester is the editor of the harbour's paper, and an avid sailor.", True),
        ("Adil started the paper in 1990 as a part-time endeavour beside his job.", True),
        ("Adil is happy: the harbour has opened again after nine years of work.", False),
        ("Adile is a writer from the harbour, who has covered ferries for nine years.", False),
    ],
)
def test_a_box_about_the_author_above_the_text_or_below(line: str, is_bio: bool) -> None:
    text = [other(number) for number in range(4)]
    bio = ReadBlock("paragraph", line, 0.0)
    assert reasons(bio, *text, known=AUTHOR) == [is_bio, *[False] * 4]
    assert reasons(*text, bio, known=AUTHOR) == [*[False] * 4, is_bio]


@pytest.mark.parametrize(
    ("line", "is_bio"),
    [
        ("Anna Invented is a reporter for the Port Courier.", True),
        ("Anna Invented, a former mayor of Port, is a fellow at the Harbour Institute.", True),
        ("The writer is a professor of harbours at Port University.", True),
        ("Анна Вигадана — журналістка, редакторка відділу «Кур'єра».", True),
        ("Автор — редактор отдела экономики.", True),
        ("Nina Erfunden is a reporter for the Port Courier.", False),
        ("The author is a master of the ferry, and of suspense.", False),
        ("Anna Invented is a member of the council.", False),
        ("Anna Invented is a reporter. “I saw the ferry sink,” she told the court.", False),
    ],
)
def test_a_last_line_about_a_writer_whom_the_text_does_not_name(line: str, is_bio: bool) -> None:
    text = [ReadBlock("paragraph", "Nina Erfunden saw the ferry leave the port at nine.", 0.0)]
    text += [other(number) for number in range(4)]
    assert reasons(*text, ReadBlock("paragraph", line, 0.0))[5:] == [is_bio]
    assert reasons(ReadBlock("paragraph", line, 0.0), *text)[:1] == [False]


def test_what_an_outlet_says_of_itself_at_the_end() -> None:
    text, known = [other(number) for number in range(4)], Excluded(site="Port Courier")
    of_itself = [
        ReadBlock("paragraph", "Port Courier (PC) is a leading paper of the northern harbours.", 0.0),
        ReadBlock(
            "paragraph", "Port Courier was founded by nine ferrymen, and has readers in five towns.", 0.0
        ),
    ]
    assert reasons(*text, *of_itself, known=known) == [*[False] * 4, True, True]
    assert reasons(*text, *of_itself) == [False] * 6
    named = ReadBlock("paragraph", "The council thanked Port Courier for its report.", 0.0)
    assert reasons(named, *text, *of_itself, known=known) == [False] * 7
    about = ReadBlock("heading", "About Port Courier", 0.0)
    assert reasons(*text, about, of_itself[0], known=known) == [False] * 6
    message = ReadBlock("heading", "A message from the founder of Port Courier:", 0.0)
    assert reasons(*text, message, of_itself[1], known=known) == [*[False] * 4, True, True]
    news = ReadBlock("paragraph", "Port Courier was fined by the court for its report.", 0.0)
    assert reasons(*text, news, known=known) == [False] * 5
    name = ReadBlock("paragraph", "Port Courier", 0.0)
    assert reasons(*text, name, other(9), known=known) == [*[False] * 4, True, False]


def test_a_box_about_a_person_goes_on_from_the_name() -> None:
    name = ReadBlock("heading", "Nina Tester", 0.0)
    bio = ReadBlock("paragraph", "... ist Professorin für Hafenbau an der Universität der Stadt.", 0.0)
    assert reasons(TEXT, name, bio, other(1)) == [False, True, True, False]
    said = ReadBlock("paragraph", "... ist das denn wahr, fragte sie in die Runde, und keiner sprach.", 0.0)
    assert reasons(TEXT, said, other(1)) == [False, False, False]


@pytest.mark.parametrize("about", ["About Acme Harbour", "Про компанію Acme", "О компании Acme"])
def test_what_a_press_release_says_of_its_companies_stays(about: str) -> None:
    """Left out in one language alone, it would be an omission of the other."""
    text = [other(number) for number in range(5)]
    label = ReadBlock("paragraph", about, 0.0)
    acme = ReadBlock("paragraph", "Acme Harbour is a provider of cranes to ports in nine countries.", 0.0)
    assert reasons(*text, label, acme) == [False] * 7


def test_headings_with_teasers_that_break_off() -> None:
    teasers: list[ReadBlock] = []
    for number in range(3):
        teasers.append(ReadBlock("heading", f"Інша новина міста під номером {number}", 0.0))
        teasers.append(ReadBlock("paragraph", f"{other(number).text[:-1]}, і далі про це ...", 0.0))
    assert reasons(other(8), other(9), *teasers) == [False] * 2 + [True] * 6
    assert reasons(other(8), other(9), *teasers[:4]) == [False] * 6


@pytest.mark.parametrize(
    "rule", [rule for rule in line_rules() if rule.needs], ids=lambda rule: rule.needs[0]
)
def test_a_line_has_what_a_rule_needs_wherever_its_pattern_matches(rule: LineRule) -> None:
    """Or the pattern would never be asked of it."""

    @settings(max_examples=tiers.examples(60))
    @given(st.from_regex(rule.pattern))
    def has(line: str) -> None:
        if rule.pattern.match(line):
            assert any(word in line for word in rule.needs)

    has()
