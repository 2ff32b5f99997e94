CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE file (id INTEGER PRIMARY KEY, path TEXT NOT NULL);
CREATE INDEX file_path ON file (path);
CREATE TABLE article (
  number INTEGER PRIMARY KEY, {cached_columns},
  reread_hash TEXT, reread_extractor TEXT, missing INTEGER NOT NULL DEFAULT 0, missed_at INTEGER);
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
CREATE TABLE debt (
  key BLOB PRIMARY KEY, outlet TEXT NOT NULL, url TEXT NOT NULL, reason TEXT NOT NULL,
  since INTEGER NOT NULL, asked INTEGER NOT NULL, tries INTEGER NOT NULL,
  given_up INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX debt_outlet ON debt (outlet, since, reason, tries, asked) WHERE NOT given_up;
CREATE INDEX debt_tried ON debt (outlet, since) WHERE NOT given_up AND tries >= 12;
CREATE TABLE alignment (
  a INTEGER, b INTEGER, seq INTEGER, version_a INTEGER NOT NULL, version_b INTEGER NOT NULL,
  whole_a INTEGER NOT NULL, partnered_a INTEGER NOT NULL, whole_b INTEGER NOT NULL,
  partnered_b INTEGER NOT NULL, file INTEGER NOT NULL, PRIMARY KEY (a, b, seq)) WITHOUT ROWID;
CREATE INDEX alignment_b ON alignment (b);
CREATE TABLE refusal (
  a INTEGER, b INTEGER, reason TEXT NOT NULL, evidence TEXT NOT NULL, kept TEXT,
  PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE segment (id TEXT PRIMARY KEY) WITHOUT ROWID;
