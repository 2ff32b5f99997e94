"""What newsrooms print amid their texts, in three languages, and sentences that begin alike."""

import pytest

from crawler.extraction.body.boilerplate import why_not_text

NO_TEXT = """\
Читайте також: Уряд змінив правила виїзду
Читайте по темі: Скільки коштує ремонт мосту
Також читайте: Нові тарифи на воду
До теми: Нові тарифи на воду
Дивіться також: як відбудовують Харків
Більше новин читайте в нашому Telegram-каналі
Підписуйтесь на наш Viber
Стежте за нами у Facebook та Instagram
Долучайтесь до нашої спільноти у Viber
Підтримайте редакцію донатом
Підтримати нас можна за посиланням
Стати патроном «Кур'єра»
Станьте нашим читачем-партнером
Посилання скопійоване
Посилання скопійовано в буфер обміну
Скопіювати посилання
Поширити у Facebook
Поділитися в Telegram
Роздрукувати
Фото: пресслужба міськради
Фото з відкритих джерел
Фото: Getty Images
Фото: Facebook/Ганна Вигадана
Ілюстративне фото
Скріншот з відео
Джерело фото: Reuters
Джерело: https://courier.example/news/1
Джерела: УНІАН, Reuters
Якщо ви знайшли помилку, виділіть текст і натисніть Ctrl+Enter
Помітили помилку? Виділіть її мишкою
Теги: бюджет, рада, Вигадинськ
Коментарі (12)
Залишити коментар
Ми використовуємо файли cookie
Приєднуйтесь до нас у WhatsApp
Усі новини за тегом
Усі матеріали автора
Реклама
Читайте также: Как изменились тарифы
Читать также: Как изменились тарифы
По теме: Как изменились тарифы
Смотрите также: видео с места событий
Ранее мы писали: Как изменились тарифы
Подпишитесь на наш канал в Telegram
Подписывайтесь на наш Telegram, чтобы первыми узнавать новости
Следите за нами в соцсетях
Поддержите нас на Patreon
Поддержать редакцию
Ссылка скопирована
Скопировать ссылку
Поделиться в Facebook
Распечатать
Фото: Константин Фотографов/Коммерсантъ
Фото из открытых источников
Источник фото: Getty Images
Иллюстративное фото
Если вы нашли ошибку, выделите ее и нажмите Ctrl + Enter
Нашли ошибку? Выделите её
Теги: бюджет, совет
Комментарии (3)
Оставить комментарий
Мы используем файлы cookie
Все новости по теме
Реклама
Read also: Mayor promises new bridge
Also read: Mayor promises new bridge
READ MORE: Mayor promises new bridge
More on this story
Related: Mayor promises new bridge
Related articles
See also: Mayor promises new bridge
Follow us on Telegram and X
Join our WhatsApp channel
Sign up for our newsletter
Subscribe to our YouTube channel
Support independent journalism
Donate now
Become a member today
Support us on Patreon
Link copied
Link copied to clipboard
Copy link
Share on Facebook
Share this article
Print
Photo: Getty Images
Photo by John Smith/Reuters
Image source, Getty Images
Image caption, The mayor at the bridge
File photo
Photo credit: AP
Tags: budget, council
Comments (4)
Leave a comment
We use cookies to improve your experience
Spotted a typo? Let us know
Advertisement
Story continues below advertisement
Watch: Mayor opens bridge
Listen to this article
Got a story? Email news@courier.example
All rights reserved
UA EN RU
1 of 3 |
1 of 3
1 of 12 | Rescuers clear a street after the storm.
Фото 2 из 14
Слайд 3 з 8
3 / 12
1 із 5 | Мешканці чекають на автобус
ТЕС (689) Енергоатом (1258) електроенергія (4561)
тарифы (214) вода (1530)
Адреса матеріалу: https://courier.example/r3610044
Адрес материала: http://courier.example/2
Постійна адреса статті: courier.example/5
Постоянная ссылка: https://courier.example/7
Permalink https://courier.example/p/4Qg
Short link: https://courier.example/x
Коротке посилання: courier.example/5
Популярні
Популярне
Найпопулярніше
Всі новини
Стрічка новин
Лента новостей
Latest
Trending
19:35 22 липня
19:35, 22 липня
22 июля, 19:35
July 22, 19:35
7:35 p.m. ET, July 22
Оновлено о 19:35
Updated 7 hours ago
5 хв тому
31 хвилин тому
2 години тому
2 часа назад
вчора о 19:35
Сьогодні, 19:35
Київ, понеділок 02 березня 2026 04:45
Київ, Понеділок, 02 березня 2026, 04:45
17 січня 2026, 15:41 [ «Кур'єр-онлайн» ]
Ірина ЗРАЖЕВСЬКА — 17.01.2026 15:44
17.01.2026 18:16 ВКП, Вигадинськ
Колонка є видом матеріалу, який відображає винятково точку зору автора. Вона не всебічна.
Колонка отражает исключительно точку зрения автора и может не совпадать с позицией редакции
Тексти, які публікуються у розділі «Думки», не обов'язково відображають позицію редакції
Погляди, висловлені в рубриці «Думки», передають позицію авторів і не конче відображають позицію Радіо
Мнения, высказанные в рубрике «Блоги», принадлежат авторам и не обязательно отражают позицию редакции
This column reflects the personal views of the author
Редакція може не поділяти думку автора
Шановні читачі, просимо дотримуватись Правил коментування
Уважаемые читатели, просим соблюдать правила комментирования
Правила коментування
Правила комментирования
Comment rules
Адміністрація сайту залишає за собою право видаляти коментарі з нецензурною лексикою та образами
Администрация сайта оставляет за собой право удалять сообщения с призывом к противозаконным действиям
We reserve the right to remove comments that are abusive or off topic
Коментарі з образами та рекламою видаляються модератором
Комментарии с оскорблениями и рекламой удаляются модератором
Please keep comments respectful and on topic
Залишилось символів: 500
Осталось символов: 1000
Поділитись
Скопійовано
Спочатку нові
Сначала новые
Newest first
Показати ще
Завантажити ще
Показать еще
Load more
НАЖИВО
Увімкнути сповіщення
Наступна публікація
Следующая публикация
Попередня новина
Коротко від ШІ
Підсумувати:
Summarize with AI
Краткий пересказ от ИИ
По материалам источника: news.courier.example
По информации Courier.example
Досье Курьера: США // Общество // Дети
Читати 9 хвилин
Ексклюзивно
Ще по темі
Вибір редакції
"""
TEXT = """\
Читайте дітям казки щовечора, радять педіатри.
Фото з місця події облетіло світ за годину.
Реклама коштувала місту два мільйони гривень.
Коментарі речника ради з'явилися пізно ввечері.
Підтримати родину загиблого прийшли сотні людей.
Друк підручників затримався на місяць.
Теги на стінах школи з'явилися вночі.
По теме бюджета депутаты спорили до утра.
Реклама вернётся на улицы города весной.
Источник в полиции подтвердил задержание.
Ранее он работал учителем физики.
Read more books, the minister told pupils.
Related costs rose by a third last year.
Print is not dead, the publisher said.
Watch the skies tonight, astronomers say.
Share prices fell by five per cent.
Support for the party has doubled since May.
Comments by the mayor angered residents.
Раніше повідомляли про затримання двох посадовців на хабарі.
Ранее сообщали о взрыве на складе боеприпасов.
Останні інтерв'ю президента
Хакеры рассылают в WhatsApp письма и просят кликать на ссылку
Хочете повідомити про порушення? Зателефонуйте на гарячу лінію ради.
Хотите рассказать анекдот? — спросил актёр.
Есть новости? — спросил он с порога. Новостей не было.
Want to share a ride? The firm says its new service will halve prices.
He told police that he would forward this to someone at the ministry.
Отримуйте гроші у відділенні або на пошту без черг.
Зекономте час. Оформіть регулярний платіж за комунальні послуги.
Адаптація – це надовго
Переклад: складна робота
США/ЄС
Back home
This video has been viewed two million times.
This video could not be geolocated by reporters.
Комментировать это могут только в прокуратуре.
Сообщение распространено каналами, которые пугают иностранных студентов.
Страница создана в 2014 году.
Сайт створено шахраями з Дніпра.
Your browser is not as safe as you think.
Upgrade to premium economy costs travellers twice as much
Tags will be sewn into every uniform.
Джерело: Лозинський у телеграмі, обласна служба доріг у фейсбуці
Джерело: голова ОВА в ефірі телемарафону
Источник: губернатор в Telegram
Source: Air Force on Telegram
Двоє з трьох мешканців уже повернулися.
1 з 5 опитаних не знає, де укриття.
Партія «Вільні» (45), «Разом» (32), «Сила» (12)
Голи: Ващук (12), Ребров (45)
Сьогодні о 19:35 у Києві пролунали вибухи
22 липня
О 19:35 22 липня поліція закрила міст.
Понеділок, 2 березня
Колонка військової техніки відображає стан армії, каже оглядач.
Колонка рушила на світанку
Погляди учасників переговорів не завжди збігаються.
Коментарі експертів щодо закону різняться.
Адреса: Київ, вулиця Верхня, 4
Адреса садочка: вулиця Верхня, 4
Правила коментування матчів змінила федерація.
Адміністрація міста залишає за собою право змінити маршрут.
Читати дві книжки на місяць стало звичкою для третини школярів.
Наживо матч покаже перший канал.
Популярні серед туристів маршрути закрили.
Последняя публикация учёного вышла в июле.
Тексти пісень не обов'язково відображають життя співака.
Думки жителів розділилися.
This column of smoke was seen for miles.
The views from the tower do not reflect the city's size.
3/4 усіх коштів уже витратили.
Попередня новина про звільнення виявилася неправдою.
Текст: закон набирає чинності завтра.
"""


@pytest.mark.parametrize("line", NO_TEXT.splitlines())
def test_no_text(line: str) -> None:
    assert why_not_text(line) is not None


@pytest.mark.parametrize("line", TEXT.splitlines())
def test_text(line: str) -> None:
    assert why_not_text(line) is None
