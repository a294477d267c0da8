package demo

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	sessionCookie = "demo_session"
	formCookie    = "demo_form"
	sessionLife   = 30 * time.Minute
	formLife      = 15 * time.Minute
	maxForm       = 16 << 10 // bytes of a form
)

// signer makes and checks tokens that carry their own end. Nothing is kept for a visitor, so a load
// test that logs in a million times costs no memory.
type signer []byte

func newSigner() signer {
	k := make(signer, 32)
	rand.Read(k) // never fails: crypto/rand ends the program instead
	return k
}

// token is "END.NONCE.MAC": a Unix time, a random part, a MAC over both and the purpose.
func (k signer) token(purpose string, end time.Time) string {
	body := strconv.FormatInt(end.Unix(), 10) + "." + rand.Text()
	return body + "." + k.mac(purpose, body)
}

func (k signer) mac(purpose, body string) string {
	h := hmac.New(sha256.New, k)
	h.Write([]byte(purpose + "\x00" + body))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// valid reports whether token was made for purpose and has not ended.
func (k signer) valid(purpose, token string, now time.Time) bool {
	i := strings.LastIndexByte(token, '.')
	if i < 0 || !hmac.Equal([]byte(token[i+1:]), []byte(k.mac(purpose, token[:i]))) {
		return false
	}
	end, _, _ := strings.Cut(token, ".")
	unix, err := strconv.ParseInt(end, 10, 64)
	return err == nil && now.Before(time.Unix(unix, 0))
}

// desk is the customer centre's part that depends on its visitor: log-in, own inquiries, the form.
type desk struct {
	*site
	key signer
}

func (d desk) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) { d.form(w, r, http.StatusOK, "login", "로그인", "") })
	mux.HandleFunc("POST /login", d.login)
	mux.HandleFunc("POST /logout", d.logout)
	mux.HandleFunc("GET /my", d.my)
	mux.HandleFunc("GET /inquiry", func(w http.ResponseWriter, r *http.Request) {
		d.form(w, r, http.StatusOK, "inquiry", "온라인 문의", "")
	})
	mux.HandleFunc("POST /inquiry", d.inquire)
}

// form shows a page with a fresh token, in a hidden field and in a cookie.
func (d desk) form(w http.ResponseWriter, r *http.Request, code int, name, title, note string) {
	t := d.key.token(formCookie, d.clock().Add(formLife))
	d.setCookie(w, r, formCookie, t, formLife)
	d.send(w, code, name, view{Title: title, Token: t, Note: note})
}

// posted reports whether the form came from a page of ours: the field and the cookie agree and are
// both of our making. It answers by itself if not.
func (d desk) posted(w http.ResponseWriter, r *http.Request, name, title string) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	c, err := r.Cookie(formCookie)
	field := r.PostFormValue("csrf")
	if err == nil && subtle.ConstantTimeCompare([]byte(c.Value), []byte(field)) == 1 && d.key.valid(formCookie, field, d.clock()) {
		return true
	}
	d.form(w, r, http.StatusForbidden, name, title, "화면이 만료되었습니다. 다시 시도해 주십시오.")
	return false
}

func (d desk) login(w http.ResponseWriter, r *http.Request) {
	if !d.posted(w, r, "login", "로그인") {
		return
	}
	if r.PostFormValue("id") != "demo" || r.PostFormValue("password") != "demo" {
		d.form(w, r, http.StatusUnauthorized, "login", "로그인", "아이디 또는 비밀번호가 올바르지 않습니다.")
		return
	}
	d.setCookie(w, r, sessionCookie, d.key.token(sessionCookie, d.clock().Add(sessionLife)), sessionLife)
	http.Redirect(w, r, "/my", http.StatusSeeOther)
}

func (d desk) my(w http.ResponseWriter, r *http.Request) {
	c, err := r.Cookie(sessionCookie)
	if err != nil || !d.key.valid(sessionCookie, c.Value, d.clock()) {
		http.Redirect(w, r, "/login", http.StatusSeeOther)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	d.send(w, http.StatusOK, "my", view{Title: "문의 내역"})
}

func (d desk) logout(w http.ResponseWriter, r *http.Request) {
	d.setCookie(w, r, sessionCookie, "", -1)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// inquire thanks for an inquiry and forgets it.
func (d desk) inquire(w http.ResponseWriter, r *http.Request) {
	if d.posted(w, r, "inquiry", "온라인 문의") {
		d.form(w, r, http.StatusOK, "inquiry", "온라인 문의", "문의가 접수되었습니다. 1일 이내에 답변 드리겠습니다.")
	}
}

func (d desk) setCookie(w http.ResponseWriter, r *http.Request, name, value string, life time.Duration) {
	age := int(life / time.Second)
	if life < 0 {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode})
}
