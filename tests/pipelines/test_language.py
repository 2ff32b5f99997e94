from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.items import Alternate, Article, LanguageEvidence, Observation, TextLanguage
from pipelines.language import LanguageStage, url_hint

AT = datetime(2026, 5, 14, 9, 0, tzinfo=UTC)
URL = "https://courier.example/news/815/"


def decided(text=None, **fields):
    known = {"outlet": "courier", "url": URL, "requested_url": URL, "http_status": 200, "fetched_at": AT}
    return LanguageStage().process_item(Article(text_language=text, **(known | fields)))


def clear(language):
    return TextLanguage(language, 1.0, trusted=True, letters=900)


def short(language, confidence=1.0, letters=30):
    flags = ("short",) if confidence >= 0.99 else ("short", "lowprob")
    return TextLanguage(language, confidence, trusted=False, flags=flags, letters=letters)


MIXED = TextLanguage("uk", 1.0, trusted=False, flags=("mixed",), letters=900, uk_share=0.6)


def test_a_look_passes():
    look = Observation(URL, URL, "courier", "failed", "timeout", AT)
    assert LanguageStage().process_item(look) is look


def test_clear_text_outweighs_every_claim_and_the_claims_are_kept():
    article = decided(
        clear("ru"), url="https://www.rbc.example/ukr/news/a-1.html", html_lang="uk", og_locale="uk_UA"
    )
    assert (article.language, article.language_confidence) == ("ru", 0.999)
    assert article.language_evidence == (
        LanguageEvidence("text", "ru"),
        LanguageEvidence("html-lang", "uk"),
        LanguageEvidence("og-locale", "uk-UA"),
        LanguageEvidence("url", "uk"),
    )
    assert article.language_reason == "text; against html-lang=uk, og-locale=uk, url=uk"


def test_clear_text_that_agrees_is_reason_enough():
    assert decided(clear("uk"), html_lang="ua").language_reason == "text"


@pytest.mark.parametrize("language", ["de", "be", "kk", "pl"])
def test_a_fourth_language_is_kept_and_labelled(language):
    assert decided(clear(language), html_lang="uk").language == language


def test_ua_is_a_country_and_reads_as_ukrainian():
    article = decided(short("uk"), html_lang="ua")
    assert (article.language, article.language_reason) == ("uk", "text+html-lang")
    assert LanguageEvidence("html-lang", "uk") in article.language_evidence
    assert article.html_lang == "ua"


def test_a_short_text_and_one_claim_agree():
    article = decided(short("en", 0.6), html_lang="en-US")
    assert (article.language, article.language_confidence) == ("en", 0.99)


def test_a_mixed_text_needs_a_claim():
    assert decided(MIXED).language is None
    assert decided(MIXED, html_lang="uk").language == "uk"


def test_a_sure_brief_needs_no_claim_but_three_words_do():
    article = decided(short("uk", letters=90))
    assert (article.language, article.language_reason) == ("uk", "text alone: 90 letters")
    assert decided(short("uk", letters=34)).language is None


def test_two_claims_outweigh_an_unsure_text():
    article = decided(short("ru", 0.6), html_lang="uk", og_locale="uk_UA")
    assert (article.language, article.language_confidence) == ("uk", 0.9)
    assert article.language_reason == "html-lang+og-locale"


def test_two_claims_against_a_sure_brief_leave_it_unknown():
    article = decided(short("ru", letters=90), html_lang="uk", og_locale="uk_UA")
    assert (article.language, article.language_confidence) == (None, None)
    assert article.language_reason == "unknown: text ru of 90 letters, html-lang=uk and og-locale=uk"


def test_a_text_of_uk_or_ru_takes_a_single_claim_of_one_of_them():
    unsure = replace(short("ru", 0.7), flags=("short", "lowprob", "unsure"))
    article = decided(unsure, html_lang="uk")
    assert (article.language, article.language_confidence) == ("uk", 0.9)
    assert article.language_reason == "text uk or ru+html-lang"
    why = "text uk or ru of 30 letters (no letter that only one of them has)"
    assert decided(unsure).language_reason == f"unknown: {why}, no claims"
    assert decided(unsure, html_lang="bg").language is None


def test_disagreement_is_unknown_and_says_so():
    article = decided(short("ru", 0.6), html_lang="uk", og_locale="en_US")
    assert article.language is None
    assert (
        article.language_reason == "unknown: text ru of 30 letters (lowprob), og-locale=en and html-lang=uk"
    )


def test_nothing_at_all_is_unknown():
    assert decided().language_reason == "unknown: text not read, no claims"
    unread = TextLanguage("und", 0.0, trusted=False, flags=("short", "lowprob"))
    assert decided(unread, html_lang="en").language is None


def test_a_script_without_a_name_leaves_it_to_the_claims():
    cyrillic = TextLanguage("und-Cyrl", 0.0, trusted=False, flags=("lowprob",), letters=400)
    assert decided(cyrillic, html_lang="ky", og_locale="ky_KG").language == "ky"


def test_hreflang_for_the_page_itself_is_a_claim_and_for_others_none():
    alternates = (
        Alternate("uk", "https://www.courier.example/news/815?utm_source=x", "hreflang"),
        Alternate("ru", "https://courier.example/rus/news/815/", "hreflang"),
        Alternate(None, URL, "hreflang"),
    )
    article = decided(short("uk"), alternates=alternates)
    assert article.language_evidence == (
        LanguageEvidence("text", "uk"),
        LanguageEvidence("hreflang-self", "uk"),
    )
    assert article.language_reason == "text+hreflang-self"


def test_a_canonical_address_is_not_the_pages_own():
    russian = "https://courier.example/rus/news/815/"
    article = decided(short("uk"), canonical_url=russian, alternates=(Alternate("ru", russian, "hreflang"),))
    assert article.language_evidence == (LanguageEvidence("text", "uk"),)


@pytest.mark.parametrize("tag", ["", "x-default", "%lang%", "language"])
def test_what_is_no_tag_is_no_evidence(tag):
    assert decided(short("uk"), html_lang=tag).language_evidence == (LanguageEvidence("text", "uk"),)


@pytest.mark.parametrize(
    ("url", "language"),
    [
        ("https://www.rbc.ua/ukr/news/a-1.html", "uk"),
        ("https://www.pravda.com.ua/rus/news/2026/1/1/1/", "ru"),
        ("https://news.liga.net/ua/top", "uk"),
        ("https://english.nv.ua/nation/a-1.html", "en"),
        ("https://ru.interfax.com.ua/news/1.html", "ru"),
        ("https://www.pravda.com.ua/news/2026/1/1/1/", None),
        ("https://hromadske.ua/posts/en-route", None),
        ("https://ua/", None),
        ("http://[broken", None),
    ],
)
def test_what_an_address_hints_at(url, language):
    assert url_hint(url) == language
