package config

import (
	"fmt"
	"net"
	"reflect"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

// make translates a kind's keys into the probe's configuration.
func (b *builder) make(c *Check, s Site, ca []byte, id, path string) (targeted, error) {
	shared := b.deps.Shared
	switch k := c.kind.(type) {
	case *HTTPCheck:
		return only(probes.NewHTTP(b.http(k, s, ca, path), shared))
	case *JourneyCheck:
		return only(probes.NewJourney(b.journey(k, s, ca, path), shared))
	case *TCPCheck:
		return only(probes.NewTCP(b.tcp(k, ca, path), shared))
	case *TLSCheck:
		return only(probes.NewTLS(b.tlsProbe(k, s, ca, path), shared))
	case *DNSCheck:
		return only(probes.NewDNS(b.dns(k, s), shared))
	case *ICMPCheck:
		return only(probes.NewICMP(b.icmp(k, s), shared))
	case *GRPCCheck:
		return only(probes.NewGRPC(b.grpc(k, ca, path), shared))
	case *WebSocketCheck:
		return only(probes.NewWebSocket(b.webSocket(k, ca, path), shared))
	case *PushCheck:
		return only(probes.NewPush(probes.PushConfig{
			Check: id, Interval: time.Duration(c.Interval), Grace: time.Duration(k.Grace), Heartbeats: b.deps.Heartbeats, Now: b.deps.Now,
		}))
	default:
		return nil, fmt.Errorf("no way to build a check of kind %q", c.Kind)
	}
}

// only keeps a typed nil from looking like a probe.
func only[P targeted](p P, err error) (targeted, error) {
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (b *builder) http(k *HTTPCheck, s Site, ca []byte, path string) probes.HTTPConfig {
	return probes.HTTPConfig{
		URL: under(s, k.URL), Method: k.Method, Headers: headers(k.Headers), Body: probes.Secret(k.Body),
		Username: k.Username, Password: probes.Secret(k.Password), Bearer: probes.Secret(k.Bearer),
		Redirects: probes.RedirectConfig{Mode: probes.RedirectMode(k.Redirects), Max: k.MaxRedirects},
		Proxy:     probes.Secret(k.Proxy), HTTP1: k.HTTP1, MaxBody: k.MaxBody,
		Dial: probes.DialConfig{Family: k.IP, Resolver: k.Resolver}, TLS: b.tls(k.TLS, ca, path), Expect: k.Expect.build(),
	}
}

func (e HTTPExpect) build() probes.HTTPExpect {
	out := probes.HTTPExpect{
		Status: e.Status, BodyContains: e.BodyContains, BodyLacks: e.BodyLacks, BodyMatches: e.BodyMatches,
		BodyLacksMatch: e.BodyDiffers, JSON: e.JSON, SizeMin: e.SizeMin, SizeMax: e.SizeMax, Latency: time.Duration(e.Latency),
	}
	for _, h := range e.Headers {
		out.Headers = append(out.Headers, probes.HeaderExpect{Name: h.Name, Equals: h.Equals, Matches: h.Matches, Absent: h.Absent})
	}
	return out
}

func (b *builder) journey(k *JourneyCheck, s Site, ca []byte, path string) probes.JourneyConfig {
	out := probes.JourneyConfig{
		Proxy: probes.Secret(k.Proxy), HTTP1: k.HTTP1, MaxBody: k.MaxBody, Latency: time.Duration(k.Expect.Latency),
		Dial: probes.DialConfig{Family: k.IP, Resolver: k.Resolver}, TLS: b.tls(k.TLS, ca, path),
	}
	for i, st := range k.Steps {
		step := probes.JourneyStep{
			Name: st.Name, URL: st.URL, Method: st.Method, Headers: headers(st.Headers), Body: probes.Secret(st.Body),
			Redirects: probes.RedirectConfig{Mode: probes.RedirectMode(st.Redirects), Max: st.MaxRedirects}, Expect: st.Expect.build(),
		}
		if i == 0 {
			step.URL = under(s, st.URL)
		}
		for _, f := range st.Form {
			step.Form = append(step.Form, probes.FormField{Name: f.Name, Value: probes.Secret(f.Value)})
		}
		for _, cp := range st.Captures {
			step.Captures = append(step.Captures, probes.StepCapture{Name: cp.Name, Regex: cp.Regex, JSON: cp.JSON, Field: cp.Field, Header: cp.Header})
		}
		out.Steps = append(out.Steps, step)
	}
	return out
}

func (b *builder) tlsProbe(k *TLSCheck, s Site, ca []byte, path string) probes.TLSProbeConfig {
	out := probes.TLSProbeConfig{
		Address: k.Address, STARTTLS: probes.STARTTLS(k.STARTTLS), TLS: b.tls(k.TLS, ca, path),
		Dial: probes.DialConfig{Family: k.IP, Resolver: k.Resolver},
	}
	if out.Address == "" {
		out.Address = net.JoinHostPort(hostOf(s), portOf(s))
	}
	if k.Expect.ExpiresAfter != 0 {
		out.TLS.ExpiresAfter = time.Duration(k.Expect.ExpiresAfter)
	}
	out.TLS.MinVersion = firstOf(k.Expect.MinVersion, out.TLS.MinVersion)
	return out
}

func (b *builder) tcp(k *TCPCheck, ca []byte, path string) probes.TCPConfig {
	return probes.TCPConfig{
		Address: k.Address, UseTLS: k.UseTLS, STARTTLS: probes.STARTTLS(k.STARTTLS), TLS: b.tls(k.TLS, ca, path),
		Script: script(k.Script), Latency: time.Duration(k.Expect.Latency), Dial: probes.DialConfig{Family: k.IP, Resolver: k.Resolver},
	}
}

func (b *builder) dns(k *DNSCheck, s Site) probes.DNSConfig {
	return probes.DNSConfig{
		Name: firstOf(k.Name, hostOf(s)), Record: k.Record, Server: firstOf(k.Server, systemResolver()), Transport: k.Transport,
		Dial: probes.DialConfig{Family: k.IP, Resolver: k.Resolver},
		Expect: probes.DNSExpect{
			Rcode: k.Expect.Rcode, All: k.Expect.All, Any: k.Expect.Any, None: k.Expect.None,
			Authenticated: k.Expect.Authenticated, Latency: time.Duration(k.Expect.Latency),
		},
	}
}

func (b *builder) icmp(k *ICMPCheck, s Site) probes.ICMPConfig {
	return probes.ICMPConfig{
		Host: firstOf(k.Host, hostOf(s)), Count: k.Count, AllowedLoss: k.AllowedLoss, Size: k.Size, Interval: time.Duration(k.Pause),
		Wait: time.Duration(k.Wait), Latency: time.Duration(k.Expect.Latency), Dial: probes.DialConfig{Family: k.IP, Resolver: k.Resolver},
	}
}

func (b *builder) grpc(k *GRPCCheck, ca []byte, path string) probes.GRPCConfig {
	return probes.GRPCConfig{
		Address: k.Address, Service: k.Service, UseTLS: k.UseTLS, Metadata: headers(k.Metadata), Latency: time.Duration(k.Expect.Latency),
		Dial: probes.DialConfig{Family: k.IP, Resolver: k.Resolver}, TLS: b.tls(k.TLS, ca, path),
	}
}

func (b *builder) webSocket(k *WebSocketCheck, ca []byte, path string) probes.WebSocketConfig {
	return probes.WebSocketConfig{
		URL: k.URL, Headers: headers(k.Headers), Subprotocols: k.Subprotocols, Send: probes.Secret(k.Send), Expect: k.Expect.Message,
		Latency: time.Duration(k.Expect.Latency), Dial: probes.DialConfig{Family: k.IP, Resolver: k.Resolver}, TLS: b.tls(k.TLS, ca, path),
	}
}

func script(steps []ScriptStep) []probes.ScriptStep {
	var out []probes.ScriptStep
	for _, s := range steps {
		out = append(out, probes.ScriptStep{Send: probes.Secret(s.Send), Expect: s.Expect, StartTLS: s.StartTLS})
	}
	return out
}

// headers puts a mapping into a stable order.
func headers(m map[string]Text) []probes.RequestHeader {
	var out []probes.RequestHeader
	for _, name := range sortedKeys(reflect.ValueOf(m)) {
		out = append(out, probes.RequestHeader{Name: name, Value: probes.Secret(m[name])})
	}
	return out
}

func sortedKeys(m reflect.Value) []string {
	var out []string
	for _, k := range m.MapKeys() {
		out = append(out, k.String())
	}
	slices.Sort(out)
	return out
}
