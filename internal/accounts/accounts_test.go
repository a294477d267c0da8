package accounts

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"
)

// memory is a Tokens for tests; marks counts writes.
type memory struct {
	list  []Token
	marks int
}

func (m *memory) AddToken(_ context.Context, _ Actor, t Token, first bool) (bool, error) {
	if first && len(m.list) > 0 {
		return false, nil
	}
	m.list = append(m.list, t)
	return true, nil
}

func (m *memory) TokenByHash(_ context.Context, h [sha256.Size]byte) (Token, error) {
	for _, t := range m.list {
		if t.Hash == h {
			return t, nil
		}
	}
	return Token{}, ErrNoToken
}

func (m *memory) MarkToken(_ context.Context, _ Actor, id string, used, revoked time.Time) error {
	for i := range m.list {
		if t := &m.list[i]; t.ID == id {
			m.marks++
			if !used.IsZero() {
				t.Used = used
			}
			if !revoked.IsZero() && t.Revoked.IsZero() {
				t.Revoked = revoked
			}
			return nil
		}
	}
	return ErrNoToken
}

func (m *memory) ListTokens(context.Context) ([]Token, error) { return m.list, nil }

func TestTokenLife(t *testing.T) {
	ctx, m, now := t.Context(), &memory{}, time.Unix(1_800_000_000, 0)
	k := &Keeper{Tokens: m, Now: func() time.Time { return now }}
	plain, tok, err := k.Issue(ctx, System("test"), "grafana", RoleViewer, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(plain, tok.Prefix) || len(plain) != 46 || strings.Contains(string(tok.Hash[:]), plain) {
		t.Fatalf("token %q, prefix %q", plain, tok.Prefix)
	}
	a, err := k.Authenticate(ctx, plain)
	if err != nil || a.Role != RoleViewer || a.Kind != KindToken || a.Name != "grafana" {
		t.Fatalf("%+v %v", a, err)
	}
	for range 10 {
		now = now.Add(time.Second)
		k.Authenticate(ctx, plain)
	}
	if m.marks != 1 || !m.list[0].Used.Equal(now.Add(-10*time.Second)) {
		t.Fatalf("%d writes for 11 uses within a minute", m.marks)
	}
	for _, bad := range []string{"", "cw_", plain[:45], plain + "A", "CW" + plain[2:], strings.Repeat("cw_", 99)} {
		if _, err := k.Authenticate(ctx, bad); !errors.Is(err, ErrDenied) {
			t.Fatalf("%q: %v", bad, err)
		}
	}
	now = tok.Expires
	if _, err := k.Authenticate(ctx, plain); !errors.Is(err, ErrDenied) {
		t.Fatalf("expired: %v", err)
	}
	now = now.Add(-time.Minute)
	if err := k.Revoke(ctx, System("test"), tok.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Authenticate(ctx, plain); !errors.Is(err, ErrDenied) {
		t.Fatalf("revoked: %v", err)
	}
	if err := k.Revoke(ctx, System("test"), "nobody"); !errors.Is(err, ErrNoToken) {
		t.Fatal(err)
	}
	if _, _, err := k.Issue(ctx, System("test"), "x", RoleNone, time.Time{}); err == nil {
		t.Fatal("gave no role")
	}
}

func TestSetupTokenOnlyOnce(t *testing.T) {
	k := &Keeper{Tokens: &memory{}}
	plain, err := k.EnsureSetupToken(t.Context())
	if err != nil || plain == "" {
		t.Fatal(plain, err)
	}
	if a, err := k.Authenticate(t.Context(), plain); err != nil || !a.Role.Can(ManageAccounts) {
		t.Fatalf("%+v %v", a, err)
	}
	if again, err := k.EnsureSetupToken(t.Context()); again != "" || err != nil {
		t.Fatalf("%q %v", again, err)
	}
}

func TestPermissions(t *testing.T) {
	want := map[Permission][]Role{
		View:          {RoleViewer, RoleOperator, RolePrivacyOfficer, RoleExecutive, RoleAdministrator},
		Acknowledge:   {RoleOperator, RoleAdministrator},
		RecordNotices: {RoleOperator, RoleAdministrator},
		RunScans:      {RoleOperator, RoleAdministrator},
		JudgeFindings: {RoleOperator, RoleAdministrator},
		ViewPersonal:  {RolePrivacyOfficer}, JudgePersonal: {RolePrivacyOfficer},
		SignReports:    {RoleExecutive},
		ManageAccounts: {RoleAdministrator}, ConfigureSystem: {RoleAdministrator},
		SendHeartbeats: {RoleJob, RoleOperator, RoleAdministrator},
		RecordCases:    {RoleOperator, RoleAdministrator},
		Attest:         {RoleOperator, RolePrivacyOfficer, RoleExecutive},
		DraftReports:   {RoleOperator},
		ExportEvidence: {RolePrivacyOfficer, RoleExecutive, RoleAdministrator},
	}
	for p := View; p <= ExportEvidence+1; p++ {
		for r := RoleNone; r <= RoleJob+1; r++ {
			may := false
			for _, w := range want[p] {
				may = may || w == r
			}
			if r.Can(p) != may {
				t.Errorf("%s, permission %d: %v", r, p, !may)
			}
		}
	}
	for _, r := range Roles() {
		var back Role
		if b, _ := r.MarshalText(); back.UnmarshalText(b) != nil || back != r {
			t.Errorf("%s does not survive", r)
		}
	}
	if System("scheduler").Role.Can(View) {
		t.Error("the system actor can be borrowed")
	}
}
