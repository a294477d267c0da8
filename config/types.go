package config

// File is the whole configuration. The yaml tag names a field's key, the doc tag describes
// it in the generated reference and JSON Schema, and the at tag, in kinds of checks, names
// the field of the probe's configuration that it sets.
type File struct {
	Organisation Organisation      `yaml:"organisation" doc:"Whose promises are watched." required:"true"`
	Uplink       Uplink            `yaml:"uplink" doc:"How the monitor tells its own outage from the sites'."`
	Policies     map[string]Policy `yaml:"policies" doc:"When failing looks become an outage, by name. The policy named default applies where a site names none."`
	Sites        []Site            `yaml:"sites" doc:"What is watched." required:"true"`
	Promises     Promises          `yaml:"promises" doc:"What the charter's words leave open. Nothing needs to be given."`
	Alerting     Alerting          `yaml:"alerting" doc:"Who is told, of what and when."`
	OnCall       OnCall            `yaml:"on_call" doc:"Who is called, in turns, and who comes next when nobody answers."`
	WatchFloor   WatchFloor        `yaml:"watch_floor" doc:"The shifts of those who keep watch."`
	Store        Store             `yaml:"store" doc:"Where observations are kept."`
	Retention    Retention         `yaml:"retention" doc:"How long they are kept."`
	Evidence     Evidence          `yaml:"evidence" doc:"How what happened is sealed, so that nobody can change it unseen."`
	Web          Web               `yaml:"web" doc:"The dashboard, the API and the metrics."`
	Probing      Probing           `yaml:"probing" doc:"How this process probes."`
	Browser      Browser           `yaml:"browser" doc:"Pictures of notices, as evidence of what their readers saw."`
}

// Organisation is whose promises are watched.
type Organisation struct {
	Name      Name   `yaml:"name" doc:"Shown on every page." required:"true"`
	Timezone  string `yaml:"timezone" doc:"IANA name of the zone that decides days and months. Default Asia/Seoul."`
	Languages List   `yaml:"languages" doc:"ko, en; the first prevails. Default [ko, en]."`
	Closures  []Date `yaml:"closures" doc:"The organisation's own non-working days."`
	Holidays  string `yaml:"holidays" doc:"CSV file of public holidays that this release does not know yet. Relative to this file."`
}

// Name is a display name.
type Name struct {
	KO string `yaml:"ko" doc:"Korean."`
	EN string `yaml:"en" doc:"English."`
}

// Uplink says how the monitor tells its own outage from the sites'.
type Uplink struct {
	Canaries List `yaml:"canaries" doc:"tcp://host:port or dns://server addresses outside the sites' network. While none answers, failures are recorded as unknown."`
}

// Policy says when failing looks become an outage.
type Policy struct {
	Confirm struct {
		Failures int      `yaml:"failures" doc:"Failing looks in a row, re-probes included. Default 3."`
		Reprobe  Duration `yaml:"reprobe" doc:"Pause before a re-probe. Default 10s."`
		Vantages string   `yaml:"vantages" doc:"How many vantages must agree: majority."`
	} `yaml:"confirm" doc:"When a failure is confirmed."`
	Recover struct {
		Passes int       `yaml:"passes" doc:"Passing looks that a recovery needs. Default 2."`
		Hold   *Duration `yaml:"hold" doc:"How long a recovery must hold before the outage is over. Default 30m."`
	} `yaml:"recover" doc:"When an outage is over."`
	Degraded struct {
		LatencyP95 Duration `yaml:"latency_p95" doc:"Degraded when 95 % of the latest 20 looks took longer."`
	} `yaml:"degraded" doc:"When a site is slow."`
}

// Site is a system that customers use.
type Site struct {
	ID           string         `yaml:"id" doc:"Stable: history hangs on it. Lower-case letters, digits and hyphens." required:"true"`
	Name         Name           `yaml:"name" doc:"Shown to people; rename freely." required:"true"`
	URL          string         `yaml:"url" doc:"The address customers know; http checks look there by default." required:"true"`
	Owner        string         `yaml:"owner" doc:"Who mends it."`
	Policy       string         `yaml:"policy" doc:"Name of a policy. Default: default."`
	ServiceHours []ServiceHours `yaml:"service_hours" doc:"Published closing times. Raw availability still counts them."`
	DependsOn    List           `yaml:"depends_on" doc:"Names of what it relies on; sites that share one are grouped when they fail together."`
	CA           string         `yaml:"ca" doc:"PEM file of certificates to trust instead of the system's, for all checks of the site."`
	Aliases      List           `yaml:"aliases" doc:"Other names by which notices speak of it."`
	Notices      []Board        `yaml:"notices" doc:"Where it announces maintenance and outages."`
	OutagePage   *bool          `yaml:"outage_page" doc:"While the site is down, read what stands in its place: it may say until when. Default true."`
	Checks       []Check        `yaml:"checks" doc:"How it is watched." required:"true"`
}

// ServiceHours is a recurring closing time.
type ServiceHours struct {
	Close  string `yaml:"close" doc:"\"HH:MM-HH:MM\" in the organisation's zone; 24:00 is allowed." required:"true"`
	Days   List   `yaml:"days" doc:"daily, or days such as [mon, sun]. Default daily."`
	From   *Date  `yaml:"from" doc:"First day in force."`
	Until  *Date  `yaml:"until" doc:"First day no longer in force."`
	Notice string `yaml:"notice" doc:"Address of the standing notice that announces it; it is re-read every hour, and a closing time that it does not announce does not count. A path is taken from the site's url." required:"true"`
}

// Promises are the parameters of the charter's clauses about service.
type Promises struct {
	MaintenanceNotice struct {
		Hours Duration `yaml:"hours" doc:"Regular maintenance is announced so long before it begins. Default 72h."`
		Days  int      `yaml:"days" doc:"And so many whole days ahead: 3 means by the end of the fourth day before. Default 3."`
	} `yaml:"maintenance_notice" doc:"When maintenance must be announced; both counts must hold."`
	RecoveryAnnouncement struct {
		After  Duration `yaml:"after" doc:"Of outages longer than this. Default 10m."`
		Within Duration `yaml:"within" doc:"So long after the first failing slot. Default 30m."`
	} `yaml:"recovery_announcement" doc:"When an expected time of recovery must be announced."`
	RecoveryTime struct {
		Within Duration `yaml:"within" doc:"So long after the first failing slot. Default 48h."`
	} `yaml:"recovery_time" doc:"When service must be restored."`
	Availability struct {
		MaxDown  Duration `yaml:"max_down" doc:"Unplanned downtime that a served day may have. Default 60m."`
		Coverage int      `yaml:"coverage_percent" doc:"Share of the time that must have been observed before anything counts as kept. Default 95."`
	} `yaml:"availability" doc:"When a day counts as served."`
	DayRule string `yaml:"day_rule" doc:"How terms in days are counted: civil (the day of receipt is not counted; a last day that is no business day gives way to the next), elapsed (24 hours a day) or public (the public sector's: up to 5 days in working hours, from 6 days on the first is counted). Default civil."`
}

// Store is where observations are kept.
type Store struct {
	SQLite string `yaml:"sqlite" doc:"Folder of the embedded database. Default /var/lib/charterwatch."`
}

// Retention is how long observations are kept.
type Retention struct {
	Results string `yaml:"results" doc:"Sealed results, gaps, outages and events. Default 26 months."`
}

// Web configures the HTTP server.
type Web struct {
	Listen       string `yaml:"listen" doc:"host:port. Default 127.0.0.1:8480: loopback only."`
	ExternalURL  string `yaml:"external_url" doc:"How people reach the dashboard, for links."`
	ProbeHandler bool   `yaml:"probe_handler" doc:"Serve /probe as blackbox_exporter does, to holders of a token. Off by default: it looks at any address it is asked to."`

	Modules map[string]Module `yaml:"modules" doc:"More ways of looking for /probe, by name: checks without a target."`
}

// Probing is how this process probes.
type Probing struct {
	Vantage string `yaml:"vantage" doc:"Name of this place. Default local."`
	AtOnce  int    `yaml:"at_once" doc:"Most looks under way at the same time. Default 1000."`
	Contact string `yaml:"contact" doc:"URL sent in the User-Agent, so that a site's operator can find you."`
}
