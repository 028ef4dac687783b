package natsctx

import (
	"context"
	"errors"
	"net"
	"net/url"
	"time"

	"golang.org/x/net/proxy"
)

// socks dials through a SOCKS5 proxy. Host names are resolved by the proxy.
type socks struct {
	dialer  proxy.ContextDialer
	address string // of the proxy
	timeout time.Duration
}

// newProxy reads the URL of a proxy. The error shows no userinfo.
func newProxy(raw string, timeout time.Duration) (*socks, error) {
	u, err := parseProxy(raw)
	if err != nil {
		return nil, err
	}
	d, err := proxy.FromURL(u, &net.Dialer{Timeout: timeout})
	through, ok := d.(proxy.ContextDialer)
	if err != nil || !ok {
		return nil, &InvalidError{Key: "socks_proxy", Reason: "cannot be used as a proxy"}
	}
	return &socks{through, u.Host, timeout}, nil
}

func parseProxy(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.Scheme != "socks5" && u.Scheme != "socks5h" {
		return nil, &InvalidError{Key: "socks_proxy", Reason: "not a valid URL (example: socks5://host:1080)"}
	}
	return u, nil
}

// Dial implements nats.CustomDialer, which has no context.
func (p *socks) Dial(network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), p.timeout)
	defer cancel()
	return p.DialContext(ctx, network, address)
}

// DialContext connects through the proxy. A failure to reach the proxy, or of
// the proxy itself, is a [ProxyError].
func (p *socks) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := p.dialer.DialContext(ctx, network, address)
	if err != nil {
		var inner error = err
		if op := (*net.OpError)(nil); errors.As(err, &op) {
			inner = op.Err
		}
		return nil, &ProxyError{Proxy: p.address, Server: address, Err: inner}
	}
	return conn, nil
}
