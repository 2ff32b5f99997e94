"""The words of bylines in three languages: what stands before, after and instead of a name."""

from __future__ import annotations

import re

PREFIX = re.compile(
    r"""^(?:
      (?:(?:інтерв['ʼ’`]?ю|интервью|розмову|беседу|матеріал|материал|репортаж|текст)\s+)?
      (?:підготува(?:в|ла|ли)|редагува(?:в|ла|ли)|редактирова(?:л|ла)|вів|вела|вели|в[её]л|підготовка|подготови(?:л|ла|ли)|подготовка|написа(?:в|ла|л|ли)|записа(?:в|ла|л|ли)
      |разговарива(?:л|ла|ли)|пров(?:ів|ела|ели)|вз(?:яв|яла|яли|ял)|розмовля(?:в|ла|ли)|спілкува(?:вся|лася|лися)|беседова(?:л|ла|ли)|опублікува(?:в|ла)|опубліковано|опубликовано
      |опубликова(?:л|ла)|перекла(?:в|ла)|переве(?:л|ла)|додав|додала)(?:\s+(?:текст|матеріал|материал))?
    | автор(?:и|ы|ка|ки)?(?:\s+(?:та|і|и)\s+фото(?:граф)?)?(?:\s+(?:статті|статьи|тексту|текста
      |матеріалу|материала
      |публікації|публикации|новини|новости|фото))?
    | текст(?:\s*(?:,|і|та|и)\s*фото)? | журналіст(?:ка|ки|и)? | журналист(?:ка|ы)? | кореспондент(?:ка)?
    | корреспондент | (?:шеф-)?редактор(?:ка)?
    | (?:спеціально|специально)\s+для\s+[«\"]?[\w'’ʼ`-]+[»\"]?
    | (?:переклад|перевод|интервью|інтерв['ʼ’`]ю|розмова|беседа|репортаж|матеріал|материал|колонка|блог
      |стаття|статья|огляд|обзор|думка|мнение|ведуч(?:ий|а)|ведущ(?:ий|ая))(?=\s*[:—–])
    | (?:story|written|reported|reporting|posted|published|edited|translated|interview(?:ed)?|words|text
      |analysis|photos?|review|opinion)
      \s+(?:and\s+\w+\s+)?by
    | (?:with\s+)?(?:additional\s+)?[a-z]+(?:-[a-z]+)?\s+by | special\s+to\s+(?:the\s+)?\S+(?:\s+\S+)?\s+by
    | над\s+(?:матеріалом|материалом|текстом)\s+(?:працюва(?:в|ла|ли)|работа(?:л|ла|ли))
    | by | authors?(?:\(s\))? | text | words | reporter | prepared\s+by | from
    | guest\s+post\s+by
    )(?:\s*[:：—–|]\s*|\s+-\s+|\s+|$)""",
    re.IGNORECASE | re.VERBOSE,
)
TAIL = re.compile(
    r"""\s*(?:
      [|•·].*
    | \s[—–-]\s.*
    | \(.*
    | (?:@|https?://|www\.)\S*.*
    | ,?\s*\d{1,2}[./:\s].*
    | \s(?:[Uu]pdated|[Pp]ublished|[Pp]osted|[Оо]новлено|[Оо]бновлено)\b.*
    | \son\s.*
    | \s(?:for|at|in|from|для|из|з)\s+(?=[A-ZА-ЯІЇЄҐ«"]).*
    )$""",
    re.VERBOSE,
)
ROLES = re.compile(
    r"""(?:^|\s)(?:
      головн\w+|главн\w+|шеф-?редактор\w*|редактор\w*|журналіст\w*|журналист\w*|кореспондент\w*|корреспондент\w*|оглядач\w*
    |обозревател\w*|фотограф\w*|блогер\w*|колумніст\w*|колумнист\w*|експерт\w*|эксперт\w*|аналітик\w*|аналитик\w*|політолог\w*
    |политолог\w*|керівник\w*|директор\w*|депутат\w*|автор\w*|стажист\w*|юрист\w*|адвокат\w*|професор\w*|профессор\w*|народн\w+
    |випусков\w+|спеціальн\w+|специальн\w+|власн\w+|собственн\w+|міжнародн\w+|політичн\w+|економічн\w+
    |editor\w*|reporter\w*|correspondent\w*|columnist\w*|journalist\w*|contributor\w*|writer\w*|photographer\w*|analyst\w*
    |senior|chief|staff|deputy|managing|executive|producer\w*|freelance\w*|political|business|technology|science|author\w*
    |special|foreign|national|international|diplomatic|economics?|sports?|health|culture|features?|guest|opinion|professor|defen[cs]e|security|crime|education|environment|climate|energy|transport|legal|affairs
    |investigations?|data|europe|world|war|culture
    )(?=\s|$|,)""",
    re.IGNORECASE | re.VERBOSE,
)
ORGANISATIONS = re.compile(
    r"""(?:^|[\s«"'(.-])(?:
      агентств\w*|редакці\w*|редакци\w*|видання|издание|канал\w*|тв|радіо|радио|новини|новости|газет\w*|журнал|медіа|медиа|центр\w*
    |інститут\w*|институт\w*|служб\w*|команд\w*|пресс?-?\w*|фонд\w*|медіагруп\w*|медиагрупп\w*|холдинг\w*|компані\w*|компани\w*|українськ\w+|украинск\w+
    |інформаційн\w*|информационн\w*|правда|интерфакс|інтерфакс\w*
    |укрінформ|укринформ|уніан|униан|риа|ріа|тасс|ліга|лига|суспільне|рбк\w*|громадськ\w*|адмін\w*|админ\w*|модератор|гість|гость
    |неізвест\w*|неизвестн\w*|невідом\w*|корреспонденты|наш\w*|відділ\w*|отдел\w*|бюро|стрічка|лента|версия|міністерств\w*|офіс\w*|офис\w*|збройн\w+|вооруж[её]нн\w+|сил[иы]|генштаб\w*|верховн\w+|кабінет\w*|кабинет\w*
    |комітет\w*|комитет\w*|парламент\w*|поліці\w+|полици\w+|прокуратур\w*|посольств\w*|настоящее|свобода|голос|реклам\w*
    |партн[её]р\w*|спонсор\w*
    |министерств\w*|університет\w*|университет\w*|рада|совет|україна|украина|киев|київ|медиапроект|видавництво|букви|бабель
    |news\w*|newsroom|welle|sponsored|advert\w*|content|partners?|police|parliament|forces|embassy|committee|desk|team|agency|agencies|press|media|magazine|times|post|journal|gazette|tribune|herald|guardian|daily
    |weekly|bureau|channel|tv|radio|online|network|group|center|centre|institute|university|foundation|association|inc|ltd|llc
    |corp|company|reuters|afp|ap|bbc|cnn|dw|unian|ukrinform|tass|rt|sputnik|interfax|rfe|rl|voa|euronews|admin\w*|webmaster|editorial
    |anonymous|unknown|user|guest|support|wires?|services?|department|ministry|office|council|board|reporters|correspondents|writers
    |editors|contributors|ukraine|kyiv|russia|today|world|official|club|blog|website|com|net|org|info|ua|ru|www|the|wire|review|report
    |digital|live|studio|channels?|pravda|hromadske|insider|portal|publisher|publishing|staff|associated|agence|tech|sport|sports
    )(?=$|[\s»"'),.:-])""",
    re.IGNORECASE | re.VERBOSE,
)
JUNK = re.compile(
    r"[0-9@#=<>{}\[\]_\\/*+%$€?!;:]|(?:^|\W)(?:http|javascript|null|undefined|none|n/a|share|save|follow|subscribe|comments?|print|read)(?:\W|$)",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"https?:|www\.|\w\.(?:com|net|org|info)\b", re.IGNORECASE)
AND = r"\s+(?:та|і|й|и|and|with|und|et|y)\s+|\s*&\s*"
SPLIT = re.compile(
    rf"\.\s+(?=(?:фото|текст|photos?|text|words|відео|видео|video)\b)"
    rf"|\s*[,;/|•·]\s*(?:(?:та|і|й|и|and|&)\s+)?|\s{{3,}}|\n|{AND}",
    re.IGNORECASE,
)
PHOTO = re.compile(
    r"(?:фото(?:граф)?|photo(?:s|graphs?|graphy)?(?: by)?|(?:editing|illustrations?|graphics?|design) by"
    r"|відео|видео|video)\b(?!\s+(?:та|і|и|and)\b)",
    re.IGNORECASE,
)
FEMININE = re.compile(r"(?:ова|ева|єва|іна|ина|ська|цька|ская|цкая|а|я)$")
PARTICLES = {"von", "van", "der", "den", "de", "la", "le", "di", "da", "del", "dos", "al", "el",
              "bin", "ben", "ibn", "ter",
              "фон", "ван", "де", "дер", "ла", "ді", "ди", "ль", "оглы", "огли", "кызы", "st.",
              "mc", "abu", "abd", "bint"}  # fmt: skip
NAME_WORD = re.compile(r"[^\W\d_][^\W\d_'’ʼ`´.‐-]*(?:['’ʼ`´.‐-]+[^\W\d_]*)*\.?")
TITLE = re.compile(
    r"(?:dr|prof|professor|mr|mrs|ms|sir|доктор|докторка|проф|професор|професорка|профессор|д-р|пан|пані)\b\.?\s+",
    re.IGNORECASE,
)
NOBODY = re.compile(
    r"(?:^|\W)(?:admin\w*|webmaster|anonymous|unknown|user|guest|support|agenc(?:y|ies)|адмін\w*|админ\w*|модератор|гість"
    r"|гость|невідом\w*|неизвестн\w*|наш\w*|реклам\w*|advert\w*|sponsored)(?:$|\W)",
    re.IGNORECASE,
)
"""What is an organisation only to ORGANISATIONS: no credit to give."""
NOT_A_NAME = re.compile(
    r"(?:колонка|переклад|перевод|блог|стаття|статья|матеріал|материал|репортаж|огляд|обзор|думка|мнение|текст|відео|видео"
    r"|джерело|источник|новини|новости|рубрика|read|view|more|see|all|latest|top|breaking)\b",
    re.IGNORECASE,
)
"""How lines begin that no colon makes a prefix: what follows is in the genitive, or no person."""
