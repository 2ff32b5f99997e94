"""The words around the stories: what the newsroom prints on every page of a language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    home: str
    outlet: str
    html_lang: str
    og_locale: str
    label: str
    """In the switcher above a headline; `ua` as the outlets print it."""
    menu_label: str
    author: str
    and_: str
    also: str
    share: str
    copied: str
    subscribe: str
    tags: str
    cookies: str
    accept: str
    related: str
    footer: str
    corrected: str
    sections: tuple[tuple[str, str], ...]

    def section(self, key: str) -> str:
        return dict(self.sections)[key]


UK = Wording(
    home="/ukr/",
    outlet="Вербогірський кур’єр",
    html_lang="uk",
    og_locale="uk_UA",
    label="ua",
    menu_label="УКР",
    author="Автор",
    and_="та",
    also="Читайте також",
    share="Поділитися у Facebook Поділитися у Telegram Копіювати посилання",
    copied="Посилання скопійовано",
    subscribe="Підпишіться на нашу розсилку, щоб щоранку отримувати головне.",
    tags="Теги",
    cookies="Ми використовуємо файли cookie, щоб сайт працював краще.",
    accept="Погоджуюся",
    related="Новини за темою",
    footer="© 2026 «Вербогірський кур’єр». Передрук лише з посиланням на першоджерело.",
    corrected="Оновлено",
    sections=(
        ("council", "Міська рада"), ("court", "Суд"), ("culture", "Культура"), ("economy", "Економіка"),
        ("energy", "Енергетика"), ("health", "Здоров’я"), ("nature", "Довкілля"), ("science", "Наука"),
        ("sport", "Спорт"), ("transport", "Транспорт"), ("weather", "Погода"),
    ),
)  # fmt: skip
EN = Wording(
    home="/eng/",
    outlet="Verbohirsk Courier",
    html_lang="en",
    og_locale="en_GB",
    label="en",
    menu_label="ENG",
    author="Author",
    and_="and",
    also="Read also",
    share="Share on Facebook Share on Telegram Copy link",
    # The share script is shared by the editions and speaks Ukrainian in all of them, as on a real outlet.
    copied=UK.copied,
    subscribe="Subscribe to our newsletter and get the main stories every morning.",
    tags="Tags",
    cookies="We use cookies to make this site work better.",
    accept="I agree",
    related="Related news",
    footer="© 2026 Verbohirsk Courier. Republication only with a link to the source.",
    corrected="Updated",
    sections=(
        ("council", "City council"), ("court", "Court"), ("culture", "Culture"), ("economy", "Economy"),
        ("energy", "Energy"), ("health", "Health"), ("nature", "Environment"), ("science", "Science"),
        ("sport", "Sport"), ("transport", "Transport"), ("weather", "Weather"),
    ),
)  # fmt: skip
RU = Wording(
    home="/rus/",
    outlet="Вербогорский курьер",
    html_lang="ru",
    og_locale="ru_UA",
    label="ru",
    menu_label="РУС",
    author="Автор",
    and_="и",
    also="Читайте также",
    share="Поделиться в Facebook Поделиться в Telegram Скопировать ссылку",
    copied=UK.copied,
    subscribe="Подпишитесь на нашу рассылку, чтобы каждое утро получать главное.",
    tags="Теги",
    cookies="Мы используем файлы cookie, чтобы сайт работал лучше.",
    accept="Согласен",
    related="Новости по теме",
    footer="© 2026 «Вербогорский курьер». Перепечатка только со ссылкой на первоисточник.",
    corrected="Обновлено",
    sections=(
        ("council", "Городской совет"), ("court", "Суд"), ("culture", "Культура"), ("economy", "Экономика"),
        ("energy", "Энергетика"), ("health", "Здоровье"), ("nature", "Экология"), ("science", "Наука"),
        ("sport", "Спорт"), ("transport", "Транспорт"), ("weather", "Погода"),
    ),
)  # fmt: skip

WORDING = {"uk": UK, "en": EN, "ru": RU}
