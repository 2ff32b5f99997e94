"""A mark stands on two numbers that contradict each other at the same place, or it does not stand."""

from decimal import Decimal

import pytest

from pipelines.alignment.marks.number_marks import Passage, number_marks
from pipelines.alignment.marks.quantities import quantities
from pipelines.similarity.weekdays import WEEKDAY, may_name_weekday

SAME = [
    # those against, and those for; those who are not, and those who are; a day in words
    (("З п’ятнадцяти суддів проти були двоє, з Луцька та Сум.", "uk"),
     ("Решение поддержали 13 судей из 15, не согласились судьи из Луцка и Сум.", "ru")),
    (("Серед хворих у Полтаві 90% не мають щеплення.", "uk"),
     ("Only 10% of the patients in Poltava have a vaccination.", "en")),
    (("У середу на Волині прощаються з трьома військовими, які загинули 9 листопада.", "uk"),
     ("На Волыни 18 ноября хоронят троих военных, погибших девятого ноября.", "ru")),
    # how many less
    (("She and her husband now have eleven daughters and nine sons.", "en"),
     ("Теперь в семье одиннадцать дочерей, сыновей на двое меньше.", "ru")),
    # a date that is a day of the week
    (("У понеділок не встигли, тож концерт у Полтаві перенесли на вівторок.", "uk"),
     ("Концерт в Полтаве, на который не попали в понедельник, будет 24 ноября, а не в среду.", "ru")),
    # one of them, and the rest; twice, and half as many
    (("Угорщина єдина з 27 країн не підтримала пакет санкцій.", "uk"),
     ("Венгрия против пакета санкций, остальные 26 стран его поддержали.", "ru")),
    (("У столиці на протест вийшли 20 тисяч людей, у Стамбулі — вдвічі більше.", "uk"),
     ("Some 40,000 people protested in Istanbul, half as many in the capital.", "en")),
    # of two things in one order, and a short word for a billion
    (("У Харкові поранено 11 людей, серед них 2 підлітки. Пошкоджено 24 будинки.", "uk"),
     ("The strike on Kharkiv injured 11 people, 2 teenagers among them. Some 7 are in hospital.", "en")),
    (("Пассажирооборот составил 228,0 млрд пассажиро-километров.", "ru"),
     ("Passenger miles amounted to 228.0 bln passenger kilometers.", "en")),
    # two units of one number, in another order, and of an age
    (("Йому дали два роки, а через два місяці відпустили.", "uk"),
     ("Two months after he was jailed for two years he was freed.", "en")),
    (("Хлопець двох років живе тут два місяці.", "uk"),
     ("The boy of two has lived here for two months.", "en")),
    (("Ремонт у Полтаві триватиме 24 год, а далі 3 дні.", "uk"),
     ("The repair in Poltava takes 24 hours, and then 3 days.", "en")),
    (("Поранено 19 людей, серед них двоє дітей.", "uk"),
     ("Those injured are 17 adults and two children.", "en")),
    (("По делу задержаны 17 человек, шестеро из них — женщины.", "ru"),
     ("Eleven men and six women were detained in the case.", "en")),
    (("Країни Великої сімки домовилися про 5 кроків.", "uk"),
     ("The G7 countries agreed on 5 steps.", "en")),
    (("The curfew in Izmail starts at 21:00 on Monday.", "en"),
     ("Комендантский час в Измаиле с девяти вечера.", "ru")),
    (("About a hundred thousand people left Sumy.", "en"),
     ("Із Сум виїхали сто тисяч людей.", "uk")),
    (("24 hours later the shelling of Nikopol stopped.", "en"),
     ("Через добу обстріл Нікополя припинився.", "uk")),
    (("The pass to Verbohirsk is closed from June 1 to June 20.", "en"),
     ("Перевал до Вербогірська закрито з 1 до 20 червня.", "uk")),
    (("Prices in Odesa rose tenfold.", "en"),
     ("Цены в Одессе выросли в десять раз, в 10 раз.", "ru")),
    (("Експорт зерна склав 8,302 млн тонн.", "uk"),
     ("Grain exports came to 8.3 million tonnes.", "en")),
    (("The mayor fined them about 300 hryvnias.", "en"),
     ("Мер оштрафував їх на 297 гривень.", "uk")),
    (("Врятували 1231 людину з Маріуполя.", "uk"),
     ("Over 1,200 people from Mariupol were rescued.", "en")),
    (("У 1990-х роках у Львові жило 800 тисяч людей.", "uk"),
     ("In the 90s, 800,000 people lived in Lviv.", "en")),
    (("Потяг запізнився на 2 години.", "uk"),
     ("The train was 120 minutes late.", "en")),
    (("Суд у Харкові дав йому 5 років.", "uk"),
     ("A Kharkiv court fined him 700 euros.", "en")),
    (("У Краматорську поранено троє дорослих і двоє дітей.", "uk"),
     ("Five people, two of them children, were injured in Kramatorsk.", "en")),
    (("Сапери Снігурівки знищили 312 мін і 48 снарядів.", "uk"),
     ("Sappers of Snihurivka destroyed 312 mines and four dozen shells.", "en")),
    (("Казначейство Полтави доплачує 1,2 млрд гривень щомісяця.", "uk"),
     ("Poltava's treasury pays 14.4 billion hryvnias a year.", "en")),
    (("Суд у Львові тривав рік і вісім місяців.", "uk"),
     ("Суд во Львове длился 20 месяцев.", "ru")),
    (("Перевізник із Тячева брав від 6 до 9 тисяч євро.", "uk"),
     ("The smuggler from Tiachiv took 6,000 to 9,000 euros.", "en")),
    (("Матч у Тирані почнеться о 21:45 за київським часом.", "uk"),
     ("The match in Tirana kicks off at 20:45 local time.", "en")),
    (("Шостий рядок таблиці, а 7 серпня командир Собко відзначив би 34-й день народження.", "uk"),
     ("Commander Sobko, sixth of the table, would have had a birthday on August 7; he was 33.", "en")),
    (("The grant for translating in Odesa is $22K, and 3 people work.", "en"),
     ("Грант на переклад в Одесі – 22 тисячі доларів, працюють 3 людини.", "uk")),
    (("The port of Izmail cost about 500 hryvnias to paint.", "en"),
     ("Порт Ізмаїла пофарбували за 507 гривень.", "uk")),
    (("Около 16 700 жителей Изюма вывезли за 3 дня.", "ru"),
     ("Близько 16 730 мешканців Ізюма вивезли за 3 дні.", "uk")),
    (("The chief of Brody's station served 1½ years.", "en"),
     ("Начальник станции Броды отсидел 1,5 года.", "ru")),
    # labels of a note
    (("(8) Союз наследует Первому и Второму союзам. Первый создан в 1864 году в Бродах.", "ru"),
     ("(5) Союз є спадкоємцем Першого та Другого союзів. Перший створено в 1864 році в Бродах.", "uk")),
    # two victims, two fronts, two sums
    (("У Нікополі поранено 3 людей, 63-річна жінка у важкому стані.", "uk"),
     ("В Никополе ранены 3 человека, 46-летний мужчина лечится дома.", "ru")),
    (("На Покровському напрямку було 41 зіткнення, на Лиманському – 19.", "uk"),
     ("The Pokrovsk sector had 41 clashes, the Huliaipole sector 16.", "en")),
    (("Ущерб от закупок снарядов оценивают в 1,5 млрд гривен, 5 задержаны.", "ru"),
     ("In the shell procurement case 5 are held, 320 million hryvnias are frozen.", "en")),
    (("Торговля Одессы с 2020 года выросла с 3,3 до 4 млрд долларов.", "ru"),
     ("Odesa's trade grew to 4 billion dollars from 3.3 billion in 2020.", "en")),
    (("У школі Сихова навчається тисяча двісті дітей.", "uk"),
     ("В школе Сыхова учатся 1200 детей.", "ru")),
    (("«Карпати» поступилися вдома «Десні» 1:3.", "uk"),
     ("Desna beat Karpaty 3-1 away.", "en")),
    # too far apart for one thing, in whatever words
    (("Ціни в Полтаві у липні знизилися на 0,2%.", "uk"),
     ("In Poltava, prices in July fell by 14.1%.", "en")),
    # a night is of two days; a surname; surroundings
    (("У ніч на середу в Сумах горів склад.", "uk"),
     ("A warehouse burnt in Sumy on Tuesday night.", "en")),
    (("Тренер Середа назвав склад команди.", "uk"),
     ("Coach Sereda named the team on Friday.", "en")),
    (("Тренер Середа був серед гостей.", "uk"),
     ("The coach was among the guests on Friday.", "en")),
    (("Рада збереться у вівторок або четвер.", "uk"),
     ("The council meets on Friday.", "en")),
    (("Запрет защитит окружающую среду.", "ru"),
     ("Friday's ban protects nature.", "en")),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b"), SAME)
def test_one_number_in_two_forms_is_no_mark(a, b):
    assert number_marks(Passage(*a), Passage(*b)) == ((), ())
    assert number_marks(Passage(*b), Passage(*a)) == ((), ())


DIFFER = [
    # the only number of each, and of the same size between two that are equal
    (("«Рейнджерс» набрали 68 очков и занимают место в таблице Восточной конференции.", "ru"),
     ("The Rangers have 86 points and a place in the Eastern Conference table.", "en"), ("68", "86")),
    (("С начала года пресечено более 16 тысяч нарушений, задержано 213 водителей, наказано 1640 пешеходов.",
      "ru"),
     ("Since January they have stopped 26,000 violations, detained 213 drivers and fined 1640 pedestrians.",
      "en"), ("16 тысяч", "26,000")),
    # far apart, but of one thing that became of one kind of people
    (("Пожежа на заводі в Сумах почалася вранці у вівторок, коли на зміні було багато людей. Загинули 11"
      " людей, ще 176 травмовано.", "uk"),
     ("Seventeen people died and 176 were hurt when a plant in Sumy caught fire on Tuesday morning, officials"
      " of the emergency service reported after hours of rescue work.", "en"),
     ("11", "Seventeen")),
    # one number of two units
    (("Ремонт мосту в Сумах триватиме два роки.", "uk"),
     ("Repairs to the bridge in Sumy will take two months.", "en"),
     ("два роки", "two months")),
    (("Ремонт мосту триватиме 2 роки, каже Левченко.", "uk"),
     ("Repairs to the bridge will take 2 months, says Levchenko.", "en"),
     ("2 роки", "2 months")),
    (("У Сумах випало 30 сантиметрів снігу.", "uk"),
     ("Thirty inches of snow fell in Sumy.", "en"),
     ("30 сантиметрів", "Thirty inches")),
    (("Внаслідок удару по Харкову поранено 63 людини, ще 36 евакуювали.", "uk"),
     ("The strike on Kharkiv injured 36 people, another 36 were evacuated.", "en"),
     ("63", "36")),
    (("Рада Полтави виділила 12,5 млн гривень на міст.", "uk"),
     ("Poltava's council allocated 15.2 million hryvnias for the bridge.", "en"),
     ("12,5 млн гривень", "15.2 million hryvnias")),
    (("Річні продажі мережі Sainsbury's зросли до 1,8 млрд гривень.", "uk"),
     ("Годовые продажи сети Sainsbury's выросли до 1,8 млн гривен.", "ru"),
     ("1,8 млрд гривень", "1,8 млн гривен")),
    (("Колона бронетехніки під Києвом має довжину 25,4 милі.", "uk"),
     ("The armoured column near Kyiv has a length of 25 km.", "en"),
     ("25,4 милі", "25 km")),
    (("МВФ розгляне виділення Україні $1,4 млрд підтримки.", "uk"),
     ("The IMF will consider giving Ukraine €1.4 billion of support.", "en"),
     ("$1,4 млрд", "€1.4 billion")),
    (("Робітникам Одеси передадуть 10% акцій, 500 гривень кожному.", "uk"),
     ("Odesa's workers are to get 14 per cent of the shares, 500 hryvnias each.", "en"),
     ("10%", "14 per cent")),
    # the languages' order of words sets them apart
    (("Коваленко в этом сезоне чемпионата Белоруссии забил девять мячей в 18 матчах.", "ru"),
     ("Kovalenko scored nine goals in 12 matches of this season of the Belarusian league.", "en"),
     ("18", "12")),
    # a number in words, beside an equal one
    (("Удар по Шостці вбив двох людей, ще одинадцятеро дістали поранення.", "uk"),
     ("The strike on Shostka killed two people and wounded 12 more.", "en"),
     ("одинадцятеро", "12")),
    (("Такої води в Тячеві не було двадцять років, каже мешканка.", "uk"),
     ("Tiachiv has not seen water like this in thirty years, says a resident.", "en"),
     ("двадцять років", "thirty years")),
    # the conversion is no rival
    (("В здании выбито более 200 окон. На восстановление нужно минимум 64 млн грн.", "ru"),
     ("More than 200 windows were broken. Repairs need at least 46 million hryvnias ($1.1 million).", "en"),
     ("64 млн грн", "46 million hryvnias")),
    (("Зону евакуації на Чернігівщині розширили до 20 кілометрів від кордону.", "uk"),
     ("The evacuation zone in Chernihiv region was widened to 20 miles from the border.", "en"),
     ("20 кілометрів", "20 miles")),
    # they include the two, so 17 and 2 are not the 19
    (("Поранено 19 людей, серед них двоє дітей: хлопчик 4 років і дівчинка 11.", "uk"),
     ("Injured are 17 people, including two children: a boy aged 4 and a girl aged 11.", "en"),
     ("19", "17")),
    (("Поранено 19 мешканців Ізюма, двоє з них – діти, їм 4 і 11.", "uk"),
     ("17 residents of Izium are injured, two of them children aged 4 and 11.", "en"),
     ("19", "17")),
    # no word says that it is rounded
    (("Із Лимана евакуювали 507 мешканців за 3 дні.", "uk"),
     ("In 3 days 500 residents were evacuated from Lyman.", "en"),
     ("507", "500")),
    # the only difference, at another place
    (("Пам'ятник Катерині в Одесі важив тридцять тонн, його знімали 2 ночі.", "uk"),
     ("It took 2 nights in Odesa to take down Catherine's monument of 40 tonnes.", "en"),
     ("тридцять тонн", "40 tonnes")),
    # far apart, of one thing, and all else is equal
    (("Двох утікачів у Львові піймали одразу, третього шукали ще 17 годин.", "uk"),
     ("Two fugitives were caught at once in Lviv; the third was hunted for another 7 hours.", "en"),
     ("17 годин", "7 hours")),
    (("Сировину під Лубни возитимуть з ферм в одинадцяти селах.", "uk"),
     ("Raw material for Lubny will come from farms in nineteen villages.", "en"),
     ("одинадцяти", "nineteen")),
    (("«Полісся» перемогло вдома «Буковину» 3:1 і вийшло до чвертьфіналу.", "uk"),
     ("Polissia beat Bukovyna 3:2 at home and are in the quarter-finals.", "en"),
     ("3:1", "3:2")),
    # the numbers before and after it are equal, in their order
    (("Бронь коштує 4 000 євро, аванс становить 30% ціни, решту дає банк за 45 днів.", "uk"),
     ("The reservation is 2,000 euros, the deposit 30%, the loan covers all in 45 days.", "en"),
     ("4 000 євро", "2,000 euros")),
    # `up to` does not round so exact a number
    (("До 2035 року хворих у світі, каже Левченко, буде до 593 мільйонів.", "uk"),
     ("By 2035 the world will have 592 million of the sick, Levchenko says.", "en"),
     ("593 мільйонів", "592 million")),
    # each year goes with its day, and 2024 stands elsewhere too
    (("Після атак на Ізраїль 13 квітня 2021 та 1 жовтня 2024 удар по Ірану не дивина.", "uk"),
     ("After attacks on Israel on 13 April 2024 and 1 October 2024 the strike on Iran is no wonder.", "en"),
     ("2021", "2024")),
    # 2022 and one are no sum
    (("До Solana я працював у журналістиці. У 2023 році приєднався до мережі. Hub – один із способів.", "uk"),
     ("Before Solana I worked in journalism. I joined the network in 2022. The Hub is one way.", "en"),
     ("2023", "2022")),
    # the order of words sets the years apart
    (("За даними федерації діабету, у завершенні 2022 року хворих українців було понад 2,3 млн.", "uk"),
     ("By the diabetes federation, patients in Ukraine were over 2.3 million at the end of 2021.", "en"),
     ("2022", "2021")),
    # all that differs between texts that are literal, however far
    (("Кабінет міністрів розподілив 4 мільярди гривень субвенції на школи. Найбільше отримає Харків.", "uk"),
     ("The cabinet has distributed a subsidy of 9 billion hryvnias to schools. Kharkiv receives most.", "en"),
     ("4 мільярди гривень", "9 billion hryvnias")),
    # what is rounded in digits is nearer
    (("Якщо дощів не буде, без води лишаться 20 000 мешканців Ужгорода.", "uk"),
     ("If there is no rain, 21,000 residents of Uzhhorod will be left without water.", "en"),
     ("20 000", "21,000")),
    # Полтава is no half
    (("Унаслідок удару загинули шестеро мешканців Полтави.", "uk"),
     ("Five residents of Poltava were killed in the strike.", "en"), ("шестеро", "Five")),
    (("У Ніжині загинули дев’ятеро людей.", "uk"),
     ("In Nizhyn ten people were killed.", "en"), ("дев’ятеро", "ten")),
    (("Пошта від понеділка підвищує тарифи, сказали в середу.", "uk"),
     ("The post raises its rates from Friday, it said on Wednesday.", "en"),
     ("понеділка", "Friday")),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "numbers"), DIFFER)
def test_two_numbers_at_one_place_contradict_each_other(a, b, numbers):
    differ, converted = number_marks(Passage(*a), Passage(*b))
    assert [(mark.a, mark.b) for mark in differ] == [numbers]
    assert converted == ()
    assert differ[0].confidence > 0.9


COUNTED = [
    (("Спустя 10 песен концерт окончился, ушли 300 гостей.", "ru"),
     ("Spustya 11 songs later the concert ended, 300 guests left.", "en"), None),
    (("Полтаву захищав 31-й батальйон, і 10 цивільних вижили.", "uk"),
     ("The 32nd battalion defended Poltava, and 10 civilians survived.", "en"), None),
    (("За добу росіяни здійснили 80 атак на Київ, поранено 13 людей.", "uk"),
     ("The Russians made 50 attacks on Kyiv in a day, 13 people were injured.", "en"), "атак"),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "counted"), COUNTED)
def test_what_is_counted_stands_after_both_numbers_and_is_no_name(a, b, counted):
    (mark,), _ = number_marks(Passage(*a), Passage(*b))
    assert mark.counted == counted


CONVERTED = [
    (("Колона бронетехніки під Києвом має довжину 25 миль.", "uk"),
     ("The armoured column near Kyiv has a length of 40 km.", "en"),
     ("25 миль", "40 km", "mile")),
    (("Поле під Полтавою має 40 гектарів.", "uk"),
     ("The field near Poltava has 99 acres.", "en"),
     ("40 гектарів", "99 acres", "ha")),
    # below zero in words
    (("Температура у Луцьку впала до мінус 10 градусів.", "uk"),
     ("The temperature in Lutsk fell to 14 degrees Fahrenheit.", "en"),
     ("10 градусів", "14 degrees", "degree")),
    # whole, as printed
    (("The 6-foot-6 player joined in 2020 from Kyiv.", "en"),
     ("Гравець зростом 198 см прийшов у 2020 році з Києва.", "uk"),
     ("6-foot-6", "198 см", "ft")),
    (("The player, 6 feet 10 inches tall, joined in 2020 from Kyiv.", "en"),
     ("Гравець зростом 208 см прийшов у 2020 році з Києва.", "uk"),
     ("6 feet 10 inches", "208 см", "ft")),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "expected"), CONVERTED)
def test_a_conversion_is_called_one(a, b, expected):
    differ, (mark,) = number_marks(Passage(*a), Passage(*b))
    assert (differ, mark.a, mark.b, mark.counted) == ((), *expected)


def test_inches_after_feet_are_of_the_same_length_and_nothing_else_is():
    text = "A 6-foot-6 player, 25, passed a 20-foot-30-foot wall and 7 feet 5 people."
    found = quantities(text, "en")
    assert [x.text for x in found] == ["6-foot-6", "25", "20-foot", "30-foot", "7 feet", "5"]
    assert found[0].value == Decimal("6.5")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A grant of $22K, raised €5m and US$3.5M.", ["22000", "5000000", "3500000"]),
        ("Lost 2bn people and 22k users.", ["2000000000", "22000"]),
        ("A 5K screen, a 10k run, a 50k race, a Motorola 68k computer.", ["5", "10", "50", "68"]),
        ("The $22Kb of a 137m span and 512M of RAM.", ["22", "137", "512"]),
    ],
)
def test_a_letter_glued_to_money_or_to_many_is_a_scale(text, said):
    assert [x.key for x in quantities(text, "en")] == said


def test_each_day_of_the_week_passes_the_quick_look():
    days = (
        "понеділок вівторка середу четвер п’ятницю суботи неділя понедельника вторник среду четверга"
        " пятницы субботу воскресенья Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
    )
    for day in days.split():
        assert (may_name_weekday(day), WEEKDAY.search(day) is not None) == (True, True), day
