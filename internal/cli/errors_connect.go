package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"github.com/nats-io/nats.go"

	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/context/connect"
)

// connectError adds the target of a failed connection and, where it matters, the
// user.
type connectError struct {
	target *natsctx.Target
	flags  *Globals
	cause  error
}

func (c *connectError) Error() string {
	where := natsctx.RedactURL(c.target.URLOrDefault())
	if c.target.Origin("url") == natsctx.FromDefault {
		where += " (the default; no server was given)"
	}
	if errors.Is(c.cause, nats.ErrAuthorization) {
		where += " " + c.who()
	}
	return fmt.Sprintf("connect to %s: %v", where, c.cause)
}

func (c *connectError) Unwrap() error { return c.cause }

// who describes the credentials, without showing a secret.
func (c *connectError) who() string {
	set := &c.target.Settings
	for _, f := range natsctx.Fields() {
		if !f.IsSet(set) {
			continue
		}
		from := " (" + Origin(c.target, f) + ")"
		if c.target.Origin(f.Key) == natsctx.FromContext {
			from = fmt.Sprintf(" of context %q", c.target.Name)
		}
		switch f.Key {
		case "user":
			return fmt.Sprintf("as user %q%s", set.User, from)
		case "token":
			if c.flags.User != "" && c.flags.TokenFile == "" {
				return "with the value of --user as a token, because no password was given"
			}
			return "with a token" + from
		case "creds", "nkey":
			return fmt.Sprintf("with the %s %s%s", f.Key, f.Show(set), from)
		case "nsc":
			return fmt.Sprintf("with the nsc profile %s%s", set.NSC, from)
		case "user_jwt":
			return "with a user JWT" + from
		}
	}
	if set.Cert != "" {
		return "with the client certificate " + set.Cert + " alone"
	}
	return "without credentials"
}

// connectionAdvices are the rows for failed connections; the message of nats.go
// is kept, and the next step added.
func connectionAdvices() []Advice {
	return []Advice{
		On(Is(nats.ErrAuthExpired), ExitAuth, Hint("the user's credentials have expired; get new ones from their issuer")),
		On(Is(nats.ErrAuthRevoked), ExitAuth, Hint("the user's credentials were revoked; get new ones from their issuer")),
		On(Is(nats.ErrAccountAuthExpired), ExitAuth, Hint("the account's JWT has expired; its operator must push a new one")),
		On(Is(connect.ErrTLSFirst), ExitUnreachable, hintTLSFirst),
		On(Is(connect.ErrHTTP), ExitUnreachable, Hint("use the client port of the server, 4222 unless it is configured otherwise")),
		On(Is(connect.ErrWebsocket), ExitUnreachable, Hint("use a ws:// URL for this port, or the client port of the server")),
		On(Is(connect.ErrWebsocketTLS), ExitUnreachable, Hint("use a wss:// URL for this port, or the client port of the server")),
		On(Is(connect.ErrPlain), ExitUnreachable, hintPlain),
		On(Is(connect.ErrGatewayPort), ExitUnreachable, Hint("gateways of other clusters connect there; use the client port of the server, 4222 unless it is configured otherwise")),
		On(Is(connect.ErrLeafPort), ExitUnreachable, Hint("leaf nodes connect there; use the client port of the server, 4222 unless it is configured otherwise")),
		On(Is(connect.ErrRoutePort), ExitUnreachable, Hint("the servers of a cluster connect there; use the client port of the server, 4222 unless it is configured otherwise")),
		On(Is(nats.ErrMaxAccountConnectionsExceeded), ExitUnreachable, Hint("the account has as many connections as its limit allows; close some, or have the limit raised (max_connections, or nsc edit account --conns)")),
		On(Is(nats.ErrMaxConnectionsExceeded), ExitUnreachable, Hint("the server has as many connections as its max_connections allows; use another server of the cluster")),
		On(Is(natsctx.ErrProxy), ExitUnreachable, Hint("check --socks-proxy, NATS_SOCKS_PROXY and socks_proxy of the context: is the proxy running, and may it reach the server?")),
		On(Is(nats.ErrAuthorization), ExitAuth, hintAuthorization),
		On(Is(nats.ErrPermissionViolation), ExitAuth, Hint("the user has no permission for this subject; see its permissions with: natsctl account info")),
		On(As[x509.UnknownAuthorityError](), ExitUnreachable, hintAuthority),
		On(expired, ExitUnreachable, probing("renew the server's certificate, or correct this machine's clock", "shows its dates")),
		On(As[x509.CertificateInvalidError](), ExitUnreachable, probing("the server needs another certificate", "shows this one")),
		On(As[x509.HostnameError](), ExitUnreachable, probing("use a host name that the certificate is valid for", "shows which")),
		On(Is(nats.ErrSecureConnRequired), ExitUnreachable, Hint("the server requires TLS; use a tls:// URL or --tlsca FILE")),
		On(Is(nats.ErrSecureConnWanted), ExitUnreachable, Hint("the server does not offer TLS on this port; check the URL (nats:// connects without TLS)")),
		On(As[tls.RecordHeaderError](), ExitUnreachable, Hint("the server does not begin with TLS at this port; check the URL, or remove --tlsfirst (tls_first)")),
		On(timedOut("read"), ExitUnreachable, Hint("something accepts the connection and does not reply: a server that hangs (paused, overloaded), or not a NATS server")),
		On(Is(nats.ErrTLS), ExitUnreachable, clientCertificate),
		On(tlsAlert, ExitUnreachable, clientCertificate),
		On(Is(nats.ErrNoServers), ExitUnreachable, hintNoResponders),
		On(As[*net.DNSError](), ExitUnreachable, Hint("check the host name in the URL")),
		On(timedOut("dial"), ExitUnreachable, Hint("no answer from this address: the host is down, or a firewall drops the traffic; raise --timeout if it is far away")),
		On(As[*net.OpError](), ExitUnreachable, probing("is a server running there?", "tries each URL")),
		On(Is(nats.ErrTimeout), ExitUnreachable, Hint("raise --timeout if the servers are far away or busy")),
		On(Is(context.DeadlineExceeded), ExitUnreachable, Hint("raise --timeout if the servers are far away or busy")),
		On(Is(syscall.ENOSPC), ExitFailed, Hint("free up disk space and try again")),
		On(As[*connectError](), ExitUnreachable, probing("something listens there and ends the connection: a server that is full or shuts down, or not a NATS server", "shows how far it gets")),
	}
}

// expired matches a server certificate that is expired or not yet valid.
func expired(err error) bool {
	var invalid x509.CertificateInvalidError
	return errors.As(err, &invalid) && invalid.Reason == x509.Expired
}

// hintTLSFirst says how to start the connection with TLS.
func hintTLSFirst(err error) string {
	var c *connectError
	if errors.As(err, &c) && strings.HasPrefix(c.target.URL, "ws") {
		return "use a wss:// URL for this port, and --tlsca FILE when its certificate is signed by an authority of your own"
	}
	return "--tlsfirst (tls_first in the context) makes natsctl begin with TLS too: the server is set to handshake_first, or a proxy in front of it ends TLS"
}

// hintPlain says how to connect without TLS, or to the right port.
func hintPlain(err error) string {
	var c *connectError
	if errors.As(err, &c) && c.target.TLSFirst {
		return "the server greets before TLS; remove --tlsfirst (tls_first in the context)"
	}
	return "use a nats:// or tls:// URL for this port"
}

// timedOut matches a network operation that took too long.
func timedOut(op string) func(error) bool {
	return func(err error) bool {
		var failed *net.OpError
		return errors.As(err, &failed) && failed.Op == op && failed.Timeout()
	}
}

// tlsAlert matches a server's refusal during the TLS handshake or right after it.
func tlsAlert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error"
}

// clientCertificate returns the hint for a server that rejected the TLS handshake.
func clientCertificate(error) string {
	return "the server rejects the client certificate, or requires one: use --tlscert FILE and --tlskey FILE"
}

// hintAuthorization says how to give other credentials.
func hintAuthorization(err error) string {
	var c *connectError
	switch {
	case !errors.As(err, &c):
	case c.who() == "without credentials":
		return "use --context NAME (list them with: natsctl context ls), --creds FILE, or --user NAME with --password-file FILE"
	case c.target.Name == "":
		return "the server rejects these credentials; use another context (list them with: natsctl context ls) or other flags"
	}
	return "the server rejects these credentials; see which are used, and from where, with: natsctl context show"
}

// hintAuthority says which certificate authority was used.
func hintAuthority(err error) string {
	next := "name the certificate authority of the server with --tlsca FILE"
	var c *connectError
	if errors.As(err, &c) && c.target.CA != "" {
		next = "the authority in " + c.target.CA + " did not sign the server's certificate; name another with --tlsca FILE"
	}
	return probing(next, "shows who signed it")(err)
}

// hintNoResponders suggests another address.
func hintNoResponders(err error) string {
	var c *connectError
	if errors.As(err, &c) && c.target.Origin("url") == natsctx.FromDefault {
		return "name a server with -s URL, or a context with --context NAME (list them with: natsctl context ls); start a local cluster with: natsctl cluster up"
	}
	return probing("no server listens there; is it running?", "tries each URL")(err)
}

// probing returns a hint with the diagnostic command and what it shows, or no
// command if that is the one that failed.
func probing(hint, shows string) func(error) string {
	return func(err error) string {
		var c *connectError
		if !errors.As(err, &c) {
			return hint
		}
		look := "natsctl context validate --connect"
		switch urls := strings.Join(c.flags.Servers, ","); {
		case c.target.Name != "":
			look += " " + ShellQuote(c.target.Name)
		case urls != "":
			look = "natsctl -s " + ShellQuote(natsctx.RedactURL(urls)) + " context validate --connect"
		}
		separator := "; "
		if strings.HasSuffix(hint, "?") {
			separator = " "
		}
		return hint + separator + look + " " + shows
	}
}
