-- Notice boards. state is what the engine remembers of the board itself.
CREATE TABLE boards (
	id    TEXT PRIMARY KEY,
	state @blob NOT NULL
) @clustered;

-- How a board was configured from from_ms on: which sites it speaks of, and for which it
-- counts. Nothing here is ever deleted.
CREATE TABLE board_specs (
	board   TEXT   NOT NULL,
	from_ms BIGINT NOT NULL,
	body    TEXT   NOT NULL,
	PRIMARY KEY (board, from_ms)
) @clustered;

-- Runs of looks with the same status. to_ms is the beginning of the latest look.
CREATE TABLE board_spans (
	board   TEXT   NOT NULL,
	from_ms BIGINT NOT NULL,
	to_ms   BIGINT NOT NULL,
	status  TEXT   NOT NULL,
	detail  TEXT   NOT NULL,
	looks   BIGINT NOT NULL,
	PRIMARY KEY (board, from_ms)
) @clustered;
CREATE INDEX board_spans_to ON board_spans (to_ms);

-- body is the notice without its revisions and without the columns beside it.
CREATE TABLE notices (
	id       TEXT PRIMARY KEY,
	board    TEXT   NOT NULL,
	first_ms BIGINT NOT NULL,
	last_ms  BIGINT NOT NULL,
	body     TEXT   NOT NULL
) @clustered;
CREATE INDEX notices_board ON notices (board, last_ms);

-- Wordings: written once, never changed.
CREATE TABLE revisions (
	notice   TEXT   NOT NULL,
	n        BIGINT NOT NULL,
	first_ms BIGINT NOT NULL,
	body     @blob  NOT NULL,
	PRIMARY KEY (notice, n)
) @clustered;

-- Pages as received, after the check for personal data.
CREATE TABLE pages (
	digest TEXT PRIMARY KEY,
	seen_ms BIGINT NOT NULL,
	meta   TEXT   NOT NULL,
	body   @blob  NOT NULL,
	shot   @blob  NOT NULL
);
CREATE INDEX pages_seen ON pages (seen_ms);

-- What people put on record: written once, never changed.
CREATE TABLE statements (
	id    TEXT PRIMARY KEY,
	site  TEXT   NOT NULL,
	at_ms BIGINT NOT NULL,
	body  TEXT   NOT NULL
) @clustered;
CREATE INDEX statements_site ON statements (site, at_ms);
