"""What newsrooms print amid their texts, in three languages, and sentences that begin alike."""

import pytest

from crawler.extraction.body.boilerplate import why_not_text
from tests.crawler.extraction.body import lines_elsewhere

NO_TEXT = """\
To make sure you never miss out on our ferry news, we're happy to send you some reminders
Click 'OK' then 'Allow' to enable notifications
Натисніть «Дозволити», щоб отримувати сповіщення
Нажмите «Разрешить», чтобы получать уведомления
This article is more than 5 years old.
Цій новині більше року
Эта статья более 3 лет
COURIER.ORG — незалежне видання без реклами. Щоб працювати далі, нам потрібна ваша підтримка.
Курьер — независимое издание без рекламы. Чтобы работать дальше, нам нужна ваша поддержка.
Your critical contribution enables us to maintain our independence from shareholders.
Please help us out :
Will you offer us a hand? Every gift, regardless of size, fuels our future.
Did you like this information? Then please consider making a donation.
In some cases, your question will be published, displaying your name, age and location.
If you are reading this page and can't see the form you will need to visit the mobile version.
Video Ad Feedback The mayor on ferries 01:40 - Source: Courier
ALSO
This story is part of our series on ferries.
Republish our articles for free, online or in print, under a Creative Commons license.
Featured image: the port at night. Credit: Anna Invented
Image credits: Port Courier
The information provided here is not investment advice.
Our editors handpick every product we feature. We may earn a commission from your purchases.
Anna Invented has no position in any of the stocks mentioned. The Port Fool recommends Acme and nine others.
This article includes affiliate links. These links have no influence on our editorial content.
(By using the affiliate links in this post you support Courier Photography.)
This means that if you click through them to make a purchase, we may earn a small commission at no cost.
Support the Courier's journalism by subscribing today.
Port Clinic is a non-profit academic medical center. Advertising on our site helps support our mission.
We need your support to continue our work.
Let us know in the comments below.
Have something to say? Let us know in the comments section or write to the author.
This article also appears in Spanish. Read: El puente de la Ría reabre en mayo tras nueve meses de obras
Have questions about this story? Email the editor.
The Thomson Reuters Trust Principles.
Ми працюємо для вас щодня. Підтримайте нас.
Наша редакція працює для вас без вихідних, і нам потрібна ваша допомога.
Мы работаем для вас без выходных и без рекламы.
ЧИТАЙТЕ у TELEGRAM найважливіше від «Кур'єра»
ЧИТАЙТЕ в TELEGRAM самое важное от «Курьера»
Над матеріалом працювали: Анна Вигадана, Отто Зроблений
Над материалом работали: Анна Выдуманная, Отто Сделанный
Передрук заборонено.
Публикации в рубрике не отражают точку зрения редакции.
Матеріал оновлено о 12:30: додано коментар мера.
Материал обновлен 8 ноября 2026: добавлен комментарий мэра.
November 8, 2026, 06:49 | Anna Invented
November 8, 2026 | Anna Invented
Anna Invented · November 8, 2026
Анна Вигадана | 8 листопада 2026
Воскресенье, 8 ноября 2026 | Анна Выдуманная
By providing your email address, you have read and agree to Courier News' Terms.
Let our news meet your inbox. The news and stories that matter, delivered weekday mornings.
Our website is your destination for up-to-the-minute news, so make sure to bookmark our homepage.
Check out more of the Courier’s latest travel stories by signing up to our free weekly newsletter
For the latest breaking news and stories from across the globe from the Courier, sign up for our newsletters .
You can find this story in My Bookmarks. Or by navigating to the user icon in the top right.
Get in-depth reporting and opinions for only $5 a month. Invest in journalism.
Listen to Morningbeat live at 12:45 and 17:45 weekdays - or listen back here.
More AP NBA: https://apnews.com/NBA and https://twitter.com/AP_Sports
Just a heads up, some of the links on Courier are affiliate links. If you click on them, we may earn money.
Editorial note: Port Courier may contain affiliate links on some articles.
We also may use affiliate links in our posts. Thanks!
Sign up to the Courier Port Weekly Brief here for news and analysis of the harbour in your inbox
Download and subscribe to the brand new Courier app to make your wellness goals a reality.
Our mission to help you through the winter is fueled by subscribers. To enjoy all we print, subscribe today.
Accuracy and availability of Port Radio transcripts may vary. The record of our programming is the audio.
Support Port Courier! Donate via bank transfer, or become a patron of ours on Patreon.
For all our exclusive videos of ferries – Subscribe on YouTube!
Courier takes your privacy seriously. You can unsubscribe from our newsletter at any time.
When you sign up for this free report, you will also join our free Courier newsletter.
Get more detailed figures by signing up for a premium subscription to the Courier.
If you're enjoying this article, consider supporting our work by subscribing.
Support our mission to keep content free. Join the Courier’s Harbour Trust, where leaders of nine ports meet.
Love ferries? Live for docks? Courier's Port Watch newsletter has all of them, delivered to your inbox.
ADD TO CART: US$25 gift card of the harbour
Rate this article
Contact staff writer Anna Invented at 330-555-0199, or ainvented@courier.example.
Cet article est paru dans notre newsletter « La lettre du port ». Vous pouvez vous y inscrire.
Мы будем вынуждены удалить ваши комментарии при наличии в них спама и оскорблений.
Ми будемо змушені видалити ваші коментарі, якщо в них є спам чи образи.
Note: we are temporarily moderating all comments submitted to deal with a surge in spam.
(For updates you can share with your friends, follow Courier on Facebook, Twitter and Google+)
To contact the reporter on this story: Anna Invented in Port at ainvented@courier.example
To contact the editor responsible for this story: Anna Invented at ainvented@courier.example
Please read our terms of use before posting comments
Terms of use: The views and comments posted are yours and are not endorsed by this website.
You can follow any responses to this entry through the RSS 2.0 feed.
Bitte achten Sie darauf, dass Ihre Kommentare zum Thema passen.
Add Your Opinion
Stay informed with The Port Courier – your source for credible journalism. Invest in democracy.
Please note that we publish your name, but we do not publish your email address.
If you are commenting using a Facebook account, your profile may be displayed with your comment.
(Updates with comment from the mayor in second paragraph.)
Previous: A bridge reopens in the north | Next: Ferries stop for the winter
Anna Invented can be reached at 330-555-0199 or ainvented@courier.example. Follow her on Twitter.
Disclaimer: This article does not necessarily reflect the views of the Courier or its staff.
All content is owned by its author. Expressed opinions are NOT necessarily the views of the Courier.
The Port provides commentary on news. The information presented is the opinion of the author.
Ihre Meinung ist uns wichtig. Senden Sie uns Ihr Feedback zu diesem Artikel.
Il vous reste 57.09% de cet article à lire. La suite est réservée aux abonnés.
The council says it expects to benefit from the end of the port's monopoly. more »
Рада сподівається, що місто виграє від кінця монополії порту. далі »
Ticket for a Toy Motorcycle 3 Comments Police in the border city stopped a boy of six. (Full Story)
Die größte Bedrohung für den Hafen ist der Nebel, sagen die Lotsen. 21.04.2024 | 3:18 min
Reader comments on this article are listed below. Review our comments policy .
This document is subject to copyright. No part may be reproduced without the written permission.
Not to be reproduced without permission of Medical Courier
Read in app
Read in the app
Open in app
Download our app to read more
Get the Courier app for breaking news alerts
Listen to this article · 5 min
Listen to this story (4 minutes)
0:00 / 4:32
Your browser does not support the audio element.
This article is narrated by an AI voice
Elevenlabs Text to SpeechAudioNative Player...
Озвучено за допомогою ШІ голосом Ніни Вигаданої
Озвучено с помощью нейросети
This audio is auto-generated. Please let us know if you have feedback.
Audio version of this article is generated by AI
12,345 views
Views: 12345
Sign up for our weekly newsletter, Courier Weekly, delivered every Friday.
Subscribe to our newsletter to get the latest stories in your inbox.
Get our free newsletter every morning
Join our Telegram channel for the latest news
Our reporting is free to read thanks to more than 9,000 members. Join them today.
New here? Courier is a reader-funded magazine. Join us for free.
Читати в застосунку
Читайте у застосунку
Відкрити в застосунку
Завантажуйте застосунок «Кур'єра»
Встановіть наш мобільний застосунок, щоб читати новини першими
Слухати статтю
Прослухати новину
Слухайте цей матеріал в аудіоформаті
Аудіоверсія матеріалу
Аудіоверсія цієї статті створена за допомогою штучного інтелекту
Текст озвучено штучним інтелектом
Ваш браузер не підтримує аудіоелемент.
Час прослуховування: 4 хв
Час читання: 3 хв
12 345 переглядів
Переглядів: 12345
ЧИТАЙТЕ у TELEGRAM
Читайте нас у TELEGRAM
Читайте Кур'єр у Telegram
Більше новин у нашому телеграм-каналі
Актуальне
Важливе
Головне за день
Підпишіться на нашу розсилку та отримуйте найважливіше щоранку
Отримуйте головні новини на пошту щоранку
Щотижнева розсилка про найважливіше: підпишіться
Залиште email, щоб отримувати наші листи
Дякуємо, що читаєте нас. Станьте частиною спільноти «Кур'єра»
Читать в приложении
Открыть в приложении
Скачайте приложение «Курьера»
Установите наше мобильное приложение, чтобы читать новости первыми
Слушать статью
Прослушать новость
Слушайте этот материал в аудиоформате
Аудиоверсия материала
Аудиоверсия этой статьи создана с помощью искусственного интеллекта
Текст озвучен искусственным интеллектом
Ваш браузер не поддерживает аудиоэлемент.
Время прослушивания: 4 мин
Время чтения: 3 мин
12 345 просмотров
Просмотров: 12345
ЧИТАЙТЕ в TELEGRAM
Читайте Курьер в Telegram
Больше новостей в нашем телеграм-канале
Актуальное
Важное
Подпишитесь на нашу рассылку и получайте самое важное каждое утро
Получайте главные новости на почту каждое утро
Оставьте email, чтобы получать наши письма
Читайте також: Уряд змінив правила виїзду
28 ноября 2011, 14:15 [ «Курьер.ру» ]
06.01.2012, Выдуманск, 08:16:36
06.01.12 08:46
January 15, 2012, 12:00 pm
6:50pm UK, Wednesday January 11, 2012
segunda-feira, 22 de janeiro de 2018 às 0:13
сегодня в 17:04, просмотров: 173
УЧРЕДИТЕЛЬ И РЕДАКЦИЯ: ЗАО «Курьер».
Засновник: ТОВ «Кур'єр»
Адреса редакції: 00000, Вигадинськ, вулиця Верхня, 4
Адрес редакции: 000000, г. Выдуманск, улица Верхняя, дом 1а
Главный редактор - Выдумкина А.А.
Головна редакторка: Ганна Вигадана
Свидетельство о регистрации СМИ ЭЛ № ФС 00 - 00000
Ідентифікатор медіа в Реєстрі: R40-00000
Editor-in-chief: Anna Inventor
Send to Friend
Related Subjects
Return to City Shots blog
Auch interessant
Czytaj więcej
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
Where not otherwise specified, this work is licensed under a Creative Commons License permitting sharing.
Якщо не вказано інше, усі матеріали сайту доступні за ліцензією Creative Commons Attribution 4.0.
Если не указано иное, материалы сайта публикуются по лицензии Creative Commons Attribution.
Адрес редакции «Kurier.Example»: Портовая, 4, Приморск. Адрес владельца: Портовая, 5. Телефон: +1 555 0100
Der Hafenblick ist eine Partnermarke der Küstenpost, beide gehören zum selben Haus.
Sie mögen den Hafen kompakt? Dann sind Sie beim täglichen Küsten-Newsletter richtig.
The Courier is committed to publishing a diversity of letters to the editor. Tell us what you think.
Wie hältst du dich im Winter warm? Teile deine Tipps mit der Community.
Sie arbeiten im Hafen und haben Hinweise? Melden Sie vertraulich per Signal, was Sie wissen.
Mit Informationen der Korrespondenten sowie der Nachrichtenagenturen AFP und dpa.
Dieser Artikel ist eine Übersetzung, im Original ist er in der Hafenzeitung erschienen.
Dieser Text erschien zuerst in der Hafenzeitung.
Published by Courier [online], the port's business news, on January 16, 2012
Übersetzung: Nora Tester, Redaktion: Nina Erfunden, Schlussredaktion: Ina Muster
ainvented@courier.example
Twitter: @ainvented
twitter.com/ainvented
“Start Quote
End Quote Dr Anna Invented Port of Example
External Links
To join the discussion, register by clicking here
Return to Harbour Notes blog.
Rate this article: (Hover over the stars then click to rate)
Posted in: Port, News Tags: Ferries
More news stories
Досье Курьера: США // Общество // Дети
Читати 9 хвилин
Ексклюзивно
Ще по темі
Вибір редакції
"""
TEXT = """\
Thank you for your support!
Дякуємо за підтримку!
Спасибо за поддержку!
This article is more than a list of ferries.
Клікніть на карту, щоб побачити пороми.
Вигадана — незалежна депутатка, і їй потрібна більшість у раді.
Also in the port, nine ferries were repaired.
He asked the town to help us out of the harbour.
This article was first published in 1998 in a medical paper and was withdrawn nine years later.
This report was published by the ministry on Monday.
This story is part of the town, and nobody there wants to tell it.
With files under his arm he went to court.
The picture of the port at night hung over his desk.
The information is not legal advice, the court said.
Affiliate links on his blog brought him two million a year.
We need your help, the mayor told the nine ferrymen.
Support for the Courier's owner has fallen.
«Ми працюємо для вас», — написав мер.
Ми працюємо для вас, мешканців громади, сказав мер.
Над проектом работали три года тридцать инженеров.
Над текстом працювали двоє юристів комітету.
Матеріал оновлено не було, тому суд його відхилив.
Копіювання ключів заборонене законом про безпеку.
Meeting of the port council – November 8, 2026
On November 8, 2026 | the sign above the gate reads, the port was closed.
Читайте цю книжку в застосунку бібліотеки, радить учителька, бо паперових примірників мало.
Актуальне питання для міста — вода, сказав мер.
Мер пообіцяв: «За рік води стане ще більше »
The mayor can be reached at any hour, his office said.
Our crossing was funded by readers of three papers, and nobody else would pay for it.
Those who sign up for the harbour's card get a newsletter once a year.
A union may contain affiliate members, and the port's has nine of them.
The hospital is short of blood. Donate here or at the harbour.
Do you like ferries? The harbour's newsletter has been printed in blue since 1990.
If you enjoy fog, the harbour in November is the place to be.
Ми будемо змушені видалити дерева, бо коріння ламає трубу.
Terms of use were changed in May, the company said.
Час читання лекцій перенесли на вечір.
Аудіоверсія роману вийшла торік у видавництві.
Текст озвучив актор Северин Тихий.
Важное решение отложили до весны.
Время чтения лекций перенесли на вечер.
Views of the valley drew painters for two centuries.
The document is subject to review by the court.
Audio of the call was played to the jury.
By providing your address to strangers, you may lose it, the bank warned.
Get home for Christmas, the minister told soldiers.
Our reporting is that the council has not paid.
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
Главный редактор газеты — человек осторожный.
Главный редактор: «Мы не будем молчать, пока дело не закончится».
Засновник партії: людина без минулого, кажуть колишні соратники.
Свидетельство о регистрации брака они получили через неделю.
Издание зарегистрировано в Латвии и выходит с 2014 года.
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
The song is licensed under terms that the singer never saw.
This work is creative and common to both towns.
Адрес редакции знали все, и туда приходили с письмами по вторникам.
Haben Sie Hinweise? Die Polizei bittet um einen Anruf.
Der Text erschien zuerst im Mai und wurde danach dreimal gedruckt.
Der Hafenblick ist eine Marke der Küstenpost, und beide streiten seit Jahren um den Namen.
Mit Informationen der Behörde rechnen die Anwohner erst im Herbst.
Redaktion: ein Wort, das keiner mehr hören mag.
He told the court that letters@courier.example was never his address.
Start quoting him and he stops talking.
Teile der Stadt blieben ohne Strom, schrieben Leser in den Kommentaren.
"""


@pytest.mark.parametrize("line", (NO_TEXT + lines_elsewhere.NO_TEXT).splitlines())
def test_no_text(line: str) -> None:
    assert why_not_text(line) is not None


@pytest.mark.parametrize("line", (TEXT + lines_elsewhere.TEXT).splitlines())
def test_text(line: str) -> None:
    assert why_not_text(line) is None
