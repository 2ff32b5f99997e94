"""Pages that are small to send and dear to read: refused by their size, or ended with their worker."""

from __future__ import annotations

import pytest

from tests.hostile.crawled import HostileOutlet, peak

WORD = "слово "
# just below what is refused at once: 5 MB, 20,000 elements, 256 levels
EXPENSIVE = {
    "paragraphs": f"<p>{WORD * 8}</p>" * 19_900,
    "links": '<a href="/x">слово</a> ' * 19_900,
    "list": "<ul>" + f"<li><a href='/x'>{WORD}</a> {WORD * 5}</li>" * 9_900 + "</ul>",
    "table": "<table>" + ("<tr>" + "<td>1</td>" * 190 + "</tr>") * 100 + "</table>",
    "deep": ("<div>" * 240 + WORD * 10 + "</div>" * 240) * 80,
    "unclosed": "<p><b><i>" * 6_000,
    "digits": f"<p>{'1' * 4_000_000}</p>",
    "dates": f"<p>{'2020-' * 800_000}</p>",
    "letters": f"<p>{'слово' * 450_000}</p>",
    "spaces": f"<p>{' ' * 4_500_000}</p>",
    "entities": f"<p>{'&amp;' * 900_000}</p>",
    "by": f"<p class='author'>{'By ' * 1_400_000}</p>",
    "names": f"<p class='author'>{'Іван Франко, ' * 180_000}</p>",
    "like-bylines": "<p>Текст один два</p>" * 19_000,
    "copyright": f"<p>{'© ' * 1_400_000}</p>",
    "json": '<script type="application/ld+json">' + "[" * 2_000_000 + "</script>",
    "json-object": '<script type="application/ld+json">' + '{"@graph":' * 400_000 + "</script>",
    "json-wide": '<script type="application/ld+json">['
    + '{"@type":"NewsArticle"},' * 180_000
    + "{}]</script>",
    "json-many": '<script type="application/ld+json">{"@type":"NewsArticle"}</script>' * 19_900,
    "json-digits": '<script type="application/ld+json">{"x":' + "9" * 4_000_000 + "}</script>",
    "meta": '<meta property="article:published_time" content="2020-01-01">' * 19_900,
    "hreflang": '<link rel="alternate" hreflang="en" href="/en/x.html">' * 19_900,
    "classes": f"<p class='{'a ' * 1_000_000}'>{WORD * 40}</p>",
    "comments": "<!--" + "--><!--" * 600_000 + "-->",
}
REFUSED = {
    "100k-paragraphs": "<p>слово</p>" * 100_000,
    "100k-links": "<a href=/>слово</a>" * 100_000,
    "table-300k": "<table>" + ("<tr>" + "<td>1" * 300) * 1000 + "</table>",
    "million-deep": "<div>" * 900_000,
    "big": f"<p>{WORD * 500_000}</p>",
    "attributes": "<p " + " ".join(f"a{number}=1" for number in range(300_000)) + f">{WORD * 40}</p>",
}
FEW = ("paragraphs", "dates", "json", "digits")
ENDS = {"archived", "failed(timeout)", "failed(worker-died)"}
MOST = 150


def crawl(outlet: HostileOutlet, names: tuple[str, ...]) -> dict[str, str]:
    good = [outlet.good(f"/good-{number}.html") for number in range(10)]
    pages = {f"/{name}.html": text for name, text in {**EXPENSIVE, **REFUSED}.items() if name in names}
    for path, text in pages.items():
        outlet.server[path] = outlet.page(path).replace("</article>", f"{text}</article>")
    outlet.server["/sitemap.xml"] = outlet.sitemap(*(outlet.base + path for path in pages), *good)
    run = outlet.crawl("-s", "EXTRACTION_TIMEOUT=4", "-s", "EXTRACTION_PROCESSES=2")
    assert run.exit_code in {0, 3}, run.err
    outcomes = outlet.outcomes(run)
    assert {outcomes.pop(f"/good-{number}.html") for number in range(10)} == {"archived"}
    assert {name: outcomes[f"/{name}.html"].partition("(")[0] for name in REFUSED} == dict.fromkeys(
        REFUSED, "dropped"
    ), outcomes
    print(f"peak {peak(run)} MB above idle")
    assert peak(run) < MOST
    return {name: outcomes[f"/{name}.html"] for name in names if name in EXPENSIVE}


def test_no_page_holds_up_the_crawl(outlet: HostileOutlet) -> None:
    ends = crawl(outlet, (*FEW, *REFUSED))
    # which of them end in time depends on the machine; that a worker is ended is tested in test_workers.py
    assert set(ends.values()) <= ENDS


def test_a_page_past_its_time_is_failed_and_counted(outlet: HostileOutlet) -> None:
    page = outlet.page("/paragraphs.html").replace("</article>", f"{EXPENSIVE['paragraphs']}</article>")
    outlet.server["/paragraphs.html"] = page
    outlet.server["/sitemap.xml"] = outlet.sitemap(outlet.base + "/paragraphs.html")
    # a fast machine reads this page within a second or two; a slow one reads the sitemap within a tenth
    run = outlet.crawl("-s", "EXTRACTION_TIMEOUT=0.4", "-s", "EXTRACTION_PROCESSES=1")
    assert run.exit_code == 3, run.err
    assert outlet.outcomes(run)["/paragraphs.html"] == "failed(timeout)"


@pytest.mark.slow
def test_not_one_of_many_pages_holds_up_the_crawl(outlet: HostileOutlet) -> None:
    ends = crawl(outlet, (*EXPENSIVE, *REFUSED))
    assert {name: end for name, end in ends.items() if end not in ENDS} == {}
