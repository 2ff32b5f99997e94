"""Lines of walls in three languages, and lines that only sound like them."""

import pytest

from crawler.extraction.document.decoding import read_outline
from crawler.extraction.kind.paywalls import wall_line

WALLS = """\
Передплата відкриває доступ до всіх матеріалів сайту. Перший місяць — 1 гривня
Підписка дає повний доступ до архіву видання
Подписка открывает доступ ко всем статьям. Первый месяц — 1 евро
A subscription gives you unlimited access to all our reporting
Підтвердьте, що вам виповнився 21 рік
Подтвердите свой возраст
Ця стаття доступна лише для передплатників
Матеріал доступний за передплатою
Щоб прочитати повний текст, оформіть підписку
Для читання повної версії увійдіть або передплатіть видання
Лише для передплатників «Кур'єра»
Цей матеріал — для підписників
Підпишіться, щоб читати далі
Ви вичерпали ліміт безкоштовних статей
Продовження доступне після реєстрації
Статья доступна только по подписке
Для продолжения чтения оформите подписку
Эта статья только для подписчиков
Остальной текст доступен подписчикам «Курьера»
Войдите или подпишитесь, чтобы читать полностью
Чтобы прочитать материал целиком, оформите подписку
Лимит бесплатных статей исчерпан
Продолжение — для подписчиков
Материал доступен после регистрации
This article is for subscribers only
Subscribe to unlock this article
Create a free account to continue reading
You have reached your free article limit
You've read your last free article
Unlock this article with a subscription
Already a subscriber? Log in
Subscribe to read the full story
This content is available to members only
To read this article in full, start your free trial
Keep reading with a digital subscription
Register for free to read more
Want to read more? Subscribe now
Log in to read the rest of this article
The full text is reserved for subscribers
Повна версія статті — тільки для передплатників
Далі — за передплатою
Щоб дочитати цю статтю, оформіть підписку за 49 грн
Зареєструйтесь, щоб читати повністю
Текст доступний лише зареєстрованим користувачам
У вас не залишилося безкоштовних статей
Полная версия материала доступна подписчикам
Дальше — по подписке
Оформите подписку и читайте без ограничений
Вам доступно 0 бесплатных статей
Зарегистрируйтесь, чтобы дочитать статью
Чтобы читать текст целиком, войдите в аккаунт
Sign up to continue reading
Subscribe for full access to this story
This story is exclusive to our paid subscribers
Create an account to read the full article
You have 0 free articles left this month
Continue reading by subscribing
The rest of this article is for members
Subscribers can read the full version
"""
OTHERS = """\
Підписка на газету дає знижку на доставку до всіх міст.
Міністр підтвердив вік підозрюваного: 21 рік.
The subscription model gave readers access to cheaper phones.
Читайте також наші новини в Telegram
Підпишіться на нашу розсилку
Підписуйтесь на канал, щоб читати новини першими
Подписывайтесь на наш канал, чтобы не пропустить новости
Subscribe to our newsletter
Sign up for our morning briefing
Read more about the budget
The council will continue to read the bill on Friday
Депутати продовжать читати законопроєкт далі
Members of the club subscribe to the same journal
Законопроєкт доступний для громадського обговорення
Стаття 12 доступна на сайті парламенту
Log in to comment
Register to vote by Friday
Передплатники газети отримають подарунки
Подписчики канала пожаловались на шум
Далі — за планом ремонт мосту
У місті не залишилося безкоштовних паркувань
Дальше — по трассе на Львов
Sign up to receive our newsletter
The members read the full text of the resolution
This story is about our subscribers
Передплата на 2027 рік триває
Щоб читати книжки, діти йдуть до бібліотеки
Чтобы читать лекции, он приехал из Киева
Already a member of the council, she voted against
To read the meter, open the lid
You have reached your destination
У номері газети за 5 травня надрукували її перший вірш
В номере журнала за март вышла его статья
Далі Шевченко працював у друкованому виданні «Основа»
Далі в наступному випуску програми розповіли про Херсон
Решту грошей отримали в новому виданні премії
Полностью изменился в новой версии только интерфейс
Читати повний текст постанови на сайті суду
Дальше получат участники конкурса по миллиону рублей
Далі отримають учасники програми по 500 гривень
Хакеры предлагали купить доступ к базам за $500 в месяц
Согласие добровольное. Отказаться можно в любой момент.
This is a preview of what is to come if the law passes
A longer version of the song appears in the magazine's podcast
Age-restricted products may not be sold online
You have the right to use ad blockers, a court ruled
Sites will have to verify your age under the new law
Здається, Google знову бореться з AdBlock
Вам есть 18? — спросил продавец.
Стаття 156 передбачає відповідальність тільки для повнолітніх осіб
Subscribe for unlimited access
"""


def on_a_page(line: str) -> str | None:
    page = f"<body><h1>Рада</h1><p>Текст про бюджет міста.</p><div><b>{line}</b></div><p>Новини.</p></body>"
    wall = wall_line(read_outline(page.encode(), None))
    return wall and wall.line


@pytest.mark.parametrize("line", WALLS.splitlines())
def test_a_line_of_a_wall(line: str) -> None:
    assert on_a_page(line) == line


@pytest.mark.parametrize("line", OTHERS.splitlines())
def test_a_line_that_sounds_like_one(line: str) -> None:
    assert on_a_page(line) is None
