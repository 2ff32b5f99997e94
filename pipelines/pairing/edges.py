"""Edges: two articles with all evidence that they are one story, strongest first."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from archive.addresses import plain_url
from archive.format.records import LinkFacts
from crawler.extraction.fields.alternates import is_home_page
from pipelines.pairing.content.match import Match
from pipelines.pairing.content.tiers import CONFLICT

Ids = tuple[str, str]

KINDS = (
    *("label", "story-id", "hreflang", "switcher", "sitemap", "url-rule"),
    *("video", "image", "link", "content"),
)
"""Kinds of evidence, strongest first: a person's label; the outlet's own key; its declarations to search
engines; its links for readers; addresses computed from its rules; videos, pictures and links that both
articles have and no others; and the texts."""
BY_CONTENT = {"video", "image", "link", "content"}
"""Kinds that only `triptych pair` finds, as it compares an article with those of its days."""
_STATED = {"hreflang", "switcher", "sitemap"}
MOST_OF_A_STORY_ID = 30
"""Articles of an outlet that may share a story id."""


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """One article that names another; a story id of both counts as one link, from the smaller id."""

    kind: str
    from_id: str
    to_id: str
    claimed_language: str | None = None
    """Language that the link claims for the target; its text may contradict that."""


@dataclass(frozen=True, slots=True)
class Edge:
    """All evidence that joins two articles; `a` has the smaller id."""

    a: LinkFacts
    b: LinkFacts
    links: tuple[Link, ...]
    probability: float | None = None
    """Probability by content; None if it was not compared."""

    @property
    def kind(self) -> str:
        """The strongest kind of evidence."""
        return min((link.kind for link in self.links), key=KINDS.index)

    @property
    def reciprocal(self) -> bool:
        """Tell if each page names the other; URL rules and shared ids are not statements of a page."""
        stating = {link.from_id for link in self.links if link.kind in _STATED}
        return len(stating) == 2

    @property
    def contradicted(self) -> bool:
        """Tell if a link joins two texts that differ; then an edge that the texts support comes first."""
        by_link = self.kind != "label" and self.kind not in BY_CONTENT
        return by_link and self.probability is not None and self.probability < CONFLICT

    @property
    def hreflang_both_ways(self) -> bool:
        return len({link.from_id for link in self.links if link.kind == "hreflang"}) == 2

    @property
    def order(self) -> tuple[int, int, float, str, str]:
        """Return a key that sorts the strongest first.

        The order is: label; story id; hreflang, switcher and sitemap if both pages name each other; the same
        if only one does; URL rule; video, image, link and content, the likely ones first; last, links that
        the texts contradict. Among equals, the edge with more kinds of evidence comes first, then the
        likelier one, then the smaller ids.
        """
        one_sided = self.kind in _STATED and not self.reciprocal
        late = one_sided or self.kind in {"url-rule", *BY_CONTENT}
        unlikely = self.kind in BY_CONTENT and (self.probability or 0.0) < 0.5
        strength = KINDS.index(self.kind) + len(KINDS) * (3 if self.contradicted else late + unlikely)
        kinds = len({link.kind for link in self.links})
        return strength, -kinds, -(self.probability or 0.0), *self.ids

    @property
    def ids(self) -> tuple[str, str]:
        return self.a.article_id, self.b.article_id


def find_edges(
    articles: Collection[LinkFacts],
    fresh_ids: Collection[str],
    matches: Mapping[Ids, Match],
    earlier_links: Mapping[Ids, Collection[Link]],
) -> tuple[list[Edge], list[tuple[Edge, str]], Counter[str]]:
    """Return the edges of fresh articles, the refused ones with reasons, and counts of ignored alternates.

    Edges are sorted, the strongest first. An alternate that leads to a front page is ignored. `matches` are
    the scored pairs, by their ids. `earlier_links` are of earlier versions of the pages; they count where the
    pages of today say nothing.
    """
    ignored: Counter[str] = Counter()
    links = _links_of_pages(articles, fresh_ids, ignored)
    for ids, earlier in earlier_links.items():
        if earlier and ids not in links:
            links[ids] = set(earlier)
    for ids, match in matches.items():
        # a declared edge gets no traces, as a crawl would not know them: `details.content` lists them
        if ids not in links and (match.joins or match.contradicted):
            links[ids] = _links_of_content(match)
    by_id = {article.article_id: article for article in articles}
    edges, barred = [], []
    for (a_id, b_id), evidence in links.items():
        # a compared article may be gone: another writer may have purged it
        if a_id not in by_id or b_id not in by_id:
            continue
        match_of_edge = matches.get((a_id, b_id))
        edge = _edge(by_id[a_id], by_id[b_id], evidence, match_of_edge)
        reason = _refusal(edge, match_of_edge)
        if reason:
            barred.append((edge, reason))
        else:
            edges.append(edge)
    return sorted(edges, key=lambda edge: edge.order), barred, ignored


def _links_of_pages(
    articles: Collection[LinkFacts], fresh_ids: Collection[str], ignored: Counter[str]
) -> dict[Ids, set[Link]]:
    """Return by ids what labels, pages and story ids say of fresh articles; count ignored alternates."""
    links: dict[Ids, set[Link]] = {}
    for link in (*_labelled(articles), *_declared(articles, fresh_ids, ignored), *_same_story_id(articles)):
        if link.from_id in fresh_ids or link.to_id in fresh_ids:
            ids = min(link.from_id, link.to_id), max(link.from_id, link.to_id)
            links.setdefault(ids, set()).add(link)
    return links


def _links_of_content(match: Match) -> set[Link]:
    links = {Link(trace.kind, match.a_id, match.b_id) for trace in match.traces}
    if match.likely or not links:
        links.add(Link("content", match.a_id, match.b_id))
    return links


def _edge(a: LinkFacts, b: LinkFacts, links: Iterable[Link], match: Match | None) -> Edge:
    probability = match.probability if match is not None else None
    return Edge(a, b, tuple(sorted(links, key=_by_strength)), probability)


def _by_strength(link: Link) -> tuple[int, str, str, str]:
    return KINDS.index(link.kind), link.from_id, link.to_id, link.claimed_language or ""


def _labelled(articles: Collection[LinkFacts]) -> Iterator[Link]:
    ids = {article.article_id for article in articles}
    for article in articles:
        for same_id in article.same_as & ids:
            if article.article_id < same_id:
                yield Link("label", article.article_id, same_id)


def _declared(
    articles: Collection[LinkFacts], fresh_ids: Collection[str], ignored: Counter[str]
) -> Iterator[Link]:
    book = AddressBook(articles)
    for article in articles:
        for alternate in article.alternates:
            if is_home_page(alternate.url):
                ignored["home-page"] += article.article_id in fresh_ids
                continue
            for target in book.find(alternate.url, article.outlet):
                if target.article_id != article.article_id:
                    yield Link(alternate.source, article.article_id, target.article_id, alternate.language)


def _same_story_id(articles: Collection[LinkFacts]) -> Iterator[Link]:
    by_key: dict[tuple[str, str], set[str]] = {}
    for article in articles:
        if article.story_key:
            by_key.setdefault((article.outlet, article.story_key), set()).add(article.article_id)
    for ids in by_key.values():
        # a number that so many share is a year or a section, and the number of links grows with its square
        if len(ids) <= MOST_OF_A_STORY_ID:
            for a, b in combinations(sorted(ids), 2):
                yield Link("story-id", a, b)


def _refusal(edge: Edge, match: Match | None) -> str | None:
    """Return the reason against an edge."""
    reason = _refusal_of_articles(edge)
    if reason is None and match is not None and match.contradicted and edge.kind in BY_CONTENT:
        return "conflict"
    return reason


def _refusal_of_articles(edge: Edge) -> str | None:
    if edge.a.language is None or edge.b.language is None:
        return "unknown-language"
    if edge.a.language == edge.b.language:
        return "same-language"
    if edge.b.article_id in edge.a.not_same_as:
        return "label-no"
    if edge.kind == "label":
        return None
    # anyone can declare another outlet's page a translation; only that outlet can confirm it
    if edge.a.outlet != edge.b.outlet and not edge.hreflang_both_ways:
        return "one-sided-other-outlet"
    return None


class AddressBook:
    """Articles by all their addresses.

    If an address leads to several articles, the one fetched from there counts; then the one that declares it
    canonical; then the one whose request was redirected. A missing translation often redirects to the
    original, or declares it canonical. What a page of another outlet declares canonical does not count: its
    copy of an article would take the article's place in the story.
    """

    def __init__(self, articles: Iterable[LinkFacts]) -> None:
        self._by_rank: tuple[dict[str, list[LinkFacts]], ...] = ({}, {}, {})
        for article in articles:
            urls = (article.url, article.canonical_url, article.requested_url)
            for articles_at, url in zip(self._by_rank, urls, strict=True):
                if url:
                    articles_at.setdefault(plain_url(url), []).append(article)

    def find(self, url: str, outlet: str) -> tuple[LinkFacts, ...]:
        """Find what an article of the outlet means by an address."""
        plain = plain_url(url)
        fetched, canonical, requested = self._by_rank
        if plain in fetched:
            return tuple(fetched[plain])
        of_outlet = tuple(x for x in canonical.get(plain, ()) if x.outlet == outlet)
        return of_outlet or tuple(requested.get(plain, ()))
