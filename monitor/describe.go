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

// family is a metric as people are told of it.
type family struct {
	name, help string
	kind       string // "gauge", "counter", "histogram"
	labels     []string
}

// catalogue remembers what it describes, because a prometheus.Desc does not say what is in it.
type catalogue struct{ families []family }

func (c *catalogue) add(kind, name, help string, labels ...string) *prometheus.Desc {
	c.families = append(c.families, family{name: name, help: help, kind: kind, labels: labels})
	return prometheus.NewDesc(name, help, labels, nil)
}

// descriptions are the metrics' names and helps.
type descriptions struct {
	build, reloadOK, reloadAt                                              *prometheus.Desc
	looks, missed, committed, commitErrors, rejected, overflow, clockSteps *prometheus.Desc
	queue, trouble, uplink, lastCommit, commits, lateness, jobErrors       *prometheus.Desc
	coverage, siteStatus, outageStart                                      *prometheus.Desc
	seen, known, failing                                                   *prometheus.Desc
	holidaysEnd                                                            *prometheus.Desc
	boardReadable, boardSeen, review, workNow, clockLimit, clockMet        *prometheus.Desc
	lookMetrics
}

// ofCheck are the labels of everything that is said of a check.
func ofCheck(more ...string) []string {
	return append([]string{"job", "instance", "check", "vantage"}, more...)
}

// describe says what the metrics are; c remembers it for those who write about them.
func describe(c *catalogue) descriptions {
	own := func(kind, name, help string, labels ...string) *prometheus.Desc {
		return c.add(kind, "charterwatch_"+name, help, labels...)
	}
	return descriptions{
		build:        own("gauge", "build_info", "The running program; always 1.", "version"),
		reloadOK:     own("gauge", "config_last_reload_successful", "Whether the last reading of the configuration was accepted."),
		reloadAt:     own("gauge", "config_last_reload_success_timestamp_seconds", "When the configuration in force was read."),
		looks:        own("counter", "looks_total", "Looks made, re-probes included."),
		missed:       own("counter", "slots_missed_total", "Slots accounted for without a look."),
		committed:    own("counter", "records_committed_total", "Records made durable."),
		commitErrors: own("counter", "commit_errors_total", "Commits that failed and were tried again."),
		rejected:     own("counter", "changes_rejected_total", "Changes that the store refused."),
		overflow:     own("counter", "queue_overflow_total", "Records turned away because the queue to the store was full."),
		clockSteps:   own("counter", "clock_steps_total", "Steps of the wall clock of more than a second."),
		queue:        own("gauge", "queue_records", "Records waiting to be committed."),
		trouble:      own("gauge", "store_trouble", "Whether nothing could be committed for 30 s."),
		uplink:       own("gauge", "uplink_up", "Whether a canary answered when last asked."),
		lastCommit:   own("gauge", "last_commit_timestamp_seconds", "When records were last made durable."),
		commits:      own("histogram", "commit_duration_seconds", "How long commits take."),
		lateness:     own("histogram", "slot_lateness_seconds", "How long after their slot looks begin."),
		jobErrors:    own("counter", "job_errors_total", "Scheduled jobs that failed.", "task"),
		coverage:     own("gauge", "coverage_ratio", "Share of the watched checks of which the monitor knows now whether they pass."),
		siteStatus:   own("gauge", "site_status", "The site's status: 1 for the one it has, 0 for the others.", "site", "status"),
		outageStart:  own("gauge", "site_outage_start_timestamp_seconds", "Start of the site's open outage.", "site"),
		seen:         own("gauge", "check_seen_timestamp_seconds", "The instant that the latest look speaks for.", ofCheck()...),
		known:        own("gauge", "check_known", "Whether the latest look is fresh and established anything.", ofCheck()...),
		failing:      own("gauge", "check_failing", "1 with the reason of the latest look while it fails.", ofCheck("reason")...),

		holidaysEnd:   own("gauge", "holidays_end_timestamp_seconds", "Up to when public holidays are known; config check warns half a year before."),
		boardReadable: own("gauge", "board_readable", "Whether the latest look at a notice board could read it.", "site", "board"),
		boardSeen:     own("gauge", "board_seen_timestamp_seconds", "End of the latest look at a notice board.", "site", "board"),
		review:        own("gauge", "notices_unclear", "Wordings of notices that wait for a person to say what they announce.", "site"),
		workNow:       own("gauge", "maintenance_window", "1 while announced maintenance is due, with how it was announced: planned (in time), unsettled, late, emergency.", "site", "announced"),
		clockLimit:    own("gauge", "clock_limit_timestamp_seconds", "Until when the nearest promise of its kind must be kept: posting, announcement, restoration.", "site", "clock"),
		clockMet:      own("gauge", "clock_met", "Whether it has been kept.", "site", "clock"),

		lookMetrics: describeLook(c, ofCheck()...),
	}
}
