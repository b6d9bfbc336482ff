"""The tables and the SQL of the dead letters. A message stands once, however many letters are about its parts."""

from __future__ import annotations

FORMAT = 1
SCHEMA = f"""
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
CREATE TABLE message(
  "offset" INTEGER PRIMARY KEY, source TEXT NOT NULL, topic TEXT NOT NULL, received_at INTEGER NOT NULL,
  retained INTEGER NOT NULL, duplicate INTEGER NOT NULL, content_type TEXT NOT NULL,
  size INTEGER NOT NULL, private INTEGER NOT NULL, body BLOB);
CREATE TABLE letter(
  "offset" INTEGER NOT NULL, part TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, device TEXT NOT NULL,
  first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, resolved_at INTEGER,
  PRIMARY KEY("offset", part)) WITHOUT ROWID;
CREATE INDEX letter_reason ON letter(resolved_at, reason);
CREATE INDEX letter_device ON letter(device);
PRAGMA user_version = {FORMAT};
"""
# Once private, always private: another part of the same message must not bring its body back.
PUT_MESSAGE = """INSERT INTO message VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  private = private OR excluded.private,
  topic = CASE WHEN private THEN topic ELSE excluded.topic END,
  body = CASE WHEN private OR excluded.private THEN NULL ELSE excluded.body END"""
PUT_LETTER = """INSERT INTO letter VALUES(?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO UPDATE SET
  reason = excluded.reason, detail = excluded.detail, device = excluded.device,
  last_at = excluded.last_at, resolved_at = NULL"""
LETTERS = """SELECT "offset", part, reason, detail, device, size, first_at, last_at, resolved_at,
  source, topic, received_at, retained, duplicate, content_type, {body} FROM letter JOIN message USING("offset") """
OFFSETS = 'SELECT DISTINCT "offset" FROM letter JOIN message USING("offset")'
# What a letter takes beside the body of its message is counted with 500 bytes.
SURPLUS = """SELECT "offset" FROM (
  SELECT "offset", sum(coalesce(length(body), 0) + 500 * letters) OVER (
    ORDER BY dead = 0, "offset" DESC) AS total
  FROM message JOIN (SELECT "offset", count(*) AS letters, sum(resolved_at IS NULL) AS dead FROM letter
    GROUP BY "offset") USING("offset"))
  WHERE total > ?"""
