package connect

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// patience limits each of the at most three connections that identify makes.
const patience = 500 * time.Millisecond

// upgrade asks for a websocket as a NATS client does. Its key is the example of
// RFC 6455; the answer is not checked.
const upgrade = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

// identify identifies what listens at an address, without sending credentials. It
// returns nil when it cannot tell.
func identify(ctx context.Context, d *dialer, address string, conf *tls.Config) error {
	if found := asTLS(ctx, d, address, conf); found != nil {
		return found
	}
	conn := d.try(ctx, address)
	if conn == nil {
		return nil
	}
	defer func() { _ = conn.Close() }()
	switch asHTTP(conn) {
	case "101":
		return ErrWebsocket
	case "INFO":
		return ErrPlain
	case "":
		return nil
	}
	return ErrHTTP
}

// try dials again, within the time limit of identify.
func (d *dialer) try(ctx context.Context, address string) net.Conn {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := d.open(ctx, "tcp", address)
	if err != nil || conn.SetDeadline(time.Now().Add(patience)) != nil {
		return nil
	}
	return conn
}

// readRefusal reads the error of a server that greets and closes the connection at
// once, for example at its connection limit: nats.go writes before it reads.
func (d *dialer) readRefusal(ctx context.Context, address string) error {
	conn := d.try(ctx, address)
	if conn == nil {
		return nil
	}
	defer func() { _ = conn.Close() }()
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		if said, ok := strings.CutPrefix(lines.Text(), "-ERR "); ok {
			return refusal(said)
		}
	}
	return nil
}

// asTLS tries a TLS handshake. A certificate that is not accepted still shows TLS;
// nothing is sent after it.
func asTLS(ctx context.Context, d *dialer, address string, conf *tls.Config) error {
	conn := d.try(ctx, address)
	if conn == nil {
		return nil
	}
	defer func() { _ = conn.Close() }()
	secure := tls.Client(conn, conf)
	err := secure.HandshakeContext(ctx)
	var refused *tls.CertificateVerificationError
	var header tls.RecordHeaderError
	switch {
	case errors.As(err, &refused), alert(err):
		return ErrTLSFirst
	case errors.As(err, &header) && string(header.RecordHeader[:4]) == "INFO":
		return ErrPlain
	case err != nil:
		return nil
	}
	switch asHTTP(secure) {
	case "101":
		return ErrWebsocketTLS
	case "", "INFO":
		return ErrTLSFirst
	}
	return ErrHTTP
}

// alert reports whether the other side ended TLS with a TLS alert.
func alert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error"
}

// asHTTP requests a websocket and returns the status code, or INFO from a server
// that greets, or nothing.
func asHTTP(conn net.Conn) string {
	if _, err := conn.Write([]byte(upgrade)); err != nil {
		return ""
	}
	line, err := bufio.NewReaderSize(conn, 64).Peek(12)
	switch said := string(line); {
	case strings.HasPrefix(said, "INFO"):
		return "INFO"
	case err == nil && strings.HasPrefix(said, "HTTP/1."):
		return said[9:12]
	}
	return ""
}

// tlsConfig returns the configuration that nats.go would use, without a client certificate.
func tlsConfig(o nats.Options, address string) *tls.Config {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.TLSConfig != nil {
		conf = o.TLSConfig.Clone()
	}
	if o.RootCAsCB != nil {
		if roots, err := o.RootCAsCB(); err == nil {
			conf.RootCAs = roots
		}
	}
	if conf.ServerName == "" {
		conf.ServerName, _, _ = net.SplitHostPort(address)
	}
	return conf
}
