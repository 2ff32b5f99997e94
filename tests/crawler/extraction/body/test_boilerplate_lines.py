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
"""


@pytest.mark.parametrize("line", NO_TEXT.splitlines())
def test_no_text(line: str) -> None:
    assert why_not_text(line) is not None


@pytest.mark.parametrize("line", TEXT.splitlines())
def test_text(line: str) -> None:
    assert why_not_text(line) is None
