"""Which line between headline and text is the lead."""

import pytest

from crawler.extraction.body.lead import find_lead
from crawler.extraction.document.decoding import read_outline

LEAD = "Депутати погодили видатки на школи й лікарні, хоча опозиція голосувала проти цього рішення."
LONG = f"{LEAD} Голосування тривало до ночі, а підрахунок комісія завершила лише зранку наступного дня."
NO_SENTENCE = "Засідання міської ради у великій залі на вулиці Млинарській, архівне фото"
TEXT = "<p>Засідання почалося о дев'ятій ранку, і на ньому були всі.</p>"


def lead(html: str, description: str | None = None) -> list[str]:
    page = read_outline(f"<body>{html}</body>".encode(), "utf-8")
    return find_lead(page, page.root.get_element_by_id("text"), description)


@pytest.mark.parametrize(
    ("html", "is_lead"),
    [
        (f"<h1>Бюджет</h1><p class=lead>{LEAD}</p><div id=text>{TEXT}</div>", True),
        (f"<h1>Бюджет</h1><p>{LEAD}</p><div id=text>{TEXT}</div>", True),
        # above the headline it belongs to something else
        (f"<p class=lead>{LEAD}</p><h1>Бюджет</h1><div id=text>{TEXT}</div>", False),
        (f"<p>{LEAD}</p><h1>Бюджет</h1><div id=text>{TEXT}</div>", False),
        # the text itself, or what is around it
        (f"<h1>Бюджет</h1><div id=text class=lead>{TEXT}</div>", False),
        (f"<h1>Бюджет</h1><div class=lead><div id=text>{TEXT}</div></div>", False),
        # too short, or a line of the site
        ("<h1>Бюджет</h1><p class=lead>Рішення ухвалено.</p><div id=text></div>", False),
        ("<h1>Бюджет</h1><p>Рішення ухвалено, і його вже не змінять.</p><div id=text></div>", False),
        (f"<h1>Бюджет</h1><p class=lead>Читайте також: {LEAD}</p><div id=text>{TEXT}</div>", False),
    ],
)
def test_a_line_below_the_headline_is_the_lead(html: str, is_lead: bool) -> None:
    assert bool(lead(html)) == is_lead


@pytest.mark.parametrize(
    "markup", ["<p>{}</p>", "<p><strong>Депутати</strong>{}</p>", "<div><p>{}</p><p>Далі.</p></div>"]
)
def test_what_the_description_repeats_is_the_lead(markup: str) -> None:
    rest = LONG.removeprefix("Депутати") if "strong" in markup else LONG
    html = f"<h1>Бюджет</h1>{markup.format(rest)}<p>{NO_SENTENCE}</p><div id=text>{TEXT}</div>"
    assert lead(html) == []
    assert lead(html, LONG) == [LONG]
