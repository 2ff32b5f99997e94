CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE doc (no INTEGER PRIMARY KEY, text BLOB NOT NULL);
CREATE TABLE beginning (length INTEGER NOT NULL, start TEXT NOT NULL, part INTEGER NOT NULL,
  docs BLOB NOT NULL, PRIMARY KEY (length, start, part)) WITHOUT ROWID;
CREATE VIRTUAL TABLE text USING fts5(headline, body, content='', tokenize="unicode61 remove_diacritics 0");
-- words of 32 MB of texts are put in order at a time: a tenth of the time of filling
INSERT INTO text (text, rank) VALUES ('hashsize', 33554432);
