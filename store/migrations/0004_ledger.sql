-- The tamper-evident log: a Merkle tree's leaves with the evidence that they commit to.
-- key = log<<40 | number of the leaf. body is the evidence, gzipped where that is shorter
-- (then it begins with 1f 8b); evidence that was erased has neither salt nor body.
CREATE TABLE ledger (
	key        @key,
	kind       TEXT   NOT NULL,
	id         TEXT   NOT NULL,
	at_ms      BIGINT NOT NULL,
	commitment @blob  NOT NULL,
	salt       @blob,
	body       @blob
);
CREATE INDEX ledger_id ON ledger (kind, id);
CREATE INDEX ledger_at ON ledger (at_ms);

-- Roots of complete subtrees of 256, 65536 and more leaves (level 8, 16, ...). Hashes of
-- leaves are computed from their columns.
CREATE TABLE ledger_nodes (
	log   BIGINT NOT NULL,
	level BIGINT NOT NULL,
	n     BIGINT NOT NULL,
	hash  @blob  NOT NULL,
	PRIMARY KEY (log, level, n)
) @clustered;

-- Signed heads of the tree, and for each who is sent them the last that was taken.
CREATE TABLE checkpoints (
	log    BIGINT NOT NULL,
	size   BIGINT NOT NULL,
	at_ms  BIGINT NOT NULL,
	signed TEXT   NOT NULL,
	stamp  @blob,
	PRIMARY KEY (log, size)
) @clustered;
CREATE TABLE checkpoint_recipients (
	name  TEXT PRIMARY KEY,
	log   BIGINT NOT NULL,
	size  BIGINT NOT NULL
) @clustered;

-- Evidence that may not be erased, by the kind and id of its leaves.
CREATE TABLE holds (
	kind  TEXT   NOT NULL,
	id    TEXT   NOT NULL,
	at_ms BIGINT NOT NULL,
	body  TEXT   NOT NULL,
	PRIMARY KEY (kind, id)
) @clustered;
