import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego
from scrapy.utils.test import get_crawler

from crawler.downloader.robots_parser import LARGEST, BoundedRobots, for_agent

AGENTS = st.sampled_from(["*", "triptych", "Triptych", "otherbot", "x"])
LINES = st.one_of(
    st.builds("User-agent: {}".format, AGENTS),
    st.builds("  useragent {} # a comment".format, AGENTS),
    st.builds("Disallow: {}".format, st.sampled_from(["", "/", "/a", "/*b$"])),
    st.builds("Allow: {}".format, st.sampled_from(["/a", "/b"])),
    st.sampled_from(["", "Crawl-delay: 5", "Sitemap: https://a.example/s.xml", "nonsense"]),
)


@given(st.lists(LINES, max_size=12).map("\n".join))
def test_our_own_rules_are_the_same(text: str) -> None:
    whole, bounded = Protego.parse(text), Protego.parse(for_agent(text.encode(), "triptych").decode())
    for path in ("/", "/a", "/b", "/ab", "/c"):
        url = f"https://a.example{path}"
        assert bounded.can_fetch(url, "triptych") == whole.can_fetch(url, "triptych"), text
    assert bounded.crawl_delay("triptych") == whole.crawl_delay("triptych")


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        ("Triptych/0.1", True),
        ("TRIPTYCH bot", True),
        ("Triptych, Googlebot", True),
        ("*", True),
        ("* # all", True),
        ("trip", False),
        ("triptychon", False),
        ("triptych_x", False),
        ("Googlebot", False),
        ("", False),
    ],
)
def test_a_group_is_ours_by_its_product_token(name: str, is_ours: bool) -> None:
    """RFC 9309, section 2.2.1: the token ends at the first character that is no letter, `_` or `-`."""
    for agent in ("triptych", "Triptych/0.1 (news archive)"):
        rules = Protego.parse(for_agent(f"User-agent: {name}\nDisallow: /\n".encode(), agent).decode())
        assert rules.can_fetch("https://a.example/x", agent) != is_ours


@pytest.mark.parametrize(("named", "agent"), [("gazette", "gazette"), (None, "triptych")])
def test_the_agent_for_robots_txt_is_named_by_its_setting_or_is_that_of_all_requests(named, agent):
    crawler = get_crawler(settings_dict={"ROBOTSTXT_USER_AGENT": named, "USER_AGENT": "triptych"})
    for group in ("gazette", "triptych"):
        robots = BoundedRobots.from_crawler(crawler, f"User-agent: {group}\nDisallow: /".encode())
        assert robots.allowed("https://a.example/x", agent) == (group != agent)


@pytest.mark.parametrize("end", ["\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_thousands_of_agents_are_one(end: str) -> None:
    body = "".join(f"User-agent: agent{number}{end}" for number in range(1000)) + "Disallow: /"
    assert set(for_agent(body.encode(), "triptych").decode().splitlines()) == {
        "User-agent: somebody-else",
        "Disallow: /",
    }


def test_what_is_too_long_is_cut_at_a_line() -> None:
    line = b"Disallow: /a\n"
    cut = for_agent(b"User-agent: *\n" + line * LARGEST, "triptych")
    assert len(cut) <= LARGEST
    assert set(cut.splitlines()) == {b"User-agent: *", line.strip()}
