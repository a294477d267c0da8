-- Alerts: one row for each occurrence, with its latest version. An alert is owed to its
-- receivers while it stands, and after its end until settled_ms says that the end was handed
-- on (0: not yet).
CREATE TABLE alerts (
	id         TEXT PRIMARY KEY,
	scope      TEXT   NOT NULL,
	start_ms   BIGINT NOT NULL,
	end_ms     BIGINT NOT NULL,
	settled_ms BIGINT NOT NULL,
	body       TEXT   NOT NULL
) @clustered;
CREATE INDEX alerts_owed ON alerts (settled_ms, end_ms);
CREATE INDEX alerts_start ON alerts (start_ms);

-- Receipts: who was told of what, when and by which channel. Written once, never changed.
CREATE TABLE receipts (
	id    @key,
	at_ms BIGINT NOT NULL,
	body  TEXT   NOT NULL
);
CREATE INDEX receipts_at ON receipts (at_ms);
CREATE TABLE receipt_alerts (
	alert   TEXT   NOT NULL,
	receipt BIGINT NOT NULL,
	PRIMARY KEY (alert, receipt)
) @clustered;
