package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/completions"
	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/context/connect"
	"github.com/natsctl/natsctl/internal/context/probe"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/view"
)

// TestExitCodes holds the exit codes of what every command may meet.
func TestExitCodes(t *testing.T) {
	silence := &net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}
	codes := map[error]int{
		context.Canceled:                      130,
		Usagef("x"):                           2,
		partialError{&fleet.Snapshot{}}:       3,
		ErrDeclined:                           1,
		errNoAnswer:                           2,
		ErrProtected:                          2,
		completions.ErrShell:                  2,
		view.ErrColumn:                        2,
		view.ErrFilter:                        2,
		errors.New("something else"):          1,
		natsctx.ErrUnknown:                    2,
		natsctx.ErrCorrupt:                    1,
		natsctx.ErrExists:                     2,
		natsctx.ErrSelected:                   2,
		natsctx.ErrNoSelection:                2,
		natsctx.ErrNoPrevious:                 2,
		natsctx.ErrBadName:                    2,
		natsctx.ErrInvalid:                    2,
		natsctx.ErrExposed:                    4,
		natsctx.ErrShared:                     0,
		natsctx.ErrForeign:                    4,
		natsctx.ErrMissing:                    2,
		natsctx.ErrSecret:                     4,
		natsctx.ErrURLOverride:                2,
		natsctx.ErrExpired:                    4,
		natsctx.ErrExpiring:                   0,
		natsctx.ErrProxy:                      5,
		probe.ErrNotNATS:                      5,
		connect.ErrTLSFirst:                   5,
		connect.ErrHTTP:                       5,
		connect.ErrWebsocket:                  5,
		connect.ErrWebsocketTLS:               5,
		connect.ErrPlain:                      5,
		connect.ErrGatewayPort:                5,
		connect.ErrLeafPort:                   5,
		connect.ErrRoutePort:                  5,
		natsctx.ErrNoHome:                     1,
		natsctx.ErrLocked:                     1,
		natsctx.ErrChanged:                    1,
		sys.ErrNotSystem:                      4,
		sys.ErrNoServer:                       1,
		sys.ErrPermission:                     4,
		sys.ErrRequest:                        2,
		sys.ErrTooOld:                         1,
		sys.ErrRefused:                        1,
		sys.ErrProfile:                        1,
		sys.ErrAmbiguous:                      2,
		sys.ErrIncomplete:                     3,
		sys.ErrSilent:                         5,
		sys.ErrDisconnected:                   5,
		nats.ErrMaxAccountConnectionsExceeded: 5,
		nats.ErrMaxConnectionsExceeded:        5,
		&connectError{target: &natsctx.Target{}, flags: &Globals{}, cause: &natsctx.ExpiredError{Key: "creds"}}: 4,
		nats.ErrAuthExpired:                                 4,
		nats.ErrAuthRevoked:                                 4,
		nats.ErrAccountAuthExpired:                          4,
		nats.ErrAuthorization:                               4,
		nats.ErrPermissionViolation:                         4,
		nats.ErrTimeout:                                     5,
		context.DeadlineExceeded:                            5,
		nats.ErrNoServers:                                   5,
		&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}: 5,
		silence:        5,
		syscall.ENOSPC: 1,
		&connectError{target: &natsctx.Target{}, flags: &Globals{}, cause: io.EOF}: 5,
		x509.UnknownAuthorityError{}:                                              5,
		x509.HostnameError{Certificate: &x509.Certificate{}, Host: "n1"}:          5,
		x509.CertificateInvalidError{Reason: x509.Expired}:                        5,
		x509.CertificateInvalidError{Reason: x509.TooManyIntermediates}:           5,
		nats.ErrSecureConnRequired:                                                5,
		nats.ErrSecureConnWanted:                                                  5,
		nats.ErrTLS:                                                               5,
		tls.RecordHeaderError{}:                                                   5,
		&net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}: 5,
		&net.DNSError{Name: "n1"}:                                                 5,
		&net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}:         5,
		errors.Join(sys.ErrDisconnected, nats.ErrAuthExpired):                     4,
	}
	used := map[int]bool{}
	rows := allAdvices(nil)
	for err, want := range codes {
		for _, err := range []error{err, InCommand{fmt.Errorf("while testing: %w", err), "server ls"}} {
			if got := (&Env{Err: io.Discard, Getenv: func(string) string { return "" }}).Fail(err); got != want {
				t.Errorf("%v (%T): exit code %d, want %d", err, err, got, want)
			}
		}
		used[slices.IndexFunc(rows, func(a Advice) bool { return a.Match(err) })] = true
	}
	for i, row := range rows {
		if !used[i] {
			t.Errorf("row %d of the error table (exit code %d) matches no error of the test", i, row.Code)
		}
	}
}

// TestExitCodesAreListed has the exit codes that help promises.
func TestExitCodesAreListed(t *testing.T) {
	for word, code := range map[string]int{
		"ok": ExitOK, "failed": ExitFailed, "usage": ExitUsage, "partial answer or invalid measurement": ExitPartial,
		"auth or permission": ExitAuth, "unreachable or timeout": ExitUnreachable, "check or SLO failed": ExitCheck, "interrupted": ExitInterrupted,
	} {
		if promise := fmt.Sprintf("%d %s", code, word); !strings.Contains(strings.ReplaceAll(usageTemplate, "\n", " "), promise) {
			t.Errorf("help does not say %q", promise)
		}
	}
}
