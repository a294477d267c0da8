package dashboard

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/internal/accounts"
)

const maxOrder = 4096 // bytes

func (s *Server) tokenRoutes() []route {
	roles, refused := rolesThat(accounts.ManageAccounts), []int{http.StatusUnauthorized, http.StatusForbidden}
	return []route{
		{
			method: "GET", pattern: "/api/v1/tokens", handler: s.demand(accounts.ManageAccounts, s.listTokens),
			summary: "Tokens, revoked ones too, the oldest first", answer: []Token{}, roles: roles, errors: refused,
		},
		{
			method: "POST", pattern: "/api/v1/tokens", handler: s.demand(accounts.ManageAccounts, s.issueToken), body: TokenOrder{},
			summary: "Make a token", answer: IssuedToken{}, roles: roles, errors: append(slices.Clone(refused), http.StatusBadRequest),
			more: "The secret is told this once; only a digest of it is kept.",
		},
		{
			method: "DELETE", pattern: "/api/v1/tokens/{id}", handler: s.demand(accounts.ManageAccounts, s.revokeToken),
			summary: "End a token at once and for good", roles: roles, errors: append(slices.Clone(refused), http.StatusNotFound),
		},
	}
}

func wireToken(t accounts.Token) Token {
	return Token{ID: t.ID, Prefix: t.Prefix, Name: t.Name, Role: t.Role, Created: millis(t.Created), Expires: millis(t.Expires), Revoked: millis(t.Revoked)}
}

func (s *Server) listTokens(w http.ResponseWriter, r *http.Request, _ accounts.Actor) {
	list, err := s.cfg.Tokens.List(r.Context())
	if err != nil {
		s.broken(w, "list tokens", err)
		return
	}
	out := []Token{}
	for _, t := range list {
		out = append(out, wireToken(t))
	}
	s.answer(w, out)
}

func (s *Server) issueToken(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	var o TokenOrder
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxOrder))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil || strings.TrimSpace(o.Name) == "" || o.Days < 0 || !slices.Contains(accounts.Roles(), o.Role) {
		fail(w, http.StatusBadRequest, "bad_order", `send {"name": "what it is for", "role": "viewer"} and, if it shall end, "days"`)
		return
	}
	var expires time.Time
	if o.Days > 0 {
		expires = s.cfg.Hub.cfg.Source.Now().AddDate(0, 0, o.Days)
	}
	secret, t, err := s.cfg.Tokens.Issue(r.Context(), actor, o.Name, o.Role, expires)
	if err != nil {
		s.broken(w, "make a token", err)
		return
	}
	s.log.Info("token made", "actor", actor.ID, "token", t.ID, "role", t.Role.String())
	s.answer(w, IssuedToken{secret, wireToken(t)})
}

func (s *Server) revokeToken(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	id := r.PathValue("id")
	err := s.cfg.Tokens.Revoke(r.Context(), actor, id)
	switch {
	case errors.Is(err, accounts.ErrNoToken):
		fail(w, http.StatusNotFound, "not_found", "there is no such token")
	case err != nil:
		s.broken(w, "revoke a token", err)
	default:
		s.log.Info("token revoked", "actor", actor.ID, "token", id)
		_, _ = w.Write([]byte("revoked\n"))
	}
}
