// Package demo is a simulated association on loopback: what `make run` watches and what tests use. It
// imports nothing else of charterwatch, so any test may use it.
//
// # The association
//
// 데모금융협회 (Demo Finance Association) is fictional and says so on every page. It has seven sites,
// each with a port for HTTP and one for HTTPS:
//
//	homepage         홈페이지              /charter, WebSocket echo at /ws/quotes, /.well-known/security.txt; a pop-up with
//	                                       its newest urgent notice; announces weekend work in time
//	disclosure       통합공시시스템        announces weekend work a day ahead: too late for a promise of three days
//	statistics       자본시장통계          /api/v1/market.json; service hours at /hours (closed 00:00-00:30);
//	                                       iCalendar at /notice/calendar.ics
//	regulations      법규정보시스템        its pages and text files are EUC-KR; cancels what it announced
//	licences         전문인력조회          /search; announces work with a weekday that is not the date's
//	review-jobs      광고심의 · 채용공고   lacks security headers and names a server version: for scanners to find;
//	                                       extends what it announced, and announces a week of short interruptions
//	customer-centre  고객만족센터          /login (demo, demo), then /my; /inquiry; a Statuspage API at /status/api/v2/
//
// Every site has a notice board at /notice/list (rows "table.board tr", cells "td.title a" and
// "td.date"), its notices at /notice/view?id=N, the same as Atom at /notice/feed.xml, attachments in
// /files/ (text, CSV, PDF), /privacy, /robots.txt and /healthz. Nothing holds personal data, and what
// visitors enter is not kept. Notices hang on the current week's Monday in Korean time.
//
// Beside the sites stand a DNS server (UDP and TCP; A, AAAA, MX, NS, SOA, TXT for demo.association;
// large.demo.association is truncated over UDP), an SMTP server with STARTTLS, and the control surface.
//
// # Ports and certificates
//
// With Config.BasePort B (the demo command's is DefaultBasePort, 8490) the ports are fixed, so that a
// configuration file can name them:
//
//	B        control
//	B+1+2i   site i over HTTP, in the order above    (8491, 8493, ... 8503)
//	B+2+2i   site i over HTTPS                       (8492, 8494, ... 8504)
//	B+15     SMTP                                    (8505)
//	B+16     DNS                                     (8506)
//
// Leaves are valid for 127.0.0.1, localhost and ID.demo.localhost. The CA that signs them is limited by
// name constraints to loopback addresses and names under localhost, and stays the same over restarts
// if Config.Dir is set.
//
// # Breaking things
//
// Break, or the control surface, puts a site into a condition until Heal or for Fault.For:
//
//	stop             the listeners are closed: connection refused
//	slow             the right answer after Fault.Delay
//	status           an error page with Fault.Code, and Fault.Text on it
//	wrong-page       200, but an error text
//	blocked          403 from what looks like a web application firewall
//	expired-cert     HTTPS shows a leaf that expired yesterday; HTTP is well
//	wrong-name-cert  HTTPS shows a leaf for another name; HTTP is well
//	reset            connections are accepted, then reset
//	hang             connections are accepted and nothing is ever answered
//
// A change below HTTP cuts the connections that stand, so that a client with a connection kept alive
// sees it too. A healed site has the ports it had before. The control surface (ControlURL) offers the
// same as a page and as a small API: GET /sites, GET /ca.pem, POST /sites/{id}/break (a form or JSON:
// mode, code, delay, for, text), POST /sites/{id}/heal, POST /sites/{id}/notices (title, text; or sample:
// good, late, ambiguous, cancelled, extended), POST /story (on). GET /notices is a page to write notices on. It answers loopback only and refuses writes from other origins.
//
// # The story
//
// With Config.Story the estate breaks by itself now and then, so that a first look at the dashboard has
// something to show: see DefaultStory. The story never touches a site that somebody has broken.
//
// # Example
//
//	e, err := demo.Open(demo.Config{})
//	if err != nil {
//		return err
//	}
//	done := make(chan error, 1)
//	go func() { done <- e.Run(ctx) }()
//	err = e.Break(demo.Statistics, demo.Fault{Mode: demo.Status, Code: 503, For: time.Minute})
package demo
