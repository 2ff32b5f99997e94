"""Addresses of each outlet: articles, pages that are none, and variants known to be of one story.

Real ones where one was found whole; where a source gave only its beginning, the rest is made up in its form.
"""

# ruff: noqa: E501 - addresses
from __future__ import annotations

ARTICLES: dict[str, list[str]] = {
    "rbc": [
        "https://www.rbc.ua/rus/news/fifa-oshtrafuvala-zbirnu-serbiyi-cherez-prapor-1670535593.html",
        "https://www.rbc.ua/ukr/news/dnipri-povidomili-vibuh-1669456054.html",
        "https://www.rbc.ua/ukr/news/katar-vryatue-peregovori-ssha-ta-iranu-vens-1778281213.html",
        "https://www.rbc.ua/rus/news/putina-obrazilisya-dozvil-zelenskogo-provesti-1778272356.html",
        "https://newsukraine.rbc.ua/news/deadly-kramatorsk-bus-strike-claims-30-lives-1791455240.html",
        "https://www.rbc.ua/ukr/news/sport/matchi-tizhnya-12122013115700",
    ],
    "pravda": [
        "https://www.pravda.com.ua/rus/articles/2026/01/08/8015225/",
        "https://www.pravda.com.ua/eng/news/2026/09/30/8055875/",
        "https://www.pravda.com.ua/news/2023/11/09/7427919/",
        "https://www.pravda.com.ua/news/2023/09/1/7417919/",
    ],
    "eurointegration": [
        "https://www.eurointegration.com.ua/news/2023/11/8/7173167/",
        "https://www.eurointegration.com.ua/eng/news/2022/07/5/7142607/",
        "https://www.eurointegration.com.ua/articles/2024/03/21/7182170/",
    ],
    "epravda": [
        "https://epravda.com.ua/tehnologiji/yak-v-ukrajini-diyatimut-limiti-dlya-gravciv-azartnih-igor-813313/",
        "https://epravda.com.ua/rus/tehnologiji/kak-v-ukraine-budut-deystvovat-limity-dlya-igrokov-azartnyh-igr-813313/",
        "https://www.epravda.com.ua/news/2023/11/09/706453/",
    ],
    "ukrinform": [
        "https://www.ukrinform.net/rubric-ato/4172513-zelensky-strike-on-yandex-data-center.html",
        "https://www.ukrinform.ru/rubric-kyiv/3103218-policia-napravila-delo-minera-stolicnogo-metro-v-sud.html",
        "https://www.ukrinform.ua/rubric-kyiv/2630581-zavtra-obmezat-ruh.html",
    ],
    "unian": [
        "https://www.unian.ua/lite/kino/10736790-krashchi-filmi-2019-top-kinoprem-yer.html",
        "https://www.unian.ua/war/donbas-u-dnipri-likari-ryatuyut-sapera-yakiy-pidirvavsya-na-donbasi-video-novini-dnipra-11162807.html",
        "https://www.unian.net/war/novosti-dnepra-rossiya-udarila-po-gorodu-raketami-12060432.html",
        "https://www.unian.ua/pogoda/news/pogoda-na-zavtra-doshchi-ta-poholodannya-sinoptik-11162597.html",
    ],
    "interfax": [
        "https://en.interfax.com.ua/news/economic/1205195.html",
        "https://interfax.com.ua/news/general/577707.html",
        "https://ru.interfax.com.ua/news/general/577708.html",
    ],
    "liga": [
        "https://biz.liga.net/en/agriculture/opinion/an-agricultural-breakthrough-despite-setbacks",
        "https://biz.liga.net/en/all/prodovolstvie/novosti/russian-attack-destroys-dutch-agrico-potato-storage",
        "https://biz.liga.net/ua/all/fmcg/novosti/beb-merezha-mahazyniv",
        "https://news.liga.net/en/war/news/we-always-respond-in-kind-zelenskyy-confirmed-the-strike",
        "https://www.liga.net/ua/politics/articles/izbavitsya-ot-gundyaeva",
        "https://news.liga.net/society/news/ukraina-v-den-mestnyh-vyborov-pereydet-na-zimnee-vremya-kuda-perevodit-strelki",
        "http://news.liga.net/news/politics/587390-sud_zapretil_stavit_palatki_pod_koloniey_gde_sidit_timoshenko.htm",
    ],
    "nv": [
        "https://nv.ua/ukr/ukraine/events/yak-biyci-sso-znishchili-tank-50320017.html",
        "https://nv.ua/ukraine/events/v-dnepre-razdalsya-vzryv-50286816.html",
        "https://english.nv.ua/russian-war/defense-advisor-50622668.html",
    ],
    "censor": [
        "https://censor.net/biz/resonance/3589375/skilky-ukrayina-vytratyla-na-zahyst-energetyky",
        "https://censor.net/ua/news/3433606/zapuscheno_sayit_iz_vakansiyamy_u_zsu",
        "https://censor.net/ru/news/3380707/okkupatsionnaya_vlast",
        "https://censor.net/en/news/4024910/us-has-not-decided-on-patriot",
    ],
    "lb": [
        "https://lb.ua/blog/tetiana_bohdan/505515_byudzhetni_vidatki_2021_roku_zleti_i.html",
        "https://lb.ua/news/2024/02/16/598738_senat_kanadi_nabliziv_ratifikatsiyu.html",
        "https://en.lb.ua/news/2021/11/11/9100_scoop_day_zelenskyy.html",
    ],
    "zn": [
        "https://zn.ua/war/stolb-ohnja-vysotoj-v-desjatki-kilometrov.html",
        "https://zn.ua/SOCIUM/skromnoe_obayanie_ukrainskoy_semi.html",
        "https://zn.ua/UKRAINE/okkupanty-nanesli-raketnyj-udar-po-dnepru.html",
        "https://zn.ua/ukr/UKRAINE/okupanti-zavdali-raketnoho-udaru-po-dnipru.html",
        "http://news.dt.ua/HEALTH/dlya_ustanovleniya_diagnoza_u_semeynogo_vracha_budet_stol,_para_stuliev,_gradusnik_i_tonometr-92148.html",
    ],
    "hromadske": [
        "https://hromadske.ua/en/europa/271026-russian-frigate-fires-flares",
        "https://hromadske.ua/ru/voyna/255597-rossiya-atakovala-ukrainu-89-dronami",
        "https://hromadske.ua/svit/255883-v-universyteti-ssha-ziavytsia-tsilyy-kurs",
    ],
    "babel": [
        "https://babel.ua/en/news/94854-russia-submitted-a-statement",
        "https://babel.ua/ru/texts/77110-putin-nachal",
        "https://babel.ua/news/94854-rosiya-podala-zayavu",
    ],
    "suspilne": ["https://suspilne.media/1189924-nimeccina-zaproponuvala-10-punktnij-plan/"],
    "tsn": [
        "https://tsn.ua/ru/ato/udar-rossiyan-po-dnepru-2210311.html",
        "https://tsn.ua/en/ato/russia-deploys-elite-uav-units-2853032.html",
    ],
    "kanal24": [
        "https://24tv.ua/yak-venediktova-zahishhala-nardepa-vid-slugi-narodu_n1419177",
        "https://24tv.ua/ru/venediktova-zashhishhala-nardepa-ot-slugi-naroda_n1419214",
        "https://24tv.ua/ru/ataka-shahedov-16-sentjabrja-2026-goda_n3143369",
    ],
    "korrespondent": [
        "https://ua.korrespondent.net/ukraine/politics/4307691-kuleba-dyplomaty-rf",
        "https://korrespondent.net/world/4058023-lukashenko-lychno",
    ],
    "focus": [
        "https://focus.ua/uk/voennye-novosti/538259-nesmotria-na-protesty-putin",
        "https://focus.ua/voennye-novosti/538259-nesmotria-na-protesty-putin",
        "https://focus.ua/uk/digital/547231",
    ],
    "obozrevatel": [
        "https://eng.obozrevatel.com/section-war/news-diu-cyber-specialists-12-10-2026.html",
        "https://www.obozrevatel.com/ukr/politics-news/novina-dnya.htm",
    ],
    "unn": [
        "https://unn.ua/news/u-stavropol-skomu-krai-rf-horit-naftobaza-miscevi-vladi-vveli-rezhim-ns",
        "https://unn.ua/ru/news/v-stavropolskom-krae-gorit-neftebaza",
        "https://www.unn.com.ua/uk/news/1906059-parlament-moldovi-z-podachi-dodona-obmezhiv-povnovazhennya-sandu-sche-do-yiyi-inavguratsiyi",
        "https://www.unn.com.ua/ru/news/1906059-parlament-moldovi-z-podachi-dodona-obmezhiv-povnovazhennya-sandu-sche-do-yiyi-inavguratsiyi",
        "https://unn.ua/en/news/parliament-passes-the-budget",
    ],
    "zaxid": [
        "https://zaxid.net/u_lvovi_vidkrili_novu_shkolu_n1503302",
        "https://zaxid.net/news/showNews.do?u_lvovi&objectId=1503302",
    ],
    "bukvy": [
        "https://bukvy.org/en/poroshenko-accuses-authorities-of-falsifying-sanctions-decree/",
        "https://bukvy.org/poroshenko-zvynuvatyv-vladu-v-falsyfikatsiyi-ukazu-pro-sanktsiyi-verhovnyj-sud-vymagaye-dokazy-vid-uryadu/",
    ],
    "detector": ["https://detector.media/community/article/226025/2024-04-26-novyny-spilnoty/"],
    "imi": [
        "https://imi.org.ua/news/sergij-cherevatyj-ukrinform-boretsya-za-povernennya-do-bilogo-spysku-i65189",
        "https://imi.org.ua/monitorings/bilyj-spysok-imi-za-druge-pivrichchya-2025-roku-uvijshly-17-media",
        "https://imi.org.ua/en/monitorings/imis-high-quality-list-for-ii-half-of-2025",
    ],
    "president": [
        "https://www.president.gov.ua/en/news/rosiya-rozpochala-novu-vijskovu-operaciyu-proti-nashoyi-derz-73105",
        "https://www.president.gov.ua/news/rosiya-rozpochala-novu-vijskovu-operaciyu-proti-nashoyi-derz-73105",
    ],
    "kmu": [
        "https://www.kmu.gov.ua/en/news/minekonomiky-poperedno-otsiniuie-padinnia-vvp-v-2022-rotsi-na-rivni-304",
        "https://www.kmu.gov.ua/news/minekonomiky-poperedno-otsiniuie-padinnia-vvp-v-2022-rotsi-na-rivni-304",
    ],
    "bbc": [
        "https://www.bbc.com/news/articles/clymn8zyrp9o",
        "https://www.bbc.com/news/explainers-63159607",
        "https://www.bbc.com/news/world-us-canada-52241221",
        "https://www.bbc.com/news/newsbeat-50470672",
        "https://www.bbc.com/ukrainian/articles/clymn8zyrp9o",
        "https://www.bbc.com/russian/articles/c4g0pz8e5xro",
        "https://www.bbc.com/ukrainian/features-russian-53477115",
        "https://www.bbc.com/ukrainian/23340963",
    ],
    "dw": [
        "https://www.dw.com/uk/ukraina-podala-pozov-proty-rf/a-60931426",
        "https://www.dw.com/en/uncork-the-mystery-of-germanys-fr%C3%BChburgunder/a-16863843",
        "https://www.dw.com/de/ukrainische-gegenoffensive-ziele-chancen-risiken/a-65464327?maca=de-rss-de-all-1119-xml-mrss",
    ],
    "rferl": [
        "https://www.radiosvoboda.org/a/novyny-ukrayina/32915001.html",
        "https://www.svoboda.org/a/novostj/32915002.html",
        "https://www.rferl.org/a/ukraine-news/32915003.html",
        "https://ru.krymr.com/a/novostj-kryma/32915004.html",
        "https://ua.krymr.com/a/25309598.html",
        "https://ktat.krymr.com/a/32915005.html",
        "https://www.currenttime.tv/a/pow-exchange-completed/33423628.html",
        "https://www.svoboda.org/a/98843.html",
    ],
    "euronews": [
        "https://www.euronews.com/my-europe/2024/04/30/thousands-rally-in-georgia-in-support-of-russian-foreign-influence-law",
        "https://ru.euronews.com/my-europe/2024/04/30/georgia",
        "https://de.euronews.com/2026/01/06/russland-china-militareinsatz-venezuela",
        "https://de.euronews.com/kultur/2026/01/06/maduro-nike-trainingsanzug",
    ],
    "antac": [
        "https://antac.org.ua/news/shans-dlia-realnoi-sudovoi-reformy-rada-pidtrymala-ochyshchennia-vyshchoi-rady-pravosuddia/",
        "https://antac.org.ua/en/news/selection-of-sapo-head-stopped/",
    ],
    "bihus": ["https://bihus.info/yij-bulo-29-rokiv-bula-shhe-vagitnoyu/"],
    "chesno": ["https://www.chesno.org/post/6645/"],
    "espreso": [
        "https://espreso.tv/poglyad-shcho-tvoritsya-z-tsinami",
        "https://global.espreso.tv/russia-ukraine-war-what-is-inside-cheap-gerbera-drone",
        "https://ru.espreso.tv/biatlon-sostoyalas-pervaya-gonka-kubka-mira-v-novom-sezone",
        "https://espreso.tv/news/2020/03/25/vlasnyk_legendarnogo_futbolnogo_klubu",
    ],
    "kyivindependent": [
        "https://kyivindependent.com/fire-reported-at-oil-depot-in-russias-krasnodar-krai-amid-drone-attack/"
    ],
    "kyivpost": [
        "https://www.kyivpost.com/post/82580",
        "https://www.kyivpost.com/uk/post/17617",
        "https://www.kyivpost.com/analysis/53546",
        "https://www.kyivpost.com/opinion/63131",
    ],
    "nashigroshi": ["https://nashigroshi.org/2025/11/03/enerhoatom-za-19-mil-yoniv-zastrakhuvav/"],
    "novaya": [
        "https://novayagazeta.eu/articles/2024/02/22/dostupnoe-zakhvachennoe-zhile",
        "https://novayagazeta.eu/en/articles/2025/08/28/german-investigators-identify-all-suspects-en-news",
        "https://novayagazeta.eu/articles/2023/02/28/dead-end-en",
    ],
    "slovoidilo": [
        "https://www.slovoidilo.ua/2025/11/01/novyna/bezpeka/vnochi-moskva-opynylasya-udarom-bpla",
        "https://www.slovoidilo.ua/2025/11/02/pidsumky/desantna-operacziya-pokrovsku.-holovne-vyxidni",
        "https://ru.slovoidilo.ua/2022/11/30/novost/mir/rossijskoj-permi-gorit-krupnejshaya-tecz-foto-video",
    ],
    "texty": [
        "https://texty.org.ua/articles/116345/shcho-vidbuvayetsya-poblyzu-kupyanska/",
        "https://texty.org.ua/fragments/100954/ukrayina-proty-covid-19/",
    ],
    "tyzhden": ["https://tyzhden.ua/briussel-proty-tvitera-bahato-sliv-i-malo-dii/"],
    "meduza": [
        "https://meduza.io/en/feature/2026/10/04/russia-has-begun-striking-kyiv-s-bridges",
        "https://meduza.io/feature/2026/10/04/mosty-kieva",
    ],
}

NO_ARTICLES: dict[str, list[str]] = {
    "rbc": ["https://newsukraine.rbc.ua/", "https://www.rbc.ua/ukr/archive/2026/10/08", "https://www.rbc.ua/ukr/politics"],
    "pravda": ["https://www.pravda.com.ua/archives/date_09112023/", "https://www.pravda.com.ua/authors/6620e2e67e3b9/",
               "https://life.pravda.com.ua/columns/2020/09/29/242489/"],
    "epravda": ["https://epravda.com.ua/authors/664b7a9f8b5c7/", "https://epravda.com.ua/tehnologiji/"],
    "ukrinform": ["https://www.ukrinform.net/", "https://www.ukrinform.ua/rubric-kyiv", "https://www.ukrinform.ua/block-lastnews?page=2"],
    "unian": ["https://www.unian.net/", "https://www.unian.ua/war", "https://www.unian.ua/news/archive/20200929"],
    "interfax": ["https://en.interfax.com.ua/", "https://interfax.com.ua/news/latest-2.html", "https://interfax.com.ua/news/general.html"],
    "liga": ["https://news.liga.net/ua/", "https://www.liga.net/ua/politics", "https://www.liga.net/archive/2020-09-30/all/page/2"],
    "nv": ["https://english.nv.ua/", "https://nv.ua/ukr/allnews.html?page=2", "https://nv.ua/sitemap_2026-10-01.html"],
    "censor": ["https://censor.net/ua/news/all/page/1/archive/2026-10-01/category/0/sortby/date", "https://censor.net/ua/"],
    "lb": ["https://en.lb.ua/", "https://lb.ua/archive/2024/02/16"],
    "zn": ["https://zn.ua/UKRAINE/", "https://zn.ua/ukr/all-news/date=2026-10-01"],
    "babel": ["https://babel.ua/text-sitemap/2024-11/05", "https://babel.ua/en/news"],
    "suspilne": ["https://suspilne.media/archive/2026-10-01/", "https://suspilne.media/sport/"],
    "tsn": ["https://tsn.ua/archive/2026-10-01", "https://tsn.ua/ru/ato"],
    "kanal24": ["https://24tv.ua/vitaliy_shabunin_tag5676/", "https://24tv.ua/archive/2020-09-21/"],
    "korrespondent": ["https://ua.korrespondent.net/all/2021/january/5/p2/", "https://ua.korrespondent.net/ukraine/politics/"],
    "focus": ["https://focus.ua/news?page=2", "https://focus.ua/uk/voennye-novosti"],
    "obozrevatel": ["https://eng.obozrevatel.com/", "https://eng.obozrevatel.com/section-war/"],
    "unn": ["https://unn.ua/uk/news/2026-10-01", "https://www.unn.com.ua/uk/news/"],
    "zaxid": ["https://zaxid.net/news/", "https://zaxid.net/novini_lvova_tag50956/"],
    "bukvy": ["https://bukvy.org/category/news/", "https://bukvy.org/en/tag/war/", "https://bukvy.org/wp-json/wp/v2/posts/1"],
    "detector": ["https://detector.media/community/", "https://detector.media/rss/"],
    "imi": ["https://imi.org.ua/en/monitoring-category/monitoring-standards", "https://imi.org.ua/publication-author/valentyna-troyan"],
    "president": ["https://www.president.gov.ua/en/news/speeches?date-from=01-10-2026&date-to=01-10-2026", "https://www.president.gov.ua/ru/news/last"],
    "kmu": ["https://www.kmu.gov.ua/news/rss/news/all"],
    "bbc": ["https://www.bbc.com/news/uk", "https://www.bbc.com/ukrainian", "https://www.bbc.co.uk/news/world", "https://www.bbc.com/news/topics/cx1m7zg0gzdt"],
    "dw": ["https://www.dw.com/uk/temy-dnya/s-9874", "https://corporate.dw.com/en/gmf/s-43101535", "https://www.dw.com/en/berlin/t-18967759"],
    "rferl": ["https://www.rferl.org/", "https://www.svoboda.org/z/630/2026/10/01", "https://www.radiosvoboda.org/api/zrqiteuuir"],
    "euronews": ["https://ru.euronews.com/", "https://www.euronews.com/my-europe", "https://www.euronews.com/2024/04/30"],
    "antac": ["https://antac.org.ua/en/", "https://antac.org.ua/en/news/", "https://antac.org.ua/person/someone/"],
    "bihus": ["https://bihus.info/category/news/", "https://bihus.info/about-us/"],
    "chesno": ["https://www.chesno.org/politician/12345/", "https://www.chesno.org/post/"],
    "espreso": ["https://espreso.tv/news", "https://global.espreso.tv/", "https://espreso.tv/sitemap_news_1.xml"],
    "kyivindependent": ["https://kyivindependent.com/tag/war/", "https://kyivindependent.com/news-archive/", "https://kyivindependent.com/author/someone-or-other-else/"],
    "kyivpost": ["https://www.kyivpost.com/thread/81941", "https://www.kyivpost.com/uk/category/ukraine-uk", "https://www.kyivpost.com/uk"],
    "nashigroshi": ["https://nashigroshi.org/2025/11/", "https://nashigroshi.org/tag/umvs/"],
    "novaya": ["https://novayagazeta.eu/en", "https://novayagazeta.eu/articles", "https://novayagazeta.eu/feed/rss"],
    "slovoidilo": ["https://www.slovoidilo.ua/publikacii/dumky", "https://www.slovoidilo.ua/2025/11/01", "https://www.slovoidilo.ua/persony"],
    "texty": ["https://texty.org.ua/articles/", "https://texty.org.ua/d/2022/weather/", "https://texty.org.ua/tag/war/"],
    "tyzhden": ["https://tyzhden.ua/Magazines/2025", "https://tyzhden.ua/category/polityka/"],
    "hromadske": ["https://hromadske.ua/sitemaps/posts/2025/12.xml", "https://hromadske.ua/ru/voyna", "https://hromadske.ua/ru"],
    "meduza": ["https://meduza.io/en", "https://meduza.io/api/v3/search"],
}  # fmt: skip

COUNTERPARTS: list[tuple[str, str, str]] = [
    (
        "rbc",
        "https://www.rbc.ua/ukr/news/esminets-donald-kuk-zajshov-u-chorne-more-1551288306.html",
        "https://www.rbc.ua/rus/news/esminets-donald-kuk-zajshov-u-chorne-more-1551288306.html",
    ),
    (
        "pravda",
        "https://www.pravda.com.ua/rus/articles/2026/01/08/8015225/",
        "https://www.pravda.com.ua/articles/2026/01/08/8015225/",
    ),
    (
        "eurointegration",
        "https://www.eurointegration.com.ua/eng/news/2022/07/5/7142607/",
        "https://www.eurointegration.com.ua/news/2022/07/5/7142607/",
    ),
    ("epravda", *ARTICLES["epravda"][:2]),
    ("unn", *ARTICLES["unn"][2:4]),
    ("president", *ARTICLES["president"]),
    ("kmu", *ARTICLES["kmu"]),
    ("focus", *ARTICLES["focus"][:2]),
    (
        "rbc",
        "https://www.rbc.ua/ukr/news/pozhar-chernobyle-udar-neftebaze-osvobozhdenie-1648447562.html",
        "https://www.rbc.ua/rus/news/pozhar-chernobyle-udar-neftebaze-osvobozhdenie-1648447562.html",
    ),
    (
        "pravda",
        "https://www.pravda.com.ua/podcasts/podkast-klyati-pitannya/2025/12/01/8009801/",
        "https://www.pravda.com.ua/eng/podcasts/podkast-klyati-pitannya/2025/12/01/8009801/",
    ),
    ("babel", *ARTICLES["babel"][:3:2]),
    (
        "zn",
        ARTICLES["zn"][4],
        ARTICLES["zn"][4].replace("news.dt.ua", "news.zn.ua"),
    ),
]
"""Of one story in two languages; the other languages' ids are not shared, or not known to be."""
