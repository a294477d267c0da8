package dashboard

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/internal/accounts"
)

// drawer keeps the tokens of a desk.
type drawer struct{ tokens []accounts.Token }

func (d *drawer) Issue(_ context.Context, _ accounts.Actor, name string, role accounts.Role, expires time.Time) (string, accounts.Token, error) {
	d.tokens = append(d.tokens, accounts.Token{ID: "id-" + name, Prefix: "cw_ab", Name: name, Role: role, Created: noon, Expires: expires})
	return "cw_absecret", d.tokens[len(d.tokens)-1], nil
}

func (d *drawer) List(context.Context) ([]accounts.Token, error) { return d.tokens, nil }

func (d *drawer) Revoke(_ context.Context, _ accounts.Actor, id string) error {
	for i := range d.tokens {
		if d.tokens[i].ID == id {
			d.tokens[i].Revoked = noon
			return nil
		}
	}
	return accounts.ErrNoToken
}

// TestTokensAreMadeAndEndedByAdministratorsAlone: the monitor holds its store open, so a
// running one is asked.
func TestTokensAreMadeAndEndedByAdministratorsAlone(t *testing.T) {
	s, _ := openDesk(t)
	d := &drawer{}
	s.cfg.Tokens = d
	_, valid := document(t, s)
	order := func(body, token string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/api/v1/tokens", strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	const good = `{"name": "nightly", "role": "job", "days": 7}`
	for _, role := range []string{"viewer", "operator", "executive", "job"} {
		wantProblem(t, role, order(good, role), 403, "not_permitted")
		wantProblem(t, role+" lists", ask(s, "GET", "/api/v1/tokens", role), 403, "not_permitted")
		wantProblem(t, role+" revokes", ask(s, "DELETE", "/api/v1/tokens/id-nightly", role), 403, "not_permitted")
	}
	for _, bad := range []string{``, `{"name": " ", "role": "job"}`, `{"name": "x"}`, `{"name": "x", "role": "none"}`, `{"name": "x", "role": "king"}`, `{"name": "x", "role": "job", "days": -1}`, `{"name": "x", "role": "job", "more": 1}`} {
		wantProblem(t, bad, order(bad, "administrator"), 400, "bad_order")
	}
	if len(d.tokens) != 0 {
		t.Fatalf("made all the same: %+v", d.tokens)
	}
	made := order(good, "administrator").Body.Bytes()
	var issued IssuedToken
	if err := json.Unmarshal(made, &issued); err != nil || issued.Secret != "cw_absecret" || issued.Role != accounts.RoleJob || issued.Expires == 0 {
		t.Errorf("%v %s", err, made)
	}
	if err := valid("IssuedToken", made); err != nil {
		t.Error(err)
	}
	wantProblem(t, "an unknown one", ask(s, "DELETE", "/api/v1/tokens/none", "administrator"), 404, "not_found")
	if w := ask(s, "DELETE", "/api/v1/tokens/id-nightly", "administrator"); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	list := ask(s, "GET", "/api/v1/tokens", "administrator").Body
	if err := valid("Token", list.Bytes()); err != nil || !strings.Contains(list.String(), `"revoked"`) || strings.Contains(list.String(), "secret") {
		t.Errorf("%v %s", err, list)
	}
}
