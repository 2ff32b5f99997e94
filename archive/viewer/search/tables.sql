-- `doc` is a text that has been read: a new text of an article gets a new number, the old one leads nowhere.
-- Text n lies in file n % shards, beside the words of that file, under the number n // shards.
-- `file` of a row is the data file it came from: when that file is of no snapshot, the row goes.
-- `edit`: a version before which the outlet changed the text, by `former` and `article`.
-- `cell`: an outlet, a language and a day of publication, since 1970; none is ever taken away.
-- `place`: the data files with rows of a story, of an article or of an address, see file_keys.py.
-- `compared` counts the characters of two articles side by side, and those that one has alone, or perhaps.
CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE file (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL,
  "table" TEXT NOT NULL);
CREATE TABLE article (
  id TEXT NOT NULL, story_id TEXT NOT NULL, outlet TEXT NOT NULL, language TEXT NOT NULL,
  headline TEXT NOT NULL, url TEXT NOT NULL, published REAL, first_seen REAL NOT NULL,
  last_seen REAL NOT NULL, valid_from REAL, section TEXT,
  authors TEXT NOT NULL, version INTEGER NOT NULL, from_feed INTEGER NOT NULL, hash TEXT NOT NULL,
  file INTEGER NOT NULL, part INTEGER NOT NULL, doc INTEGER
);
CREATE TABLE former (id TEXT NOT NULL, version INTEGER NOT NULL, from_feed INTEGER NOT NULL,
  valid_from REAL, last_seen REAL, file INTEGER NOT NULL, part INTEGER NOT NULL);
CREATE TABLE compared (story_id TEXT NOT NULL, a TEXT NOT NULL, b TEXT NOT NULL,
  whole_a INTEGER NOT NULL, alone_a INTEGER NOT NULL, perhaps_a INTEGER NOT NULL,
  whole_b INTEGER NOT NULL, alone_b INTEGER NOT NULL, perhaps_b INTEGER NOT NULL, file INTEGER NOT NULL);
CREATE TABLE mark (kind TEXT NOT NULL, story_id TEXT NOT NULL, language_a TEXT NOT NULL, a TEXT NOT NULL,
  language_b TEXT NOT NULL, b TEXT NOT NULL, counted TEXT NOT NULL, confidence REAL NOT NULL,
  doubtful INTEGER NOT NULL, file INTEGER NOT NULL);
CREATE TABLE quote (story_id TEXT NOT NULL, language TEXT NOT NULL, missing_in TEXT NOT NULL,
  text TEXT NOT NULL, speaker TEXT, doubtful INTEGER NOT NULL, file INTEGER NOT NULL);
CREATE TABLE event (id TEXT NOT NULL, other TEXT NOT NULL, seq INTEGER NOT NULL, tier TEXT NOT NULL,
  probability REAL NOT NULL, shared TEXT NOT NULL, file INTEGER NOT NULL);
CREATE TABLE edit (id TEXT NOT NULL, story_id TEXT NOT NULL, version INTEGER NOT NULL,
  before INTEGER NOT NULL, at REAL, after REAL, PRIMARY KEY (id, version)) WITHOUT ROWID;
CREATE TABLE cell (no INTEGER PRIMARY KEY, outlet TEXT NOT NULL, language TEXT NOT NULL, day INTEGER NOT NULL,
  UNIQUE (outlet, language, day));
CREATE TABLE place (key INTEGER NOT NULL, file INTEGER NOT NULL);
CREATE TABLE flag (kind TEXT NOT NULL, id TEXT NOT NULL, at REAL, file INTEGER NOT NULL);
CREATE TABLE word (language TEXT NOT NULL, word TEXT NOT NULL, key TEXT NOT NULL,
  PRIMARY KEY (language, word)) WITHOUT ROWID;
CREATE INDEX word_key ON word (key, word);
CREATE TABLE former_doc (doc INTEGER PRIMARY KEY);
CREATE TRIGGER doc_left AFTER UPDATE OF doc ON article WHEN old.doc IS NOT NULL AND new.doc IS NOT old.doc
  BEGIN INSERT OR IGNORE INTO former_doc VALUES (old.doc); END;
CREATE TABLE digest (name TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE look (outlet TEXT NOT NULL, day INTEGER NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL,
  count INTEGER NOT NULL, file INTEGER NOT NULL);
