// Package probe tests how far a connection gets: name, TCP, greeting, TLS, login,
// permission. It owns the stages and their results; it must not know the store of
// contexts or how results are shown, or give advice.
//
// A probe opens one connection for a URL, waits for nothing but the server, and
// leaves nothing behind.
package probe

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/context/connect"
)

// Stage names a step on the way to a working connection.
type Stage string

// The stages, in their order.
const (
	DNS        Stage = "dns"
	TCP        Stage = "tcp"
	Greeting   Stage = "greeting"
	TLS        Stage = "tls"
	Auth       Stage = "auth"
	Permission Stage = "permission"
)

// ErrNotNATS is returned when the answer was not that of a NATS server.
var ErrNotNATS = errors.New("not a NATS server")

// Result is the outcome of one stage.
type Result struct {
	Stage   Stage
	Took    time.Duration
	Detail  string    // what was found; text of the server is unchanged
	Expires time.Time // of the server's certificate at the stage TLS
	Err     error     // nil: the stage was passed; otherwise it is the last one
}

// maxInfo is the maximum size of a server's greeting in bytes.
const maxInfo = 64 << 10

// info is the part of the greeting that the stages need.
type info struct {
	Name         string `json:"server_name"`
	Version      string `json:"version"`
	Cluster      string `json:"cluster"`
	AuthRequired bool   `json:"auth_required"`
	TLSRequired  bool   `json:"tls_required"`
	TLSAvailable bool   `json:"tls_available"`
}

// Run probes one server URL with the options that nats.Connect would get, and
// calls report after each stage. It ends with the first stage that fails.
// Every stage is bounded by the options' timeout and by ctx.
func Run(ctx context.Context, raw string, options []nats.Option, report func(Result)) error {
	if !strings.Contains(raw, "://") {
		raw = "nats://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil {
		return errors.New("the URL does not parse") // the cause may quote a password
	}
	opts := nats.GetDefaultOptions()
	for _, set := range options {
		if err := set(&opts); err != nil {
			return err
		}
	}
	p := &probe{u: u, raw: raw, opts: opts, report: report}
	defer p.close()
	for _, step := range []struct {
		stage Stage
		run   func(context.Context) (Result, error)
	}{
		{DNS, p.dns},
		{TCP, p.tcp},
		{Greeting, p.greeting},
		{TLS, p.tls},
		{Auth, p.auth},
		{Permission, p.permission},
	} {
		if err := p.step(ctx, step.stage, step.run); err != nil {
			return err
		}
	}
	return nil
}

// probe is the state between stages.
type probe struct {
	u      *url.URL
	raw    string
	opts   nats.Options
	report func(Result)
	conn   net.Conn
	info   info
	nc     *nats.Conn
}

func (p *probe) close() {
	if p.conn != nil {
		_ = p.conn.Close()
	}
	if p.nc != nil {
		p.nc.Close()
	}
}

// errSkip is returned by a stage that does not apply and is not reported.
var errSkip = errors.New("skip")

// step runs and times a stage and reports it.
func (p *probe) step(ctx context.Context, stage Stage, run func(context.Context) (Result, error)) error {
	whole := ctx
	ctx, cancel := context.WithTimeout(ctx, p.opts.Timeout)
	defer cancel()
	start := time.Now()
	r, err := run(ctx)
	if errors.Is(err, errSkip) {
		return nil
	}
	if err != nil && ctx.Err() != nil && p.opts.Timeout > 0 && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within %s: %w", p.opts.Timeout, context.DeadlineExceeded)
	}
	if refusedAfterTLS(err) {
		stage = TLS
	}
	r.Took = time.Since(start)
	if misunderstood(stage, err) {
		err = connect.Identify(whole, p.opts, p.address(), err)
	}
	r.Stage, r.Err = stage, err
	p.report(r)
	return err
}

// misunderstood reports whether a stage can have failed because what listens there
// does not match the URL.
func misunderstood(stage Stage, err error) bool {
	var header tls.RecordHeaderError
	return errors.Is(err, ErrNotNATS) || errors.As(err, &header) ||
		(stage == Greeting || stage == TLS) && errors.Is(err, context.DeadlineExceeded) ||
		stage == Greeting && (errors.Is(err, io.EOF) || errors.Is(err, os.ErrDeadlineExceeded))
}

// refusedAfterTLS reports whether the server rejected the client's certificate,
// which TLS 1.3 shows only after the handshake.
func refusedAfterTLS(err error) bool {
	var op *net.OpError
	return errors.Is(err, nats.ErrTLS) || errors.As(err, &op) && op.Op == "remote error"
}

// websocket reports whether the URL is one of the two websocket schemes.
func (p *probe) websocket() bool { return strings.HasPrefix(p.u.Scheme, "ws") }

// encrypted reports whether the URL, or an option, requires TLS.
func (p *probe) encrypted() bool {
	return p.u.Scheme == "tls" || p.u.Scheme == "wss" || p.opts.Secure
}

// address returns host and port as nats.go would dial them.
func (p *probe) address() string {
	port := p.u.Port()
	if port == "" {
		port = map[string]string{"ws": "80", "wss": "443"}[p.u.Scheme]
	}
	if port == "" {
		port = "4222"
	}
	return net.JoinHostPort(p.u.Hostname(), port)
}

// dns resolves the name, unless it is an address or a proxy will do it.
func (p *probe) dns(ctx context.Context) (Result, error) {
	host := p.u.Hostname()
	if net.ParseIP(host) != nil || p.opts.SkipHostLookup {
		return Result{}, errSkip
	}
	addrs, err := net.DefaultResolver.LookupHost(ctx, host)
	return Result{Detail: host + " is " + strings.Join(addrs, ", ")}, err
}

// tcp connects.
func (p *probe) tcp(ctx context.Context) (r Result, err error) {
	if dialer := p.opts.CustomDialer; dialer != nil {
		p.conn, err = dialer.Dial("tcp", p.address())
	} else {
		p.conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", p.address())
	}
	if err != nil {
		return r, err
	}
	r.Detail = "connected to " + p.conn.RemoteAddr().String()
	deadline, _ := ctx.Deadline()
	return r, p.conn.SetDeadline(deadline.Add(p.opts.Timeout)) // for this and the next two stages
}

// greeting reads the INFO line, which comes before TLS unless TLS comes first.
func (p *probe) greeting(context.Context) (r Result, err error) {
	if p.websocket() || p.opts.TLSHandshakeFirst {
		return r, errSkip
	}
	if err := p.readInfo(p.conn); err != nil {
		return r, err
	}
	r.Detail = fmt.Sprintf("server %s, version %s", p.info.Name, p.info.Version)
	if p.info.Cluster != "" {
		r.Detail += ", cluster " + p.info.Cluster
	}
	switch {
	case p.encrypted() && !p.info.TLSRequired && !p.info.TLSAvailable:
		return r, nats.ErrSecureConnWanted
	case p.info.TLSRequired:
		r.Detail += ", requires TLS"
	}
	return r, nil
}

// readInfo reads one line byte for byte: what follows belongs to TLS.
func (p *probe) readInfo(conn net.Conn) error {
	line, err := bufio.NewReaderSize(oneByOne{io.LimitReader(conn, maxInfo)}, 16).ReadString('\n')
	body, isInfo := strings.CutPrefix(line, "INFO ")
	switch {
	case err != nil && line == "":
		return fmt.Errorf("waiting for the server's greeting: %w", err)
	case !isInfo || json.Unmarshal([]byte(body), &p.info) != nil:
		return ErrNotNATS
	}
	return nil
}

// oneByOne reads a single byte at a time.
type oneByOne struct{ r io.Reader }

func (o oneByOne) Read(b []byte) (int, error) { return o.r.Read(b[:1]) }

// tls performs the handshake with exactly the configuration that nats.go would use.
func (p *probe) tls(ctx context.Context) (r Result, err error) {
	if !p.encrypted() && !p.info.TLSRequired {
		return r, errSkip
	}
	conf, err := p.tlsConfig()
	if err != nil {
		return r, err
	}
	conn := tls.Client(p.conn, conf)
	err = conn.HandshakeContext(ctx)
	state := conn.ConnectionState()
	certs := state.PeerCertificates
	var verify *tls.CertificateVerificationError
	if errors.As(err, &verify) {
		certs = verify.UnverifiedCertificates
	}
	if len(certs) > 0 {
		r.Detail, r.Expires = describe(certs), certs[0].NotAfter.UTC()
	}
	if err == nil {
		r.Detail = tls.VersionName(state.Version) + ", " + r.Detail
	}
	return r, err
}

func (p *probe) tlsConfig() (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if p.opts.TLSConfig != nil {
		conf = p.opts.TLSConfig.Clone()
	}
	if conf.ServerName == "" {
		conf.ServerName = p.u.Hostname()
	}
	if p.opts.RootCAsCB != nil {
		roots, err := p.opts.RootCAsCB()
		if err != nil {
			return nil, err
		}
		conf.RootCAs = roots
	}
	if p.opts.TLSCertCB != nil {
		cert, err := p.opts.TLSCertCB()
		if err != nil {
			return nil, err
		}
		conf.Certificates = []tls.Certificate{cert}
	}
	return conf, nil
}
