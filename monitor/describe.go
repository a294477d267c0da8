package monitor

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/charterwatch/charterwatch/probes"
)

// latest holds each check's latest result, for its facts.
type latest struct {
	mu      sync.Mutex
	results map[[2]string]probes.Result
}

// descriptions are the metrics' names and helps.
type descriptions struct {
	build, reloadOK, reloadAt                                               *prometheus.Desc
	looks, missed, committed, commitErrors, rejected, overflow, clockSteps  *prometheus.Desc
	queue, trouble, uplink, lastCommit, commits, lateness, jobErrors        *prometheus.Desc
	siteStatus, outageStart                                                 *prometheus.Desc
	seen, known, success, duration, failing                                 *prometheus.Desc
	dnsTime, ipProtocol, httpStatus, httpVersion, httpRedirects, httpLength *prometheus.Desc
	httpPhase, regex, httpSSL, tlsVersion, certExpiry, dnsAnswers           *prometheus.Desc
}

func describe() descriptions {
	own := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("charterwatch_"+name, help, labels, nil)
	}
	check := []string{"job", "instance", "check", "vantage"}
	probe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("probe_"+name, help, append(check[:len(check):len(check)], labels...), nil)
	}
	d := descriptions{
		build:        own("build_info", "The running program; always 1.", "version"),
		reloadOK:     own("config_last_reload_successful", "Whether the last reading of the configuration was accepted."),
		reloadAt:     own("config_last_reload_success_timestamp_seconds", "When the configuration in force was read."),
		looks:        own("looks_total", "Looks made, re-probes included."),
		missed:       own("slots_missed_total", "Slots accounted for without a look."),
		committed:    own("records_committed_total", "Records made durable."),
		commitErrors: own("commit_errors_total", "Commits that failed and were tried again."),
		rejected:     own("changes_rejected_total", "Changes that the store refused."),
		overflow:     own("queue_overflow_total", "Records turned away because the queue to the store was full."),
		clockSteps:   own("clock_steps_total", "Steps of the wall clock of more than a second."),
		queue:        own("queue_records", "Records waiting to be committed."),
		trouble:      own("store_trouble", "Whether nothing could be committed for 30 s."),
		uplink:       own("uplink_up", "Whether a canary answered when last asked."),
		lastCommit:   own("last_commit_timestamp_seconds", "When records were last made durable."),
		commits:      own("commit_duration_seconds", "How long commits take."),
		lateness:     own("slot_lateness_seconds", "How long after their slot looks begin."),
		jobErrors:    own("job_errors_total", "Scheduled jobs that failed.", "task"),
		siteStatus:   own("site_status", "The site's status: 1 for the one it has, 0 for the others.", "site", "status"),
		outageStart:  own("site_outage_start_timestamp_seconds", "Start of the site's open outage.", "site"),
	}
	d.seen = own("check_seen_timestamp_seconds", "The instant that the latest look speaks for.", check...)
	d.known = own("check_known", "Whether the latest look is fresh and established anything.", check...)
	d.failing = own("check_failing", "1 with the reason of the latest look while it fails.", append(check[:len(check):len(check)], "reason")...)
	d.success = probe("success", "Whether the latest look passed.")
	d.duration = probe("duration_seconds", "How long the latest look took.")
	d.dnsTime = probe("dns_lookup_time_seconds", "Time that name resolution took.")
	d.ipProtocol = probe("ip_protocol", "IP version used: 4 or 6.")
	d.httpStatus = probe("http_status_code", "Status of the final answer.")
	d.httpVersion = probe("http_version", "HTTP version of the final answer.")
	d.httpRedirects = probe("http_redirects", "Redirects followed.")
	d.httpLength = probe("http_uncompressed_body_length", "Bytes of body after decoding.")
	d.httpPhase = probe("http_duration_seconds", "Time spent in each phase, over all redirects.", "phase")
	d.regex = probe("failed_due_to_regex", "Whether a pattern did not hold.")
	d.httpSSL = probe("http_ssl", "Whether the final answer came over TLS.")
	d.tlsVersion = probe("tls_version_info", "TLS version used; always 1.", "version")
	d.certExpiry = probe("ssl_earliest_cert_expiry", "Earliest expiry in the presented chain, in seconds since the epoch.")
	d.dnsAnswers = probe("dns_answer_rrs", "Records in the answer section.")
	return d
}
