import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from crawler.extraction.body.repeated_lines import LEAST, SHARE, RepeatedLine, repeated_lines
from crawler.inspection.output import print_repeated

PROMO = "Підтримайте «Кур'єр» — станьте патроном!"


def article(number: int, *end: str) -> list[str]:
    return [f"Перший абзац статті {number}.", *(f"Абзац {i} статті {number}." for i in range(8)), *end]


def test_a_line_at_the_end_of_more_than_a_third() -> None:
    with_it = [article(i, PROMO) for i in range(8)] + [article(8, PROMO.upper(), "Слава Вербогірську.")]
    assert repeated_lines(with_it + [article(i) for i in range(9, 24)]) == [RepeatedLine(PROMO, "end", 9, 24)]
    # a third is not more than a third
    assert repeated_lines(with_it + [article(i) for i in range(9, 27)]) == []


def test_a_line_in_the_middle_or_of_few_articles_is_not_named() -> None:
    middle = [[*article(i)[:6], "Так сказано в заяві.", *article(i)] for i in range(30)]
    assert repeated_lines(middle) == []
    assert repeated_lines([article(i, PROMO) for i in range(LEAST - 1)]) == []
    assert repeated_lines([article(i, PROMO) for i in range(LEAST)]) == [
        RepeatedLine(PROMO, "end", LEAST, LEAST)
    ]
    assert repeated_lines([]) == []


def test_a_line_is_counted_once_an_article() -> None:
    short = [[PROMO, PROMO]] + [article(i) for i in range(29)]
    assert repeated_lines(short, least=1, share=1 / 30) == []


TEXTS = st.lists(
    st.lists(st.sampled_from(["А.", "а", "Б", "В", "Г", "", "—", "Ґ"]), max_size=12), max_size=40
)


@given(TEXTS, st.randoms(use_true_random=False))
def test_the_order_of_the_articles_changes_nothing(articles: list[list[str]], chance) -> None:
    shuffled = list(articles)
    chance.shuffle(shuffled)
    found = repeated_lines(articles, least=3)
    assert repeated_lines(shuffled, least=3) == found
    assert all(line.articles > SHARE * line.of and line.of == len(articles) for line in found)
    assert len({line.text for line in found}) == len(found)


def test_the_report_tells_languages_apart_and_commands_no_terminal() -> None:
    blocks = [
        {"kind": "paragraph", "text": "Новина."},
        {"kind": "paragraph", "text": "Donate [red]now\x1b[2J"},
    ]
    rows = [{"language": "uk", "blocks": blocks}] * 20 + [{"language": "en", "blocks": blocks}] * 19
    console = Console(file=io.StringIO(), width=160)
    print_repeated(console, "courier", rows)
    assert isinstance(console.file, io.StringIO)
    told = console.file.getvalue()
    assert told.count("Donate [red]now") == 1
    assert "articles of courier: 19 in en, 20 in uk" in told
    assert "\x1b" not in told
