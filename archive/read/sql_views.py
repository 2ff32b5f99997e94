"""Views of `archive.open(…).sql(…)`, joined for common questions; docs/reference/sql.md has them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

from archive.format.languages import STORY_LANGUAGES
from archive.read.quotations import quotations

_ONE = f"coalesce({', '.join(f'{{0}}_{x}' for x in STORY_LANGUAGES)})"
_LAG_COLUMNS = ", ".join(f"lag_{x}" for x in STORY_LANGUAGES)
_FIRST_LANGUAGE = " ".join(f"WHEN lag_{x} = times[1] THEN '{x}'" for x in STORY_LANGUAGES)
_ADDRESS = "address of the article"


@dataclass(frozen=True, slots=True)
class View:
    name: str
    about: str
    columns: Mapping[str, str]
    """Each column with its meaning, in their order."""
    query: str
    example: str
    """A question to it, with which the reference shows it."""
    reads: tuple[str, ...] = field(default=())
    """Tables and views that it is made of."""


_LAG = """SELECT story_id, outlet, first_published_at, '{a}' AS language_a, '{b}' AS language_b,
  lag_{b} - lag_{a} AS seconds
FROM stories WHERE lag_{a} IS NOT NULL AND lag_{b} IS NOT NULL"""

_LAGS = View(
    "lags",
    "One row for a story and two of its languages: time from the first to the second.",
    {
        "story_id": "the story",
        "outlet": "of the variant published first",
        "first_published_at": "earliest publication of the story",
        "language_a": "uk or en",
        "language_b": "en or ru: pairs are uk en, uk ru, en ru",
        "seconds": "from a to b; negative where b came first",
    },
    "\nUNION ALL\n".join(_LAG.format(a=a, b=b) for a, b in combinations(STORY_LANGUAGES, 2)),
    "SELECT outlet, language_a, language_b, seconds / 60 AS minutes FROM lags ORDER BY ALL",
    ("stories",),
)

_LAGS_BY_OUTLET = View(
    "lags_by_outlet",
    "One row for an outlet and two languages: lags over all stories.",
    {
        "outlet": "of the variant published first",
        "language_a": "uk or en",
        "language_b": "en or ru",
        "stories": "stories with both times",
        "a_first": "share in which a came first",
        "p10_hours": "10th percentile of the hours from a to b; negative where b came first",
        "median_hours": "median",
        "p90_hours": "90th percentile",
    },
    """SELECT outlet, language_a, language_b, count(*) AS stories,
  avg((seconds > 0)::INT) AS a_first,
  quantile_cont(seconds, 0.1) / 3600 AS p10_hours,
  quantile_cont(seconds, 0.5) / 3600 AS median_hours,
  quantile_cont(seconds, 0.9) / 3600 AS p90_hours
FROM lags GROUP BY outlet, language_a, language_b""",
    "SELECT * FROM lags_by_outlet ORDER BY ALL",
    ("lags",),
)

_SIDE = """SELECT story_id, position, language_{x} AS language, language_{y} AS missing_in,
    article_id_{x} AS article_id, version_{x} AS version, article_id_{y} AS missing_article_id,
    paragraphs_{x} AS paragraphs, characters_{x} AS characters, confidence,
    coalesce(doubtful, true) AS doubtful
  FROM alignments WHERE kind = '{kind}'"""

_OMISSIONS = View(
    "omissions",
    "One row for a passage that one language of a story has and another has not. It needs `triptych pair`; a "
    "text edited since waits for the next one. Stories whose texts contradict their link are left out.",
    {
        "story_id": "the story",
        "outlet": "of the article with the passage",
        "language": "of the passage",
        "missing_in": "the language that lacks it",
        "text": "the passage; blank lines between paragraphs",
        "characters": "its length",
        "confidence": "how likely the other language says it nowhere, 0 to 1; null before schema 6",
        "doubtful": "read it before you publish it; true before schema 6",
        "headline": "of the article with the passage",
        "url": "of the article with the passage",
        "missing_url": "of the article that lacks it",
        "published_at": "of the article with the passage",
        "article_id": "of the article with the passage",
        "missing_article_id": "of the article that lacks it",
        "position": "reading order, from 0, for each two articles",
    },
    f"""WITH passage AS (
  {_SIDE.format(x="a", y="b", kind="omitted")}
  UNION ALL
  {_SIDE.format(x="b", y="a", kind="added")}
), contradicted AS (
  SELECT x.story_id FROM pairs p JOIN articles x ON x.article_id = p.article_id_a
  WHERE regexp_matches(p.details, '"conflict": ?true')
)
SELECT p.story_id, x.outlet, p.language, p.missing_in,
  array_to_string(list_transform(p.paragraphs, lambda n: x.blocks[n + 1].text), E'\\n\\n') AS text,
  p.characters, p.confidence, p.doubtful, x.headline, x.url, y.url AS missing_url, x.published_at,
  p.article_id, p.missing_article_id, p.position
FROM passage p
JOIN articles x ON x.article_id = p.article_id AND x.version = p.version
LEFT JOIN articles y ON y.article_id = p.missing_article_id
WHERE p.story_id NOT IN (SELECT story_id FROM contradicted)""",
    "SELECT outlet, language, missing_in, text, url FROM omissions ORDER BY ALL",
    ("alignments", "articles", "pairs"),
)

_COMPARED = """SELECT story_id, article_id_{x} AS article_id, article_id_{y} AS other_article_id,
    language_{x} AS language, language_{y} AS other, characters_{x} AS characters,
    kind IN ('aligned', 'moved') AND NOT coalesce(doubtful, true) AS shared,
    coalesce(doubtful, true) AS doubtful
  FROM alignments"""

_SHARED_TEXT = View(
    "shared_text",
    "One row for a text and another language of its story. The three shares add up to 1: `shared` is surely "
    "translated, `missing` surely left out. `coverage_x_of_y` of `stories` is `shared`.",
    {
        "story_id": "the story",
        "language": "of the text",
        "other": "the other language",
        "characters": "characters compared",
        "shared": "share whose counterpart was found without doubt",
        "doubtful": "share without a sure verdict; before schema 6 all of it",
        "missing": "share that the other language surely has nowhere",
        "article_id": "of the text",
        "other_article_id": "of the other language",
    },
    f"""WITH side AS (
  {_COMPARED.format(x="a", y="b")}
  UNION ALL
  {_COMPARED.format(x="b", y="a")}
)
SELECT story_id, language, other, sum(characters)::BIGINT AS characters,
  sum(characters * shared::INT) / sum(characters) AS shared,
  sum(characters * doubtful::INT) / sum(characters) AS doubtful,
  sum(characters * (NOT shared AND NOT doubtful)::INT) / sum(characters) AS missing,
  article_id, other_article_id
FROM side GROUP BY story_id, language, other, article_id, other_article_id HAVING sum(characters) > 0""",
    "SELECT language, other, characters, shared, doubtful, missing FROM shared_text ORDER BY ALL",
    ("alignments",),
)

_EDITS = View(
    "edits",
    "One row for a change of an article's headline or text. A page that replaces its feed's text is no edit.",
    {
        "article_id": "the article",
        "story_id": "its story",
        "outlet": "its outlet",
        "language": "of the later text",
        "url": _ADDRESS,
        "version": "number of the later text",
        "edited_at": "when the later text was first fetched; the change was earlier",
        "hours": "from publication to edited_at; null without a date",
        "headline_before": "headline",
        "headline_after": "headline",
        "text_before": "body",
        "text_after": "body",
    },
    """WITH numbered AS (
  SELECT article_id, version, coalesce(text_from, 'page') AS text_from,
    lag(version) OVER w AS before, lag(coalesce(text_from, 'page')) OVER w AS from_before
  FROM versions WINDOW w AS (PARTITION BY article_id ORDER BY version)
), edit AS (
  SELECT article_id, version, before FROM numbered WHERE from_before = text_from
)
SELECT a.article_id, a.story_id, a.outlet, a.language, a.url, a.version, a.valid_from AS edited_at,
  epoch(a.valid_from - a.published_at) / 3600 AS hours,
  b.headline AS headline_before, a.headline AS headline_after,
  b.body AS text_before, a.body AS text_after
FROM edit e
JOIN versions a ON a.article_id = e.article_id AND a.version = e.version
JOIN versions b ON b.article_id = e.article_id AND b.version = e.before""",
    "SELECT outlet, language, hours, headline_before, headline_after, text_before, text_after FROM edits",
    ("versions",),
)

_QUOTES = View(
    "quotes",
    "One row for a quotation with its speaker beside it: `«…», — сказала Олена Коваль`, `“…,” Olena Koval "
    "said`. Found by rules, in Ukrainian, English and Russian; not found: “she said”, or a speaker in "
    "another sentence. Names are as printed, not joined across languages.",
    {
        "outlet": "of the article",
        "language": "of the article",
        "speaker": "one or two words of the name, as printed",
        "quote": "the text between the quotation marks",
        "headline": "of the article",
        "url": _ADDRESS,
        "published_at": "of the article",
        "story_id": "its story",
        "article_id": "the article",
    },
    quotations("articles"),
    "SELECT speaker, language, outlet, quote FROM quotes ORDER BY ALL",
    ("articles",),
)

_COVERAGE = View(
    "coverage_by_day",
    "Articles by outlet, day of publication and language; without undated articles.",
    {
        "outlet": "the outlet",
        "day": "of publication, in UTC",
        "language": "of the articles; ? if unknown",
        "articles": "number of articles",
    },
    """SELECT outlet, published_at::DATE AS day, coalesce(language, '?') AS language, count(*) AS articles
FROM articles WHERE published_at IS NOT NULL GROUP BY ALL""",
    "SELECT * FROM coverage_by_day ORDER BY ALL",
    ("articles",),
)

_TRANSLATED = View(
    "translated_share",
    "Share of an outlet's stories that have an article in each language.",
    {
        "outlet": "the outlet",
        "language": "? if unknown",
        "stories": "of the outlet",
        "with_it": "stories that have an article in the language",
        "share": "their share of the outlet's stories, 0 to 1",
    },
    """WITH every AS (SELECT outlet, count(DISTINCT story_id) AS stories FROM articles GROUP BY outlet),
found AS (
  SELECT outlet, coalesce(language, '?') AS language, count(DISTINCT story_id) AS with_it
  FROM articles GROUP BY ALL
)
SELECT outlet, language, stories, with_it, with_it / stories AS share FROM found JOIN every USING (outlet)""",
    "SELECT * FROM translated_share ORDER BY ALL",
    ("articles",),
)

_DELETIONS = View(
    "deletions",
    "One row for an article that its outlet has taken down: three visits in a row got 404 or 410, and no "
    "later one found it.",
    {
        "outlet": "the outlet",
        "language": "of the article",
        "headline": "the last one",
        "url": _ADDRESS,
        "published_at": "of the article",
        "last_seen": "the last visit that found it",
        "missing_since": "the first visit after it that got 404 or 410",
        "gone_since": "the visit that made it certain",
        "story_id": "its story",
        "article_id": "the article",
    },
    """SELECT a.outlet, a.language, a.headline, a.url, a.published_at, a.last_seen,
  min(o.observed_at) FILTER (o.http_status IN (404, 410)) AS missing_since,
  min(o.observed_at) FILTER (o.gone) AS gone_since, a.story_id, a.article_id
FROM observations o JOIN articles a USING (article_id)
WHERE o.observed_at > a.last_seen GROUP BY ALL HAVING bool_or(o.gone)""",
    "SELECT outlet, language, headline, last_seen, missing_since, gone_since FROM deletions",
    ("observations", "articles"),
)

_MISSING = View(
    "missing_languages",
    "One row for a story and a language it lacks, of those of uk, en and ru that its outlet publishes in.",
    {
        "story_id": "the story",
        "outlet": "of the variant published first",
        "missing": "the language",
        "languages": "of the story",
        "headline": "in uk, else en, else ru",
        "url": "of the same article",
        "first_published_at": "earliest publication of the story",
    },
    f"""SELECT s.story_id, s.outlet, l.language AS missing, s.languages,
  {_ONE.format("s.headline")} AS headline, {_ONE.format("s.url")} AS url, s.first_published_at
FROM stories s
JOIN (SELECT DISTINCT outlet, language FROM articles WHERE language IN {STORY_LANGUAGES}) l USING (outlet)
WHERE NOT list_contains(s.languages, l.language)""",
    "SELECT outlet, missing, languages, headline FROM missing_languages ORDER BY ALL",
    ("stories", "articles"),
)

_FIRST = View(
    "who_is_first",
    "Which language an outlet's stories come in first, of stories with two known times or more.",
    {
        "outlet": "of the variant published first",
        "language": "that came first; null: two at the same moment",
        "stories": "number of stories",
        "share": "of the outlet's stories, 0 to 1",
        "median_lead_hours": "median time until the second language",
    },
    f"""WITH timed AS (
  SELECT outlet, {_LAG_COLUMNS},
    list_sort(list_filter([{_LAG_COLUMNS}], lambda x: x IS NOT NULL)) AS times FROM stories
), first AS (
  SELECT outlet, times[2] - times[1] AS lead, CASE WHEN times[1] = times[2] THEN NULL
    {_FIRST_LANGUAGE} END AS language
  FROM timed WHERE len(times) > 1
)
SELECT outlet, language, count(*) AS stories,
  count(*) / sum(count(*)) OVER (PARTITION BY outlet) AS share,
  quantile_cont(lead, 0.5) / 3600 AS median_lead_hours
FROM first GROUP BY outlet, language""",
    "SELECT * FROM who_is_first ORDER BY ALL",
    ("stories",),
)

_SYNDICATED = View(
    "syndicated",
    "One row for a copy: an article whose page names an original of another outlet.",
    {
        "outlet": "of the copy",
        "language": "of the copy",
        "headline": "of the copy",
        "url": "of the copy",
        "published_at": "of the copy",
        "original": "address of the original, as the copy's page names it",
        "original_outlet": "null if it is not in the archive",
        "original_published_at": "null if unknown",
        "article_id": "of the copy",
        "original_article_id": "null if it is not in the archive",
    },
    """WITH known AS (
  SELECT address, min(article_id) AS article_id FROM (
    SELECT url AS address, article_id FROM articles
    UNION ALL SELECT requested_url, article_id FROM articles
    UNION ALL SELECT canonical_url, article_id FROM articles WHERE syndicated_from IS NULL
  ) WHERE address IN (SELECT syndicated_from FROM articles) GROUP BY address
)
SELECT c.outlet, c.language, c.headline, c.url, c.published_at, c.syndicated_from AS original,
  o.outlet AS original_outlet, o.published_at AS original_published_at, c.article_id,
  o.article_id AS original_article_id
FROM articles c
LEFT JOIN known k ON k.address = c.syndicated_from
LEFT JOIN articles o ON o.article_id = k.article_id
WHERE c.syndicated_from IS NOT NULL""",
    "SELECT outlet, headline, original, original_outlet FROM syndicated",
    ("articles",),
)

VIEWS = {
    x.name: x
    for x in (
        *(_LAGS, _LAGS_BY_OUTLET, _OMISSIONS, _SHARED_TEXT, _EDITS, _QUOTES, _COVERAGE, _TRANSLATED),
        *(_DELETIONS, _MISSING, _FIRST, _SYNDICATED),
    )
}
"""Views by name, each after the views that it reads."""
