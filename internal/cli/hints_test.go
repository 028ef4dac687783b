package cli

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/context/connect"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/view"
)

// failing is the error of a connection that the given flags ask for.
func failing(t *testing.T, c *console, g Globals, cause error) *connectError {
	t.Helper()
	e := c.Env(&bytes.Buffer{}, &bytes.Buffer{})
	e.Flags = g
	target, err := e.Target()
	if err != nil {
		t.Fatal(err)
	}
	return &connectError{target: target, flags: &e.Flags, cause: cause}
}

// TestConnectionHints says what to do next, with the command that looks closer
// at the context or URL that was used, and no secret of it.
func TestConnectionHints(t *testing.T) {
	c := newConsole(t)
	c.saveContext(t, "my east", `{"url":"nats://e:1"}`)
	refused := &net.OpError{Op: "dial", Err: errors.New("refused")}
	authority := x509.UnknownAuthorityError{}
	for _, tt := range []struct {
		name  string
		flags Globals
		cause error
		want  string
	}{
		{"URL", Globals{Servers: []string{"nats://bob:PASSWORD@x:1"}}, refused, "is a server running there? natsctl -s 'nats://bob:" + natsctx.Mask + "@x:1' context validate --connect tries each URL"},
		{"context", Globals{Context: "my east"}, refused, "is a server running there? natsctl context validate --connect 'my east' tries each URL"},
		{"nothing", Globals{}, refused, "is a server running there? natsctl context validate --connect tries each URL"},
		{"authority", Globals{}, authority, "name the certificate authority of the server with --tlsca FILE; natsctl context validate --connect shows who signed it"},
		{"own authority", Globals{tlsCA: "ca.pem"}, authority, "the authority in ca.pem did not sign the server's certificate; name another with --tlsca FILE; natsctl context validate --connect shows who signed it"},
		{"no server at the default", Globals{}, nats.ErrNoServers, "name a server with -s URL, or a context with --context NAME (list them with: natsctl context ls); start a local cluster with: natsctl cluster up"},
		{"no server", Globals{Servers: []string{"x"}}, nats.ErrNoServers, "no server listens there; is it running? natsctl -s x context validate --connect tries each URL"},
		{"TLS first", Globals{Servers: []string{"x"}}, connect.ErrTLSFirst, "--tlsfirst (tls_first in the context) makes natsctl begin with TLS too: the server is set to handshake_first, or a proxy in front of it ends TLS"},
		{"TLS first, websocket", Globals{Servers: []string{"ws://x"}}, connect.ErrTLSFirst, "use a wss:// URL for this port, and --tlsca FILE when its certificate is signed by an authority of your own"},
		{"plain", Globals{Servers: []string{"x"}}, connect.ErrPlain, "use a nats:// or tls:// URL for this port"},
		{"plain, --tlsfirst", Globals{Servers: []string{"x"}, tlsFirst: true}, connect.ErrPlain, "the server greets before TLS; remove --tlsfirst (tls_first in the context)"},
		{"no credentials", Globals{}, nats.ErrAuthorization, "use --context NAME (list them with: natsctl context ls), --creds FILE, or --user NAME with --password-file FILE"},
		{"other credentials", Globals{nkey: "k"}, nats.ErrAuthorization, "the server rejects these credentials; use another context (list them with: natsctl context ls) or other flags"},
		{"other credentials than those of a context", Globals{Context: "my east", nkey: "k"}, nats.ErrAuthorization, "the server rejects these credentials; see which are used, and from where, with: natsctl context show"},
		{"expired certificate", Globals{}, x509.CertificateInvalidError{Reason: x509.Expired}, "renew the server's certificate, or correct this machine's clock; natsctl context validate --connect shows its dates"},
		{"other certificate", Globals{}, x509.CertificateInvalidError{Reason: x509.TooManyIntermediates}, "the server needs another certificate; natsctl context validate --connect shows this one"},
		{"dial timeout", Globals{}, &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, "no answer from this address: the host is down, or a firewall drops the traffic; raise --timeout if it is far away"},
		{"read timeout", Globals{}, &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, "something accepts the connection and does not reply: a server that hangs (paused, overloaded), or not a NATS server"},
		{"alert", Globals{}, &net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}, "the server rejects the client certificate, or requires one: use --tlscert FILE and --tlskey FILE"},
	} {
		if _, hint := Explain(nil, failing(t, c, tt.flags, tt.cause)); hint != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, hint, tt.want)
		}
	}
	if got := probing("look again", "shows it")(errors.New("x")); got != "look again" {
		t.Errorf("%s", got)
	}
}

// TestConnectionErrors names the server and, where it matters, the user, and
// never a secret.
func TestConnectionErrors(t *testing.T) {
	c := newConsole(t)
	for name, body := range map[string]string{
		"user":  `{"url":"nats://e:1","user":"kim","password":"PASSWORD"}`,
		"token": `{"url":"nats://e:1","token":"PASSWORD"}`,
		"creds": `{"url":"nats://e:1","creds":"/c.creds"}`,
		"nkey":  `{"url":"nats://e:1","nkey":"/k.nk"}`,
		"data":  `{"url":"nats://e:1","creds":"data:;base64,PASSWORD"}`,
		"nsc":   `{"url":"nats://e:1","nsc":"nsc://o/a/u"}`,
		"jwt":   `{"url":"nats://e:1","user_jwt":"PASSWORD","user_seed":"PASSWORD"}`,
		"cert":  `{"url":"nats://e:1","cert":"/c.pem","key":"/k.pem"}`,
		"none":  `{"url":"nats://bob:PASSWORD@e:1"}`,
	} {
		c.saveContext(t, name, body)
	}
	for _, tt := range []struct {
		flags Globals
		cause error
		want  string
	}{
		{Globals{}, errors.New("no"), "connect to nats://127.0.0.1:4222 (the default; no server was given): no"},
		{Globals{Servers: []string{"a:1", "b:2"}}, errors.New("no"), "connect to a:1,b:2: no"},
		{Globals{Context: "user"}, errors.New("no"), "connect to nats://e:1: no"},
		{Globals{Context: "user"}, nats.ErrAuthorization, `connect to nats://e:1 as user "kim" of context "user": nats: authorization violation`},
		{Globals{Context: "token"}, nats.ErrAuthorization, `connect to nats://e:1 with a token of context "token": nats: authorization violation`},
		{Globals{Context: "creds"}, nats.ErrAuthorization, `connect to nats://e:1 with the creds /c.creds of context "creds": nats: authorization violation`},
		{Globals{Context: "data"}, nats.ErrAuthorization, `connect to nats://e:1 with the creds data:` + natsctx.Mask + ` of context "data": nats: authorization violation`},
		{Globals{Context: "nkey"}, nats.ErrAuthorization, `connect to nats://e:1 with the nkey /k.nk of context "nkey": nats: authorization violation`},
		{Globals{Context: "nsc"}, nats.ErrAuthorization, `connect to nats://e:1 with the nsc profile nsc://o/a/u of context "nsc": nats: authorization violation`},
		{Globals{Context: "jwt"}, nats.ErrAuthorization, `connect to nats://e:1 with a user JWT of context "jwt": nats: authorization violation`},
		{Globals{Context: "cert"}, nats.ErrAuthorization, "connect to nats://e:1 with the client certificate /c.pem alone: nats: authorization violation"},
		{Globals{Servers: []string{"e:1"}}, nats.ErrAuthorization, "connect to e:1 without credentials: nats: authorization violation"},
		{Globals{Servers: []string{"e:1"}, User: "PASSWORD"}, nats.ErrAuthorization, "connect to e:1 with the value of --user as a token, because no password was given: nats: authorization violation"},
		{Globals{Servers: []string{"e:1"}, nkey: "/k.nk"}, nats.ErrAuthorization, "connect to e:1 with the nkey /k.nk (command line): nats: authorization violation"},
		{Globals{Context: "none"}, nats.ErrTimeout, "connect to nats://bob:" + natsctx.Mask + "@e:1: nats: timeout"},
	} {
		err := failing(t, c, tt.flags, tt.cause)
		if err.Error() != tt.want || !errors.Is(err, tt.cause) || strings.Contains(err.Error(), "PASSWORD") {
			t.Errorf("%s\nwant\n%s", err, tt.want)
		}
	}
	c.env["NATS_USER"], c.env["NATS_PASSWORD"] = "lee", "PASSWORD"
	if err := failing(t, c, Globals{Servers: []string{"e:1"}}, nats.ErrAuthorization); err.Error() != `connect to e:1 as user "lee" (NATS_USER): nats: authorization violation` {
		t.Errorf("%s", err)
	}
}

// TestHints holds the hints that depend on the error.
func TestHints(t *testing.T) {
	many := strings.Fields("a b c d e f g h i")
	for _, tt := range []struct {
		err  error
		want string
	}{
		{&natsctx.UnknownError{Name: "eats", Known: []string{"east"}}, `did you mean "east"? list all with: natsctl context ls`},
		{&natsctx.UnknownError{Name: "eats"}, "no contexts yet; create one with: natsctl context add NAME -s URL"},
		{&natsctx.UnknownError{Name: "eats", Known: []string{"zzzzzzz"}}, "list all with: natsctl context ls"},
		{&natsctx.UnknownError{Name: "eats", Origin: natsctx.FromEnv, Known: []string{"zzzzzzz"}}, "named by NATS_CONTEXT; list all with: natsctl context ls"},
		{&natsctx.UnknownError{Name: "eats", Origin: natsctx.FromSelection}, "the selected context's file is gone; clear the selection with: natsctl context unselect; no contexts yet; create one with: natsctl context add NAME -s URL"},
		{&natsctx.FileError{Kind: natsctx.ErrExposed, Path: "/a b"}, "chmod 600 '/a b'"},
		{&natsctx.FileError{Kind: natsctx.ErrForeign, Path: "/a b"}, "others may have chosen what it reads and where it goes; once you have checked it, make it yours: natsctl context add NAME with its settings, or chown and chmod 600 '/a b'"},
		{&natsctx.SecretError{Key: "creds", Ref: "nsc://o/a u", Err: errors.New("x")}, "try it by hand: nsc generate profile 'nsc://o/a u'"},
		{&natsctx.SecretError{Key: "creds", Ref: "ENV://X", Err: errors.New("x")}, "set the variable X, or change the context with natsctl context edit"},
		{&natsctx.URLOverrideError{Context: "c", Origin: natsctx.FromEnv}, `use --no-context to connect there without them, --allow-url-override to send them, or unset NATS_URL to use the servers of "c"`},
		{&natsctx.URLOverrideError{Context: "c", Origin: natsctx.FromFlag}, `use --no-context to connect there without them, --allow-url-override to send them, or leave out --server to use the servers of "c"`},
		{&view.ColumnError{Known: []string{"a", "b"}}, "columns: a, b"},
		{&sys.NotSystemError{Account: "APP"}, "this needs a user of the system account; choose one with --context NAME (list them with: natsctl context ls)"},
		{&sys.NotSystemError{Account: "$G"}, "this needs a user of the system account; choose one with --context NAME (list them with: natsctl context ls) (users without an account are in $G; the server's system_account setting names the system account)"},
		{elsewhere{&sys.NotSystemError{}, strings.Fields("a b c d"), "--context", false}, "this needs a user of the system account: run it with --context a or --context b or --context c"},
		{elsewhere{&sys.NotSystemError{}, []string{"a b"}, "--context", true}, "this needs a user of the system account: run it with --context 'a b' instead of the URL and credentials"},
		{elsewhere{&sys.NotSystemError{}, nil, "--context", true}, "this needs a user of the system account; choose one with --context NAME (list them with: natsctl context ls)"},
		{&sys.NoServerError{Suggestion: "n1", Known: many}, "did you mean n1?"},
		{&sys.NoServerError{}, "list the servers with: natsctl server ls"},
		{&sys.NoServerError{Known: many}, "list the servers with: natsctl server ls"},
		{&sys.NoServerError{Known: many[:8]}, "the servers are a, b, c, d, e, f, g, h"},
		{&sys.NoServerError{Known: many[:1], Clusters: true}, "the clusters are a"},
		{&sys.PermissionError{Subscribe: true}, "the user may not subscribe to its inbox; if it has an inbox prefix, name it with --inbox-prefix"},
		{&sys.PermissionError{Subject: "$SYS.REQ.ACCOUNT.PING.X"}, "the user, or the role of its signing key, must be allowed to publish there; see what is visible without with: natsctl account info"},
		{&sys.PermissionError{Subject: "$SYS.REQ.USER.INFO"}, "the user, or the role of its signing key, must be allowed to publish there; see what is visible without with: natsctl account info"},
		{&sys.PermissionError{Subject: "$SYS.REQ.SERVER.PING"}, "a user of the system account needs permission to publish to $SYS.REQ.> and to subscribe to its inbox"},
		{InCommand{Usagef("x"), "server ls"}, "see natsctl server ls --help"},
	} {
		if _, got := Explain(nil, fmt.Errorf("wrapped: %w", tt.err)); got != tt.want {
			t.Errorf("%T %v:\n%s\nwant\n%s", tt.err, tt.err, got, tt.want)
		}
	}
	for _, kind := range []error{natsctx.ErrUnknown, natsctx.ErrExposed, natsctx.ErrForeign, natsctx.ErrSecret, natsctx.ErrURLOverride, view.ErrColumn, sys.ErrNoServer, sys.ErrPermission} {
		if _, got := Explain(nil, kind); got != "" {
			t.Errorf("%v without its details: %q", kind, got)
		}
	}
	own := On(Is(errCommand), 6, Hint("of the command"))
	if code, hint := Explain([]Advice{own}, errCommand); code != 6 || hint != "of the command" {
		t.Errorf("%d %q", code, hint)
	}
	if code, hint := Explain([]Advice{own}, fmt.Errorf("%w: %w", errCommand, hintedError{})); code != 6 || hint != "brought along" {
		t.Errorf("%d %q", code, hint)
	}
}

var errCommand = errors.New("of a command")

type hintedError struct{}

func (hintedError) Error() string { return "x" }
func (hintedError) Hint() string  { return "brought along" }

// TestFailAsObject prints an error as one JSON object where JSON was requested,
// with its hint and exit code, and an interrupt not at all.
func TestFailAsObject(t *testing.T) {
	for _, tt := range []struct {
		format string
		err    error
		code   int
		want   string
	}{
		{"json", ErrProtected, 2, `{"error":"the context is protected","exit_code":2,"hint":"use --force to proceed, or remove the protection with: natsctl context unprotect NAME"}` + "\n"},
		{"ndjson", errors.New("a\nb\x1b"), 1, `{"error":"a\nb\u001b","exit_code":1}` + "\n"},
		{"table", errors.New("a\nb"), 1, "natsctl: error: a; b\n"},
		{"table", partialError{&fleet.Snapshot{Expected: 1}}, 3, "natsctl: error: 0/1 servers answered\nnatsctl: hint: the answers above are correct but incomplete; see which servers respond with: natsctl server ping\n"},
		{"json", ExitStatus(2), 2, ""},
		{"table", fmt.Errorf("x: %w", ExitStatus(3)), 3, ""},
	} {
		var errs bytes.Buffer
		e := &Env{Err: &errs, Flags: Globals{Output: tt.format}, Getenv: func(string) string { return "" }}
		if code := e.Fail(tt.err); code != tt.code || errs.String() != tt.want {
			t.Errorf("%s: exit code %d, %q, want %q", tt.format, code, errs.String(), tt.want)
		}
	}
	if got := AllOf([]error{nil, nil}); got != nil {
		t.Errorf("%v", got)
	}
	if got := AllOf([]error{errors.New("a"), errors.New("b")}).Error(); got != "a; b" {
		t.Errorf("%s", got)
	}
}

// TestSavedContextsThatWouldWork names the contexts for the system account of
// the same servers, once.
func TestSavedContextsThatWouldWork(t *testing.T) {
	c := newConsole(t)
	e := c.Env(&bytes.Buffer{}, &bytes.Buffer{})
	not := error(&sys.NotSystemError{})
	if got := e.WithSaved(not, "--context"); got != not {
		t.Errorf("before a connection: %#v", got)
	}
	e.dialled = &natsctx.Target{}
	wrapped := e.WithSaved(not, "--context")
	var other elsewhere
	if !errors.As(wrapped, &other) || other.flag != "--context" || !other.bare {
		t.Errorf("%#v", wrapped)
	}
	if again := e.WithSaved(wrapped, "--other"); !errors.As(again, &other) || other.flag != "--context" {
		t.Errorf("%#v", again)
	}
	e.dialled.Name = "x"
	if !errors.As(e.WithSaved(not, "--context"), &other) || other.bare {
		t.Errorf("of a context: %#v", other)
	}
	if got := e.WithSaved(sys.ErrRefused, "--context"); !errors.Is(got, sys.ErrRefused) || errors.As(got, &other) && got != sys.ErrRefused {
		t.Errorf("%#v", got)
	}
}
