-- Cases, in versions: each import writes a new one, and the latest counts. kind and ref name
-- the case in the organisation's own register. done_ms is when it was answered or closed; 0: not.
CREATE TABLE cases (
	kind        TEXT   NOT NULL,
	ref         TEXT   NOT NULL,
	at_ms       BIGINT NOT NULL,
	received_ms BIGINT NOT NULL,
	done_ms     BIGINT NOT NULL,
	body        TEXT   NOT NULL,
	PRIMARY KEY (kind, ref, at_ms)
) @clustered;
CREATE INDEX cases_received ON cases (received_ms);

-- A day's calls, in versions. day counts from the epoch.
CREATE TABLE calls (
	day     BIGINT NOT NULL,
	at_ms   BIGINT NOT NULL,
	calls   BIGINT NOT NULL,
	in_time BIGINT NOT NULL,
	PRIMARY KEY (day, at_ms)
) @clustered;

-- For which days the register of a kind of case was said to be complete.
CREATE TABLE case_spans (
	kind      TEXT   NOT NULL,
	from_day  BIGINT NOT NULL,
	until_day BIGINT NOT NULL,
	at_ms     BIGINT NOT NULL,
	PRIMARY KEY (kind, from_day, until_day, at_ms)
) @clustered;

-- Who put cases on record: one row for each import, without its cases.
CREATE TABLE case_imports (
	id    TEXT PRIMARY KEY,
	at_ms BIGINT NOT NULL,
	body  TEXT   NOT NULL
) @clustered;

-- Runs of looks at pages that came to the same. to_ms is the end of the latest look.
CREATE TABLE page_looks (
	page    TEXT   NOT NULL,
	from_ms BIGINT NOT NULL,
	to_ms   BIGINT NOT NULL,
	body    TEXT   NOT NULL,
	PRIMARY KEY (page, from_ms)
) @clustered;
CREATE INDEX page_looks_to ON page_looks (to_ms);

-- How a page was configured from from_ms on. Nothing here is ever deleted.
CREATE TABLE page_specs (
	page    TEXT   NOT NULL,
	from_ms BIGINT NOT NULL,
	body    TEXT   NOT NULL,
	PRIMARY KEY (page, from_ms)
) @clustered;

-- Contents of monthly reports, by their digest. A draft that is made again has another; the
-- statements say which counts.
CREATE TABLE reports (
	id      TEXT   NOT NULL,
	digest  TEXT   NOT NULL,
	month   TEXT   NOT NULL,
	made_ms BIGINT NOT NULL,
	body    @blob  NOT NULL,
	PRIMARY KEY (id, digest)
);

-- Documents that went out, as they did. An edition is told by how many had signed.
CREATE TABLE report_files (
	id      TEXT   NOT NULL,
	edition BIGINT NOT NULL,
	name    TEXT   NOT NULL,
	made_ms BIGINT NOT NULL,
	body    @blob  NOT NULL,
	PRIMARY KEY (id, edition, name)
);
