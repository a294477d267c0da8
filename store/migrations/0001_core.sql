-- @key is an integer primary key that orders the table's pages; @blob is a byte string;
-- @clustered keeps the rows in the primary key's order. Times are UTC milliseconds since
-- the Unix epoch; hours and days count from it too. Statements end with a semicolon at
-- the end of a line.

-- Topology: nothing here is ever deleted.
CREATE TABLE sites (
	id    TEXT PRIMARY KEY,
	names TEXT NOT NULL
) @clustered;

CREATE TABLE checks (
	id   @key,
	name TEXT NOT NULL UNIQUE,
	site TEXT NOT NULL REFERENCES sites (id),
	kind TEXT NOT NULL
);

CREATE TABLE vantages (
	id   @key,
	name TEXT NOT NULL UNIQUE
);

-- A life is a stretch of time with unchanged terms; to_ms is 0 while it lasts.
CREATE TABLE lives (
	id          @key,
	check_id    BIGINT NOT NULL REFERENCES checks (id),
	interval_ms BIGINT NOT NULL,
	phase_ms    BIGINT NOT NULL,
	critical    BIGINT NOT NULL,
	policy      TEXT   NOT NULL,
	from_ms     BIGINT NOT NULL,
	to_ms       BIGINT NOT NULL
);

-- A series is what one vantage records of one life; from_ms is its first slot.
CREATE TABLE series (
	id         @key,
	life_id    BIGINT NOT NULL REFERENCES lives (id),
	vantage_id BIGINT NOT NULL REFERENCES vantages (id),
	from_ms    BIGINT NOT NULL,
	UNIQUE (life_id, vantage_id)
);

-- Recent results. Slot first: what is committed together lands on the same few pages,
-- and an hour is deleted as one stretch of them. A series' rows are found by its slots.
CREATE TABLE results (
	slot        BIGINT NOT NULL,
	series      BIGINT NOT NULL,
	attempt     BIGINT NOT NULL,
	reason      BIGINT NOT NULL,
	duration_us BIGINT NOT NULL,
	rest        @blob  NOT NULL,
	PRIMARY KEY (slot, series, attempt)
) @clustered;

-- Runs of slots without a known observation. derived: nobody recorded them, sealing
-- found them missing, so a record that comes late takes their place.
CREATE TABLE gaps (
	series  BIGINT NOT NULL,
	from_ms BIGINT NOT NULL,
	to_ms   BIGINT NOT NULL,
	reason  BIGINT NOT NULL,
	derived BIGINT NOT NULL,
	detail  TEXT   NOT NULL,
	PRIMARY KEY (series, from_ms)
) @clustered;
CREATE INDEX gaps_to ON gaps (to_ms);

-- Sealed evidence. key = hour<<36 | series<<12 | version of the hour.
CREATE TABLE blocks (
	key  @key,
	data @blob NOT NULL
);

-- One row for each version of a sealed hour: SHA-256 over the digests of its blocks.
CREATE TABLE hours (
	hour      BIGINT NOT NULL,
	version   BIGINT NOT NULL,
	digest    @blob  NOT NULL,
	blocks    BIGINT NOT NULL,
	sealed_ms BIGINT NOT NULL,
	expired   BIGINT NOT NULL,
	PRIMARY KEY (hour, version)
) @clustered;

-- Series of sealed hours that got a record since.
CREATE TABLE late (
	hour   BIGINT NOT NULL,
	series BIGINT NOT NULL,
	PRIMARY KEY (hour, series)
) @clustered;

-- Latency sketches of a UTC day. key = day<<24 | series.
CREATE TABLE daily (
	key  @key,
	data @blob NOT NULL
);

CREATE TABLE check_states (
	name  TEXT PRIMARY KEY,
	state @blob NOT NULL
) @clustered;

CREATE TABLE site_states (
	name  TEXT PRIMARY KEY,
	state @blob NOT NULL
) @clustered;

-- check_name is empty for an outage of a whole site; end_ms is the largest integer while open.
CREATE TABLE outages (
	id            TEXT PRIMARY KEY,
	site          TEXT   NOT NULL,
	check_name    TEXT   NOT NULL,
	start_ms      BIGINT NOT NULL,
	end_ms        BIGINT NOT NULL,
	confirmed_ms  BIGINT NOT NULL,
	recovering_ms BIGINT NOT NULL,
	reason        BIGINT NOT NULL,
	cause         TEXT   NOT NULL,
	checks        TEXT   NOT NULL
);
CREATE INDEX outages_end ON outages (end_ms);

CREATE TABLE events (
	id         @key,
	kind       TEXT   NOT NULL,
	site       TEXT   NOT NULL,
	check_name TEXT   NOT NULL,
	at_ms      BIGINT NOT NULL,
	seen_ms    BIGINT NOT NULL,
	outage     TEXT   NOT NULL,
	status     BIGINT NOT NULL,
	body       @blob  NOT NULL,
	UNIQUE (site, check_name, kind, at_ms, outage, status)
);
CREATE INDEX events_seen ON events (seen_ms);

CREATE TABLE captures (
	outage  TEXT PRIMARY KEY,
	seen_ms BIGINT NOT NULL,
	body    @blob  NOT NULL
);

CREATE TABLE beats (
	name    TEXT PRIMARY KEY,
	at_ms   BIGINT NOT NULL,
	ok      BIGINT NOT NULL,
	message TEXT   NOT NULL
) @clustered;

-- Only the SHA-256 of a token is kept.
CREATE TABLE tokens (
	id         TEXT PRIMARY KEY,
	hash       @blob  NOT NULL UNIQUE,
	body       TEXT   NOT NULL,
	created_ms BIGINT NOT NULL,
	used_ms    BIGINT NOT NULL,
	revoked_ms BIGINT NOT NULL
);
