package demo

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Site is one of the association's sites and its present condition.
type Site struct {
	ID       string `json:"id"`
	KO       string `json:"name_ko"`
	EN       string `json:"name_en"`
	HTTPURL  string `json:"http_url"`  // ends in "/"
	HTTPSURL string `json:"https_url"` // ends in "/"
	// Charset of its pages: "UTF-8" or "EUC-KR".
	Charset string `json:"charset"`
	// Mode is Healthy or what Break put it into, Since when; Until is zero if only Heal ends it.
	Mode  Mode      `json:"mode"`
	Since time.Time `json:"since,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

// ailment is a fault in force.
type ailment struct {
	Fault
	since, until time.Time
}

// site serves one site over its two gates.
type site struct {
	renderer
	http, https *gate
	leaves      leaves
	clock       func() time.Time
	hours       bool // keeps its published service hours
	mux         *http.ServeMux
	quotes      *quotes

	pages atomic.Pointer[map[string]*page]
	ill   atomic.Pointer[ailment] // nil: healthy

	mu    sync.Mutex // serialises changes of ill, the gates and board
	board []Notice
}

// routes sets up what cannot be rendered ahead.
func (s *site) routes(key signer) {
	s.mux = http.NewServeMux()
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.send(w, http.StatusNotFound, "error", view{Title: "페이지를 찾을 수 없습니다", Message: "주소를 다시 확인해 주십시오."})
	})
	s.machineRoutes(s.mux)
	switch s.id {
	case Homepage:
		s.quotes = &quotes{}
		s.mux.Handle("GET /ws/quotes", s.quotes)
	case Statistics:
		s.mux.HandleFunc("GET /api/v1/market.json", s.market)
	case CustomerCentre:
		desk{s, key}.routes(s.mux)
	}
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if ill := s.ill.Load(); ill != nil && s.misbehave(w, r, ill.Fault) {
		return
	}
	if s.closed(r.URL.Path) {
		s.send(w, http.StatusServiceUnavailable, "error", view{Title: "서비스 이용 시간이 아닙니다",
			Message: "매일 00:00 ~ 00:30에는 일일 집계를 위하여 서비스가 중단됩니다.", Note: "이용 시간 안내: /hours"})
		return
	}
	s.headers(w)
	key := r.URL.Path
	if key == "/notice/view" {
		key += "?id=" + r.URL.Query().Get("id")
	}
	p, ok := (*s.pages.Load())[key]
	switch {
	case !ok:
		s.mux.ServeHTTP(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
	case r.Header.Get("If-None-Match") == p.etag:
		w.Header().Set("ETag", p.etag)
		w.WriteHeader(http.StatusNotModified)
	default:
		w.Header().Set("ETag", p.etag)
		s.write(w, http.StatusOK, p)
	}
}

// headers are those of a well-kept site. There is no HSTS: browsers would apply it to every port of
// the name and so lock themselves out of the HTTP half.
func (s *site) headers(w http.ResponseWriter) {
	h := w.Header()
	if s.bare {
		h.Set("Server", "Apache/2.4.6 (demo)")
		return
	}
	h.Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}

// closed reports whether path is unavailable now because of the published hours.
func (s *site) closed(path string) bool {
	if !s.hours || s.id != Statistics || path == "/hours" || path == "/healthz" || path == "/assets/site.css" {
		return false
	}
	now := s.clock().In(seoul())
	return now.Hour() == 0 && now.Minute() < 30
}

// send renders a page for this visitor.
func (s *site) send(w http.ResponseWriter, code int, name string, v view) {
	p, err := s.html(name, v)
	if err != nil { // a broken template of ours: tests render them all
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	s.write(w, code, p)
}

func (s *site) write(w http.ResponseWriter, code int, p *page) {
	w.Header().Set("Content-Type", p.contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(p.body)))
	w.WriteHeader(code)
	w.Write(p.body) // fails only if the client has gone
}

// misbehave answers as an unwell site does. It reports false if the request is to be answered
// normally after all: late, or because the fault is below HTTP.
func (s *site) misbehave(w http.ResponseWriter, r *http.Request, f Fault) bool {
	switch f.Mode {
	case Slow:
		t := time.NewTimer(f.Delay)
		defer t.Stop()
		select {
		case <-t.C:
			return false
		case <-r.Context().Done():
			return true
		}
	case Status:
		s.send(w, f.Code, "error", view{Title: "서비스 장애 안내", Message: "일시적인 장애로 서비스를 이용하실 수 없습니다. (" + strconv.Itoa(f.Code) + ")", Note: f.Text})
	case WrongPage:
		s.send(w, http.StatusOK, "error", view{Title: "오류가 발생했습니다", Message: "데이터베이스에 연결할 수 없습니다. 관리자에게 문의하십시오.", Note: f.Text})
	case Blocked:
		w.Header().Set("Server", "demo-waf")
		w.Header().Set("Cache-Control", "no-store")
		s.send(w, http.StatusForbidden, "waf", view{Note: rand.Text()})
	default:
		return false
	}
	return true
}

// market is today's figures, made up from the date so that they move from day to day.
func (s *site) market(w http.ResponseWriter, _ *http.Request) {
	now := s.clock().In(seoul())
	n := float64(now.YearDay())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	json.NewEncoder(w).Encode(map[string]any{ // fails only if the client has gone
		"as_of":        now.Format(time.RFC3339),
		"organisation": NameKO,
		"fictional":    true,
		"indicators": []map[string]any{
			{"id": "deposits", "name": "투자자예탁금", "value": 50 + n/100, "unit": "조원"},
			{"id": "credit", "name": "신용공여 잔고", "value": 18 + n/200, "unit": "조원"},
			{"id": "bond-turnover", "name": "채권 거래대금", "value": 30 + n/150, "unit": "조원"},
		},
	})
}

// certificate chooses the leaf for a handshake.
func (s *site) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if ill := s.ill.Load(); ill != nil {
		switch ill.Mode {
		case ExpiredCert:
			return s.leaves.expired, nil
		case WrongNameCert:
			return s.leaves.wrongName, nil
		}
	}
	return s.leaves.good, nil
}

// become puts the site into a condition; nil heals it. s.mu is held. Both gates are changed even if
// one of them fails, and then the site counts as ill still.
func (s *site) become(ill *ailment) error {
	before := Healthy
	if old := s.ill.Load(); old != nil {
		before = old.Mode
	}
	after := Healthy
	if ill != nil {
		after = ill.Mode
		s.ill.Store(ill)
	}
	cut := before != after && (before.cuts() || after.cuts())
	err := s.http.set(after.posture(), cut)
	if err2 := s.https.set(after.posture(), cut); err == nil {
		err = err2
	}
	if err == nil {
		s.ill.Store(ill)
	}
	return err
}

// present is the site with its condition.
func (s *site) present() Site {
	v := s.site
	if ill := s.ill.Load(); ill != nil {
		v.Mode, v.Since, v.Until = ill.Mode, ill.since, ill.until
	}
	return v
}

// post puts a notice on the board and renders the pages anew.
func (s *site) post(n Notice) (Notice, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n.ID = 1
	if k := len(s.board); k > 0 {
		n.ID = s.board[k-1].ID + 1
	}
	board := append(s.board[:len(s.board):len(s.board)], n)
	if len(board) > maxBoard {
		board = board[len(board)-maxBoard:]
	}
	return n, s.show(board)
}

// show renders board and serves it. s.mu is held, or nobody else knows s yet.
func (s *site) show(board []Notice) error {
	pages, err := s.all(board)
	if err != nil {
		return err
	}
	s.board = board
	s.pages.Store(&pages)
	return nil
}
