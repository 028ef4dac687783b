package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/completions"
	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/broker"
	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/context/probe"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/fleet/recording"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/tui"
	"github.com/natsctl/natsctl/internal/view"
)

// exitCodes says the exit code of every error that has a row of its own, with
// the numbers written out: they are part of the interface.
func exitCodes() map[string]map[error]int {
	silence := &net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}
	return map[string]map[error]int{
		"commands": {
			context.Canceled: 130, usagef("x"): 2, partialError{&fleet.Snapshot{}}: 3, errUnseen: 3, errDeclined: 1, errBlocked: 1,
			errNoTrigger: 2, errUnkicked: 5, errUnfinished: 5, errNoDrain: 2, errDrain: 1, errNobody: 1,
			errNoTerminal: 2, errNoAnswer: 2, errProtected: 2, errEditor: 1, errWhich: 2, errUnwell: 3,
			errNoAccount: 1, errPartialScrape: 3, doubtfulError{&bench.Result{}}: 3, checkFailedError("x"): 6,
			tui.ErrConfig: 2, tui.ErrPanic: 1, tui.ErrFormat: 2, completions.ErrShell: 2, view.ErrColumn: 2, view.ErrFilter: 2,
			errors.New("something else"): 1,
		},
		"contexts": {
			natsctx.ErrUnknown: 2, natsctx.ErrCorrupt: 1, natsctx.ErrExists: 2, natsctx.ErrSelected: 2, natsctx.ErrNoSelection: 2,
			natsctx.ErrNoPrevious: 2, natsctx.ErrBadName: 2, natsctx.ErrInvalid: 2, natsctx.ErrExposed: 4, natsctx.ErrMissing: 2,
			natsctx.ErrSecret: 4, natsctx.ErrURLOverride: 2, natsctx.ErrExpired: 4, natsctx.ErrExpiring: 0, probe.ErrNotNATS: 5,
			natsctx.ErrNoHome: 1, natsctx.ErrLocked: 1, natsctx.ErrChanged: 1,
		},
		"clusters": {
			broker.ErrNoSpace: 1, broker.ErrData: 1, broker.ErrExpired: 1, &broker.SlotError{}: 1, broker.ErrPortInUse: 1,
			broker.ErrNoHome: 1, broker.ErrSpec: 2, broker.ErrNotReady: 1, broker.ErrProgram: 1, broker.ErrUser: 2, broker.ErrPush: 3,
			broker.ErrNotEmpty: 2, broker.ErrUnknown: 2, broker.ErrDown: 5, broker.ErrBusy: 1, broker.ErrNoLeader: 1,
			broker.ErrNoAck: 1, broker.ErrNode: 1, broker.ErrFault: 1,
		},
		"fleets": {
			checks.ErrUnknown: 2, checks.ErrLimit: 2, recording.ErrInvalid: 1, &recording.NotRecordedError{}: 1,
			exporter.ErrOption: 2, exporter.ErrNoContext: 2, exporter.ErrNotConnected: 5,
			sys.ErrNotSystem: 4, sys.ErrNoServer: 1, sys.ErrPermission: 4, sys.ErrRequest: 2, sys.ErrTooOld: 1, sys.ErrRefused: 1,
			sys.ErrProfile: 1, sys.ErrAmbiguous: 2, sys.ErrIncomplete: 3, sys.ErrSilent: 5, sys.ErrDisconnected: 5,
		},
		"benchmarks": {
			bench.ErrSLO: 6, bench.ErrSpec: 2, bench.ErrUnit: 2, bench.ErrResult: 2, bench.ErrNoInterest: 5, bench.ErrNoResponders: 5,
			bench.ErrNotOurs: 1, bench.ErrDifferent: 2, bench.ErrUnsupported: 1,
		},
		"connections": {
			nats.ErrAuthExpired: 4, nats.ErrAuthRevoked: 4, nats.ErrAccountAuthExpired: 4, nats.ErrAuthorization: 4,
			nats.ErrPermissionViolation: 4, nats.ErrTimeout: 5, context.DeadlineExceeded: 5, nats.ErrNoServers: 5,
			&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}: 5, silence: 5, syscall.ENOSPC: 1, &connectError{target: &natsctx.Target{}, flags: &globals{}, cause: io.EOF}: 5,
			x509.UnknownAuthorityError{}: 5, x509.HostnameError{Certificate: &x509.Certificate{}, Host: "n1"}: 5,
			x509.CertificateInvalidError{Reason: x509.Expired}: 5, x509.CertificateInvalidError{Reason: x509.TooManyIntermediates}: 5,
			nats.ErrSecureConnRequired: 5, nats.ErrSecureConnWanted: 5, nats.ErrTLS: 5, tls.RecordHeaderError{}: 5,
			&net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}: 5, &net.DNSError{Name: "n1"}: 5,
			&net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}: 5,
			errors.Join(sys.ErrDisconnected, nats.ErrAuthExpired):             4,
		},
	}
}

// TestExitCodes holds the exit code of every row, also of an error that is
// wrapped and that happened in a command.
func TestExitCodes(t *testing.T) {
	for room, codes := range exitCodes() {
		for err, want := range codes {
			for _, err := range []error{err, inCommand{fmt.Errorf("while testing: %w", err), "server ls"}} {
				e := &env{err: io.Discard, getenv: func(string) string { return "" }}
				if got := e.fail(err); got != want {
					t.Errorf("%s: %v (%T): exit code %d, want %d", room, err, err, got, want)
				}
			}
		}
	}
}

// TestExitCodesAreTold has the exit codes that help promises.
func TestExitCodesAreTold(t *testing.T) {
	for word, code := range map[string]int{
		"ok": exitOK, "failed": exitFailed, "usage": exitUsage, "partial answer or invalid measurement": exitPartial,
		"auth or permission": exitAuth, "unreachable or timeout": exitUnreachable, "check or SLO failed": exitCheck, "interrupted": exitInterrupted,
	} {
		if promise := fmt.Sprintf("%d %s", code, word); !strings.Contains(strings.ReplaceAll(usageTemplate, "\n", " "), promise) {
			t.Errorf("help does not say %q", promise)
		}
	}
}

// TestEveryAdviceHasAnExitCode finds a row for each error of [exitCodes] and
// each row used by one of them.
func TestEveryAdviceHasAnExitCode(t *testing.T) {
	rows := advices()
	used := make([]bool, len(rows))
	for _, codes := range exitCodes() {
		for err := range codes {
			for i, row := range rows {
				if row.match(err) {
					used[i] = true
					break
				}
			}
		}
	}
	for i, is := range used {
		if !is {
			t.Errorf("row %d of the error table (exit code %d) matches no error of the test", i, rows[i].code)
		}
	}
}

// TestMissedSLO ends with the code of a failed check once the result is shown.
func TestMissedSLO(t *testing.T) {
	res := &bench.Result{Verdict: &bench.Verdict{Missed: []string{"p99 <= 1ms: 4ms"}}}
	deliver := func(res *bench.Result) (string, error) {
		var out strings.Builder
		e := &env{out: &out, err: io.Discard, width: func() int { return 0 }, now: time.Now, getenv: func(string) string { return "" }}
		err := (&benchRunFlags{}).deliver(e, "json", res)
		return out.String(), err
	}
	out, err := deliver(res)
	if code, _ := explain(err); code != 6 || !strings.Contains(err.Error(), "p99 <= 1ms") || !strings.Contains(out, "p99 <= 1ms") {
		t.Errorf("%v with code %d, %s", err, code, out)
	}
	res.Verdict.Pass = true
	if _, err := deliver(res); err != nil && errors.Is(err, bench.ErrSLO) {
		t.Error(err)
	}
}

// TestUnsavedResultFails prints a result that cannot be saved, and fails.
func TestUnsavedResultFails(t *testing.T) {
	var out strings.Builder
	e := &env{out: &out, err: io.Discard, width: func() int { return 0 }, now: time.Now, getenv: func(string) string { return "" }}
	f := &benchRunFlags{}
	f.save = filepath.Join(t.TempDir(), "no", "such", "directory.json")
	res := &bench.Result{Verdict: &bench.Verdict{Pass: true}}
	if err := f.deliver(e, "json", res); err == nil || out.Len() == 0 {
		t.Errorf("error %v after %d bytes", err, out.Len())
	}
}
