// Package accounts says who acts: people and programs with a role, known by a token.
//
// A token is "cw_" and 256 random bits. It is shown once, when it is made; what is kept is
// its SHA-256 and a short prefix by which people recognise it. A hash without salt or
// stretching is enough because nobody can guess 256 random bits.
//
// Every write carries an [Actor]. What a role may do is a fixed table ([Role.Can]), so that
// an auditor can read it.
package accounts

import "fmt"

// Kind says what an actor is.
type Kind string

// The kinds.
const (
	KindUser   Kind = "user"   // a person
	KindToken  Kind = "token"  // a program
	KindSystem Kind = "system" // the monitor itself
)

// Actor is who does something.
type Actor struct {
	ID   string `json:"id"`   // stable
	Name string `json:"name"` // for people
	Kind Kind   `json:"kind"`
	Role Role   `json:"role"`
}

// System is the actor of what the monitor does on its own. It holds no permission that
// a request could borrow.
func System(part string) Actor {
	return Actor{ID: "system/" + part, Name: part, Kind: KindSystem}
}

// Role is a set of duties. The zero value may do nothing.
type Role uint8

// The roles, from the least trusted. The order is for display and comparison: a later role
// does not hold all that an earlier one does, because duties are kept apart.
const (
	RoleNone           Role = 0
	RoleViewer         Role = 1 // sees the wall and the reports
	RoleOperator       Role = 2 // answers alerts, records maintenance
	RolePrivacyOfficer Role = 3 // judges findings of personal data
	RoleExecutive      Role = 4 // reviews and signs reports
	RoleAdministrator  Role = 5 // runs the monitor itself
	RoleJob            Role = 6 // a batch job: reports that it ran, sees nothing
)

var roleNames = [...]string{"none", "viewer", "operator", "privacy_officer", "executive", "administrator", "job"}

// Roles lists the roles that can be given, least trusted first.
func Roles() []Role {
	return []Role{RoleJob, RoleViewer, RoleOperator, RolePrivacyOfficer, RoleExecutive, RoleAdministrator}
}

// String returns the role's stable name.
func (r Role) String() string {
	if int(r) < len(roleNames) {
		return roleNames[r]
	}
	return fmt.Sprintf("role(%d)", uint8(r))
}

// MarshalText writes the stable name.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads a stable name.
func (r *Role) UnmarshalText(b []byte) error {
	for i, n := range roleNames {
		if n == string(b) {
			*r = Role(i)
			return nil
		}
	}
	return fmt.Errorf("unknown role %q", b)
}

// Permission is one thing that an actor may be allowed to do.
type Permission uint8

// The permissions.
const (
	View            Permission = iota // read the wall, histories, reports
	Acknowledge                       // acknowledge and annotate an outage or alert
	RecordNotices                     // record maintenance, service hours and notices
	RunScans                          // start and stop scans and sweeps
	JudgeFindings                     // accept, dismiss or reopen a security finding
	ViewPersonal                      // see masked findings of personal data in detail
	JudgePersonal                     // judge and erase findings of personal data
	SignReports                       // review, approve and sign reports
	ManageAccounts                    // make and revoke tokens, give roles
	ConfigureSystem                   // reload the configuration, back up, test alerts
	SendHeartbeats                    // report that a batch job ran
	RecordCases                       // put cases of customers on record
	Attest                            // put attestations and monthly records on record
	DraftReports                      // make a monthly report and hand it in for review
	ExportEvidence                    // export evidence as it is kept
)

// Can says whether the role holds a permission. Nobody holds all: an administrator neither
// signs reports nor judges personal data.
func (r Role) Can(p Permission) bool {
	if r == RoleNone || r > RoleJob {
		return false
	}
	switch p {
	case View:
		return r != RoleJob
	case SendHeartbeats:
		return r == RoleJob || r == RoleOperator || r == RoleAdministrator
	case Acknowledge, RecordNotices, RunScans, JudgeFindings, RecordCases:
		return r == RoleOperator || r == RoleAdministrator
	case ViewPersonal, JudgePersonal:
		return r == RolePrivacyOfficer
	case SignReports:
		return r == RoleExecutive
	case DraftReports:
		return r == RoleOperator
	case Attest:
		return r == RoleOperator || r == RolePrivacyOfficer || r == RoleExecutive
	case ExportEvidence:
		return r == RoleExecutive || r == RolePrivacyOfficer || r == RoleAdministrator
	case ManageAccounts, ConfigureSystem:
		return r == RoleAdministrator
	default:
		return false
	}
}
