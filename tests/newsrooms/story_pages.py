"""Pages of one invented story in three languages, in the plain structure most outlets share."""

from __future__ import annotations

import html
from dataclasses import dataclass

HEADLINES = {
    "uk": "У Калинівці відкрили міст через Снивід після чотирьох років ремонту",
    "en": "Kalynivka opens its bridge over the Snyvid after four years of repairs",
    "ru": "В Калиновке открыли мост через Снивод после четырёх лет ремонта",
    "be": "У Калінаўцы адкрылі мост праз раку пасля чатырох гадоў рамонту",
}
# ruff: noqa: E501 - prose
PARAGRAPHS = {
    "uk": [
        "Міст через річку Снивід у Калинівці відкрили для руху у вівторок зранку. Роботи тривали чотири роки й "
        "коштували громаді 38 мільйонів гривень, повідомила міська голова Оксана Ткачук.",
        "За її словами, першими на міст заїхали два шкільні автобуси. Досі діти з лівого берега добиралися до "
        "школи об’їзною дорогою, і шлях забирав понад сорок хвилин замість десяти.",
        "Інженер Роман Білик пояснив, що опори зміцнили, а полотно розширили до дев’яти метрів. Наступного "
        "року тут з’являться доріжки для велосипедистів та нове освітлення.",
    ],
    "en": [
        "The bridge over the Snyvid river in Kalynivka opened to traffic on Tuesday morning. The work took four "
        "years and cost the town 38 million hryvnias, its mayor Oksana Tkachuk said.",
        "Two school buses were the first to drive across, she said. Until now children from the left bank had "
        "to take the bypass, and the way took more than forty minutes instead of ten.",
        "The engineer Roman Bilyk explained that the piers had been strengthened and the deck widened to nine "
        "metres. Cycle lanes and new lighting are to follow next year.",
    ],
    "ru": [
        "Мост через реку Снивод в Калиновке открыли для движения во вторник утром. Работы длились четыре года "
        "и обошлись громаде в 38 миллионов гривен, сообщила городской голова Оксана Ткачук.",
        "По её словам, первыми на мост въехали два школьных автобуса. До сих пор дети с левого берега "
        "добирались до школы по объездной дороге, и путь занимал больше сорока минут вместо десяти.",
        "Инженер Роман Билык объяснил, что опоры укрепили, а полотно расширили до девяти метров. В следующем "
        "году здесь появятся дорожки для велосипедистов и новое освещение.",
    ],
    "be": [
        "Мост праз раку ў Калінаўцы адкрылі для руху ў аўторак раніцай. Работы доўжыліся чатыры гады і каштавалі "
        "гораду 38 мільёнаў, паведаміла старшыня Аксана Ткачук.",
        "Паводле яе слоў, першымі на мост заехалі два школьныя аўтобусы. Дагэтуль дзеці з левага берага дабіраліся "
        "да школы аб’язной дарогай, і шлях займаў больш за сорак хвілін замест дзесяці.",
        "Інжынер Раман Білык растлумачыў, што апоры ўмацавалі, а палатно пашырылі да дзевяці метраў. У наступным "
        "годзе тут з’явяцца дарожкі для веласіпедыстаў і новае асвятленне.",
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """One variant; `hreflang` and `switcher` are (tag or label, address) pairs."""

    language: str
    html_lang: str | None = None
    hreflang: tuple[tuple[str, str], ...] = ()
    switcher: tuple[tuple[str, str], ...] = ()
    canonical: str | None = None
    headline: str | None = None
    paragraphs: tuple[str, ...] | None = None
    published: str = "2026-03-17T09:20:00+02:00"

    def render(self) -> str:
        headline = html.escape(self.headline if self.headline is not None else HEADLINES[self.language])
        paragraphs = self.paragraphs if self.paragraphs is not None else tuple(PARAGRAPHS[self.language])
        links = "".join(f'<link rel="alternate" hreflang="{tag}" href="{url}">' for tag, url in self.hreflang)
        if self.canonical:
            links += f'<link rel="canonical" href="{self.canonical}">'
        labels = " ".join(f'<a href="{url}">{label}</a>' for label, url in self.switcher)
        body = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs)
        return (
            f'<!doctype html><html lang="{self.html_lang or self.language}"><head><meta charset="utf-8">'
            f"<title>{headline}</title>{links}"
            f'<meta property="article:published_time" content="{self.published}"></head><body>'
            f'<header><nav><a href="/">Вісник</a></nav><div class="languages">{labels}</div></header>'
            f"<main><article><h1>{headline}</h1>{body}</article></main>"
            "<footer>Вісник Калинівки, 2026</footer></body></html>"
        )
