package alerts

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/textproto"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"github.com/prometheus/alertmanager/notify"
)

// statusSaid is how Alertmanager's receivers tell of an HTTP status.
var statusSaid = regexp.MustCompile(`status code:? (\d{3})\b`)

// problem is the class of an error of a delivery, in a few words. The error itself may hold
// addresses, credentials or what the other side answered, and is kept nowhere.
func problem(err error) string {
	var smtp *textproto.Error
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errBusy):
		return "busy"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), timedOut(err):
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.As(err, &smtp):
		return "SMTP " + strconv.Itoa(smtp.Code)
	case errors.As(err, &dns):
		return "name not found"
	case insecure(err):
		return "TLS"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "unreachable"
	case errors.Is(err, os.ErrNotExist), errors.Is(err, os.ErrPermission):
		return "file"
	}
	if m := statusSaid.FindStringSubmatch(err.Error()); m != nil {
		return "HTTP " + m[1]
	}
	switch said := err.Error(); {
	case strings.Contains(said, "template"):
		return "template"
	case strings.Contains(said, "auth"):
		return "credentials"
	case errors.As(err, &op), strings.Contains(said, "EOF"):
		return "connection lost"
	}
	return "other"
}

func timedOut(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

func insecure(err error) bool {
	var (
		unknown x509.UnknownAuthorityError
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
		header  tls.RecordHeaderError
		verify  *tls.CertificateVerificationError
		alert   tls.AlertError
	)
	return errors.As(err, &unknown) || errors.As(err, &name) || errors.As(err, &invalid) || errors.As(err, &header) || errors.As(err, &verify) || errors.As(err, &alert)
}

// safe is an error of a delivery without what must not be kept, for Alertmanager's log and
// metrics.
func safe(err error) error {
	if err == nil {
		return nil
	}
	short := errors.New(problem(err))
	var why *notify.ErrorWithReason
	if errors.As(err, &why) {
		return notify.NewErrorWithReason(why.Reason, short)
	}
	return short
}
