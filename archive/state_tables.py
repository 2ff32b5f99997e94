"""The tables of the cache; change one, and STATE_VERSION in archive/state.py changes with it.

Articles are numbered in the order they came, and what belongs to one goes by its number: a commit adds at the
end of each tree, however large it is. Only what is looked up by a hash lies scattered:
`place` and `story`. In `place` an article's id, its addresses and the articles that name it are neighbours:
its id is the hash of its address.
"""

TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE file (id INTEGER PRIMARY KEY, path TEXT NOT NULL);
CREATE INDEX file_path ON file (path);
CREATE TABLE article (
  number INTEGER PRIMARY KEY, article_id TEXT NOT NULL, story_id TEXT NOT NULL, outlet TEXT NOT NULL,
  story_key TEXT, version INTEGER NOT NULL, valid_from INTEGER NOT NULL, content_hash TEXT NOT NULL,
  raw_sha256 TEXT NOT NULL, extractor TEXT NOT NULL, modified_at INTEGER, reread_hash TEXT,
  reread_extractor TEXT, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  missing INTEGER NOT NULL DEFAULT 0, etag TEXT, last_modified TEXT, url TEXT NOT NULL,
  requested_url TEXT NOT NULL, canonical_url TEXT, language TEXT, headline TEXT NOT NULL,
  published_at INTEGER, alternates TEXT NOT NULL);
CREATE INDEX article_key ON article (outlet, story_key) WHERE story_key IS NOT NULL;
CREATE TABLE version (
  article INTEGER, version INTEGER, content_hash TEXT NOT NULL, file INTEGER NOT NULL,
  latest INTEGER NOT NULL, PRIMARY KEY (article, version)) WITHOUT ROWID;
CREATE TABLE place (
  key BLOB, role INTEGER, article INTEGER, PRIMARY KEY (key, role, article)) WITHOUT ROWID;
CREATE TABLE pair (
  a INTEGER, b INTEGER, evidence TEXT NOT NULL, reciprocal INTEGER NOT NULL, score REAL, details TEXT,
  file INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE INDEX pair_b ON pair (b);
CREATE INDEX pair_label ON pair (evidence) WHERE evidence IN ('label', 'label-no');
CREATE TABLE story (
  key BLOB, article INTEGER, file INTEGER, PRIMARY KEY (key, article)) WITHOUT ROWID;
CREATE TABLE look (
  key BLOB PRIMARY KEY, outcome TEXT NOT NULL, reason TEXT, observed_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE alignment (
  a INTEGER, b INTEGER, seq INTEGER, version_a INTEGER NOT NULL, version_b INTEGER NOT NULL,
  whole_a INTEGER NOT NULL, partnered_a INTEGER NOT NULL, whole_b INTEGER NOT NULL,
  partnered_b INTEGER NOT NULL, file INTEGER NOT NULL, PRIMARY KEY (a, b, seq)) WITHOUT ROWID;
CREATE INDEX alignment_b ON alignment (b);
CREATE TABLE refusal (
  a INTEGER, b INTEGER, reason TEXT NOT NULL, evidence TEXT NOT NULL, kept TEXT,
  PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE segment (id TEXT PRIMARY KEY) WITHOUT ROWID;
"""

CONTENTS = (
    *("file", "article", "version", "place", "pair", "story", "look", "segment"),
    *("alignment", "refusal"),
)
"""All but `about`: what a rebuild empties first."""

URL, REQUESTED, CANONICAL, ID, TARGET = range(5)
"""Roles in `place`: the key is the article's address, what was asked for, what its page calls canonical, its
id; or the article names that address as an alternate."""

NO_ARTICLE = 0
"""In `story`: not a member, but the file that the story's row lies in."""
