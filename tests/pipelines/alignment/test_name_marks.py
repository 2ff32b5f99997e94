"""Towns and persons that stand in each other's place; all texts are invented."""

import pytest

from archive.format.marks import Contradiction
from pipelines.alignment.marks.name_marks import are_both_said, name_marks, places_in
from pipelines.alignment.marks.number_marks import Passage
from pipelines.similarity.lexicon import organisations_in

DIFFER = [
    # the town that places.txt does not have stands as a town does
    (("Гуртожиток у Лозовій розібрали рятувальники.", "uk"),
     ("Rescuers cleared the dormitory in Izium.", "en"), ("Лозовій", "Izium", "place")),
    (("В ремонт моста у Полтаві вклали місяць, каже Левченко.", "uk"),
     ("На ремонт моста в Черкассах ушёл месяц, говорит Левченко.", "ru"), ("Полтаві", "Черкассах", "place")),
    (("Вона дихає сама, – розповів лікар Максим Овечко.", "uk"),
     ("She breathes on her own, said doctor Viktor Yevtushenko.", "en"),
     ("Максим Овечко", "Viktor Yevtushenko", "person")),
    (("У Вознесенську чоловік визнав провину.", "uk"), ("В Первомайске мужчина признал вину.", "ru"),
     ("Вознесенську", "Первомайске", "place")),
    # who says the only quotation, of whom the text may tell no given name
    (("«Ми чекали на воду три довгі тижні», – сказав Бойчук.", "uk"),
     ("“We waited three long weeks for water,” Sydorenko said. Deputy governor Olena Rak agreed.", "en"),
     ("Бойчук", "Sydorenko", "person")),
    # declined: a given name, and a town that ends as an adjective does
    (("Суд продовжив арешт Олени Скрипник до січня.", "uk"),
     ("The court extended the arrest of Nataliia Bondar until January.", "en"),
     ("Олени Скрипник", "Nataliia Bondar", "person")),
    (("Автобус їхав із Полтави, на околиці Кременчука з’їхав у кювет.", "uk"),
     ("Автобус из Полтавы съехал в кювет на окраине Краматорска.", "ru"),
     ("Кременчука", "Краматорска", "place")),
    # a surname is no region, nor is a given name a word
    (("Про це заявив голова профспілки Михайло Волинець.", "uk"),
     ("It was said by minister Artem Nekrasov.", "en"), ("Михайло Волинець", "Artem Nekrasov", "person")),
    (("Радіє тренер господарів Мирон Маркевич.", "uk"), ("Рад миру тренер гостей Руслан Ротань.", "ru"),
     ("Мирон Маркевич", "Руслан Ротань", "person")),
    (("Про світло в басейні мовчить тренерка Світлана Юрченко.", "uk"),
     ("В бассейне выключают свет, молчит тренер Алина Шевчук.", "ru"),
     ("Світлана Юрченко", "Алина Шевчук", "person")),
    (("Румунія відправила до кордону патруль.", "uk"), ("Bulgaria sent a patrol to the border.", "en"),
     ("Румунія", "Bulgaria", "country")),
    (("Лікарню відкрив посол Данії Нільс Петерсен.", "uk"),
     ("Больницу открыл посол Норвегии Нильс Петерсен.", "ru"), ("Данії", "Норвегии", "country")),
    (("Польські водії перекрили рух.", "uk"), ("Словацкие водители перекрыли движение.", "ru"),
     ("Польські", "Словацкие", "country")),
    (("Люди вийшли на марш у Мадриді, каже поліція Іспанії.", "uk"),
     ("People marched in Seville, say police of Spain.", "en"), ("Мадриді", "Seville", "place")),
    # after a name, and at the beginning of a sentence
    (("Староста Селятина Ганна Бойчук просить дров.", "uk"),
     ("Petro Sydorenko, head of Seliatyn, asks for firewood.", "en"),
     ("Ганна Бойчук", "Petro Sydorenko", "person")),
    # of two full names, whatever else is named
    (("Генерал Олександр Бойчук провів два дні на Лиманському напрямку.", "uk"),
     ("Petro Sydorenko, a general of Ukraine, spent two days on the Lyman front.", "en"),
     ("Олександр Бойчук", "Petro Sydorenko", "person")),
    (("У НАБУ оголосили про підозру.", "uk"), ("The SBI announced a suspicion.", "en"),
     ("НАБУ", "SBI", "organisation")),
    (("Міністерство оборони не відповіло.", "uk"), ("Министерство юстиции не ответило.", "ru"),
     ("Міністерство оборони", "Министерство юстиции", "organisation")),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "mark"), DIFFER)
def test_two_names_at_one_place_contradict_each_other(a, b, mark):
    (found,) = name_marks(Passage(*a), Passage(*b))
    assert (found.a, found.b, found.counted) == mark
    (turned,) = name_marks(Passage(*b), Passage(*a))
    assert (turned.b, turned.a, turned.counted) == mark


SAME = [
    # of other persons, besides
    (("Румунія відправила патруль, каже Кравчук.", "uk"), ("Bulgaria sent a patrol, says Petrenko.", "en")),
    (("Італія повернула грекам фрагмент.", "uk"), ("Rome returned a fragment to Greece.", "en")),
    # a name that begins like a country
    (("Kiprotoh of Kenya came first.", "en"), ("Первым пришел кениец Кипрото.", "ru")),
    # a capital for its country, an adjective, an inhabitant, one of two countries
    (("Прем'єр Франції прилетів до Берліна.", "uk"), ("Macron has arrived in Germany.", "en")),
    (("Румунський патруль вирушив до кордону.", "uk"), ("Bulgaria sent a patrol to the border.", "en")),
    (("Затримали двох румунів, каже поліція.", "uk"), ("Two men from Bulgaria are held, police say.", "en")),
    (("Румунія та Угорщина відправили патруль.", "uk"), ("Bulgaria sent a patrol.", "en")),
    (("Шотландія відправила патруль.", "uk"), ("Britain sent a patrol.", "en")),
    # the Fed is a central bank; a ministry speaks for its army; who is not WHO; both name two
    (("ФРС знизила ставку.", "uk"), ("The central bank lowered its rate.", "en")),
    (("Генштаб повідомив про удар.", "uk"), ("The Defence Ministry reported a strike.", "en")),
    (("Про це пише ЮНЕСКО, яка відкрила школу.", "uk"), ("UNESCO says who opened the school.", "en")),
    (("НАБУ та САП оголосили про підозру.", "uk"), ("The SBI announced a suspicion.", "en")),
    (("Міністр юстиції США закрив справу.", "uk"), ("The US Attorney General closed the case.", "en")),
    # of other persons, besides
    (("У НАБУ оголосили, каже Кравчук.", "uk"), ("The SBI announced it, says Petrenko.", "en")),
    # a region, and a town or a village there
    (("Міст в Ізмаїлі закрили, каже Левченко.", "uk"),
     ("The bridge in Odesa region is closed, says Levchenko.", "en")),
    (("Міст на Одещині закрили, каже Левченко.", "uk"),
     ("The bridge in Izmail is closed, says Levchenko.", "en")),
    (("Утікача зі львівського суду знайшли у Винниках.", "uk"),
     ("The fugitive of a court in Lviv was caught in Vynnyky.", "en")),
    (("Злодій втік із полтавського суду, знайшли його у Рясному.", "uk"),
     ("A thief fled a court in Poltava and was caught at an aunt's.", "en")),
    (("Гуртожиток у Лозівському районі розібрали.", "uk"), ("The dormitory in Izium was cleared.", "en")),
    (("У Вознесенську область закрили.", "uk"), ("В Первомайске закрыли.", "ru")),
    # towns as no list spells them: each is in both texts
    (("Марʼїнка, Баришпіль, Гуляйполе.", "uk"), ("Maryinka, Boryspil, Huliajpole.", "en")),
    # an adjective
    (("Краматорська лікарня у Полтаві.", "uk"), ("A hospital from Kherson, now in Poltava.", "en")),
    # a country, and its town; a word of another language
    (("Суд у Гаазі відклав справу.", "uk"), ("The court in Holland put the case off.", "en")),
    (("Газета пише «под Киевом» про район.", "uk"), ("The paper writes “near Kyiv” of it.", "en")),
    (("«Ми чекали на воду три довгі тижні», – сказав Двейн Уейд.", "uk"),
     ("“We waited three long weeks for water,” Mike Wade said.", "en")),
    # each is in both texts, whoever speaks
    (("«Ми чекали на воду три довгі тижні», – сказав Бойчук. Поруч мовчав Сидоренко.", "uk"),
     ("“We waited three long weeks for water,” Sydorenko said. Beside him Boichuk was silent.", "en")),
    # of two speakers nobody knows whom the third stands for
    (("«Ми чекали три довгі тижні», – сказав Бойчук. «Води так і нема в домі», – додав Сидоренко.", "uk"),
     ("“We waited three long weeks for water,” Kravets said.", "en")),
    # names as they sound, and as they are declined
    (("Посаду дістав Майкл Дауні.", "uk"), ("The post went to Michael Downey.", "en")),
    (("За роботу з Нилом Волфельдом.", "uk"), ("For work with Neal Walfield.", "en")),
    # a grove is no person
    (("Ганна Бойчук їде у Зелений Ставок.", "uk"), ("Hanna Boichuk goes to Pine Hollow.", "en")),
    # two names more on one side: who stands for whom is unknown
    (("Лікар Максим Овечко мовчить.", "uk"),
     ("Doctor Viktor Yevtushenko and Dana Brunetti of Sheffield are silent.", "en")),
    (("Виставка їде з Полтави, далі Львів.", "uk"), ("The show goes from Cherkasy to Lutsk.", "en")),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b"), SAME)
def test_what_may_be_one_name_contradicts_nothing(a, b):
    assert name_marks(Passage(*a), Passage(*b)) == ()
    assert name_marks(Passage(*b), Passage(*a)) == ()


@pytest.mark.parametrize("more", [" Рак" * 100, " Р" + "а" * 100])
def test_nothing_is_said_of_a_list_of_names_or_of_what_is_too_long_for_a_name(more):
    """Each would be held against each of the other text: a thousand took a minute."""
    uk, en = ("Гуртожиток у Лозовій розібрали.", "The dormitory in Izium was cleared.")
    assert len(name_marks(Passage(uk, "uk"), Passage(en, "en"))) == 1
    assert name_marks(Passage(uk + more, "uk"), Passage(en, "en")) == ()
    assert name_marks(Passage(en, "en"), Passage(uk + more, "uk")) == ()


def test_nobody_is_the_speaker_of_a_paragraph_with_many_quotations():
    uk, en = "«Ми чекали на воду три довгі тижні», – сказав Бойчук. ", "“We waited for water,” Kravets said."
    assert len(name_marks(Passage(uk * 20, "uk"), Passage(en, "en"))) == 1
    assert name_marks(Passage(uk * 21, "uk"), Passage(en, "en")) == ()


WHOLE = "Україна й Німеччина домовилися. "


@pytest.mark.parametrize(("further", "both"), [(WHOLE, True), ("", False), ("Україна домовилася. ", False)])
def test_two_capitals_may_stand_for_countries_that_the_other_text_names(further, both):
    uk = f"{further}Пісторіус прилетів до Києва, де пообіцяв Patriot."
    en = "Berlin promises Patriots, said Pistorius in the Ukrainian capital."
    mark = Contradiction("Києва", "Berlin", "place", 0.93)
    assert are_both_said(mark, ("uk", places_in(uk, "uk")), ("en", places_in(en, "en"))) == both


@pytest.mark.parametrize(("further", "both"), [("Поліція каже те саме.", True), ("", False)])
def test_organisations_that_both_texts_name_contradict_nothing(further, both):
    uk = f"Прокурори оголосили про підозру. {further}"
    en = "Police announced a suspicion. Prosecutors wait."
    mark = Contradiction("Прокурори", "Police", "organisation", 0.93)
    assert are_both_said(mark, ("uk", places_in(uk, "uk")), ("en", places_in(en, "en"))) == both


def test_organisations_of_another_language_are_not_known():
    assert [*organisations_in("НАТО", "uk").values()] == ["НАТО"]
    assert organisations_in("NATO", "pl") == {}


def test_a_word_too_long_for_a_name_is_no_country():
    passage = Passage("Україн" + "а" * 100_000 + " каже.", "uk")
    assert name_marks(passage, Passage("Italy says.", "en")) == ()
    assert len(name_marks(Passage("Україна каже.", "uk"), Passage("Italy says.", "en"))) == 1
