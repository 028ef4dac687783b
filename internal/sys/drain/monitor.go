package drain

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// monitorURLs returns the URLs at which a server's monitoring port may be reached,
// most likely first; none if it has no such port.
func monitorURLs(info server.ServerInfo, v *server.Varz) (out []string) {
	if v == nil {
		return nil
	}
	for _, host := range []string{v.HTTPHost, info.Host, v.IP} {
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			continue
		}
		for _, at := range []struct {
			scheme string
			port   int
		}{{"http", v.HTTPPort}, {"https", v.HTTPSPort}} {
			u := at.scheme + "://" + net.JoinHostPort(host, strconv.Itoa(at.port)) + v.HTTPBasePath
			if at.port > 0 && !slices.Contains(out, u) {
				out = append(out, u)
			}
		}
	}
	return out
}

// monitorPort queries a server's monitoring port, the only thing that still answers
// in lame duck mode. It sends no credentials and accepts an answer only if it
// carries the server's id.
type monitorPort struct {
	id   string
	urls []string
	at   string // the URL that has answered
	http *http.Client
}

// monitorTimeout limits one request, so that an unreachable port does not delay
// the watch.
const monitorTimeout = 300 * time.Millisecond

// maxConnz limits the size of an answer, which holds one connection.
const maxConnz = 1 << 20

func newMonitorPort(id string, urls []string) *monitorPort {
	return &monitorPort{id: id, urls: urls, http: &http.Client{
		Timeout:   monitorTimeout,
		Transport: &http.Transport{}, // no proxy: the address is the server's own
	}}
}

func (m *monitorPort) close() { m.http.CloseIdleConnections() }

// connections returns the number of client connections of the server.
func (m *monitorPort) connections(ctx context.Context) (int, bool) {
	if m.at != "" {
		return m.request(ctx, m.at)
	}
	for _, u := range m.urls {
		if n, ok := m.request(ctx, u); ok {
			m.at = u
			return n, true
		}
		if ctx.Err() != nil {
			return 0, false
		}
	}
	return 0, false
}

func (m *monitorPort) request(ctx context.Context, base string) (int, bool) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/connz?limit=1", nil)
	if err != nil {
		return 0, false
	}
	resp, err := m.http.Do(req)
	if err != nil {
		return 0, false
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	var z server.Connz
	if json.NewDecoder(io.LimitReader(resp.Body, maxConnz)).Decode(&z) != nil || z.ID != m.id {
		return 0, false
	}
	return z.Total, true
}
