package config

// File is the whole configuration. The yaml tag names a field's key, the doc tag describes
// it in the generated reference and JSON Schema, and the at tag, in kinds of checks, names
// the field of the probe's configuration that it sets.
type File struct {
	Organisation Organisation      `yaml:"organisation" doc:"Whose promises are watched." required:"true"`
	Uplink       Uplink            `yaml:"uplink" doc:"How the monitor tells its own outage from the sites'."`
	Policies     map[string]Policy `yaml:"policies" doc:"When failing looks become an outage, by name. The policy named default applies where a site names none."`
	Sites        []Site            `yaml:"sites" doc:"What is watched." required:"true"`
	Charter      string            `yaml:"charter" doc:"File of the charter: what was promised, and how it is verified. Relative to this file. Default: the charter that comes with the program; charterwatch charter export writes it out to start from."`
	Alerting     Alerting          `yaml:"alerting" doc:"Who is told, of what and when."`
	OnCall       OnCall            `yaml:"on_call" doc:"Who is called, in turns, and who comes next when nobody answers."`
	WatchFloor   WatchFloor        `yaml:"watch_floor" doc:"The shifts of those who keep watch."`
	Mail         Mail              `yaml:"mail" doc:"How the monitor sends letters of its own: reports and checkpoints."`
	Reports      Reports           `yaml:"reports" doc:"The reports that executives sign."`
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
	Clauses      List           `yaml:"clauses" doc:"Ids of the charter's clauses that it is evidence for in particular, such as inquiry-centre."`
	Pages        []Page         `yaml:"pages" doc:"Pages, feeds and files that clauses speak of: they must be there, be kept up to date, or carry the charter's words."`
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
