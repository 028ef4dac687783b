package exporter

import (
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/testcluster/hostile"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// hostileScrape is the timeout of a scrape of a fleet that is attacked, and
// hostileSize the most that its page may have.
const (
	hostileScrape = 4 * time.Second
	hostileSize   = 20 << 20
)

// attackedExporter serves a fleet of two servers, of which the second attacks.
func attackedExporter(t *testing.T, a hostile.Attack, opts ...Option) *Exporter {
	t.Helper()
	nodes := make([]*stub.Node, 2)
	for i := range nodes {
		name := fmt.Sprint("n", i+1)
		nodes[i] = &stub.Node{Info: server.ServerInfo{Name: name, ID: "N" + strings.Repeat(string(rune('X'+i)), 55), Cluster: "e", Version: "2.12.0"}, Data: map[string]any{
			"STATSZ": &server.ServerStats{ActiveServers: 2, Connections: 101 + i}, "VARZ": &server.Varz{MaxConn: 11 + i},
			"CONNZ":  &server.Connz{NumConns: 1, Total: 1, Conns: []*server.ConnInfo{{Cid: 5, Kind: "Client", Account: "APP", Lang: "of" + name}}},
			"ROUTEZ": &server.Routez{}, "GATEWAYZ": &server.Gatewayz{}, "LEAFZ": &server.Leafz{}, "ACCOUNT.STATZ": &server.AccountStatz{},
		}}
	}
	for i, n := range nodes {
		n.Data["ROUTEZ"] = &server.Routez{Routes: []*server.RouteInfo{{RemoteID: nodes[1-i].Info.ID, RemoteName: nodes[1-i].Info.Name}}}
	}
	f := stub.Start(t, nodes...)
	a.Start(t, f, nodes[1])
	nc := f.Connect(t, nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	opts = append(opts, WithCollectors("servers", "config", "routes", "gateways", "leafs", "accounts", "connections"), WithMinInterval(0))
	e, err := New(nc, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// TestHostileFleet scrapes a fleet of which one server attacks: a page comes
// within the timeout of the scrape, every time; it is bounded, takes less than
// 150 MB, and has what the honest server says. Other programs on the machine can
// only add to what a scrape takes, so the best of four counts.
func TestHostileFleet(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(20)) // the heap is measured whenever it has grown by so much
	for _, a := range hostile.Attacks() {
		t.Run(a.Name, func(t *testing.T) {
			e := attackedExporter(t, a)
			good := false
			for range 4 {
				good = good || scrapeAttacked(t, e)
			}
			if !good {
				t.Error("no scrape has what the honest server says within 150 MB")
			}
		})
	}
}

// TestInventedServersAreNotKept scrapes a fleet whose second server invents thousands
// of others: neither the state file nor what is missed later has them.
func TestInventedServersAreNotKept(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for _, a := range hostile.Attacks() {
		if a.Name != "twenty thousand servers that do not exist" && a.Name != "one more server every few milliseconds" {
			continue
		}
		t.Run(a.Name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state")
			e := attackedExporter(t, a, WithState(path))
			for range 2 {
				scrapeAttacked(t, e)
			}
			names, err := Remembered(path) // the honest ones may have come too late on a busy machine
			if names = slices.DeleteFunc(names, func(n string) bool { return n == "n1" || n == "n2" }); err != nil || len(names) > 0 {
				t.Errorf("%d invented servers are remembered, %.100q, %v", len(names), names, err)
			}
		})
	}
}

// scrapeAttacked scrapes once, and reports whether the page has what the honest
// server says and took less than 150 MB.
func scrapeAttacked(t *testing.T, e *Exporter) bool {
	t.Helper()
	runtime.GC()
	debug.FreeOSMemory()
	before, peak, begin := heapLive(), heapPeak(), time.Now()
	req := httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil)
	req.Header.Set("X-Prometheus-Scrape-Timeout-Seconds", fmt.Sprint(hostileScrape.Seconds()))
	rec := httptest.NewRecorder()
	e.Handler().ServeHTTP(rec, req)
	took, used := time.Since(begin), (peak()-before)/1e6
	if took > hostileScrape+time.Second || rec.Body.Len() > hostileSize {
		t.Errorf("a page of %d bytes after %v", rec.Body.Len(), took)
	}
	series := seriesOf(t, rec.Body.String())
	t.Logf("%v, %.0f MB, %d series", took.Round(time.Millisecond), used, len(series))
	return used <= 150 &&
		slices.Equal(pick(series, "nats_server_connections", "server_name=n1"), []float64{101}) &&
		slices.Equal(pick(series, "nats_connections", "lang=ofn1"), []float64{1}) &&
		len(pick(series, "nats_server_up")) < 5000
}

// heapLive is how many bytes were held when the heap was collected last; what
// waits to be collected does not count.
func heapLive() float64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return float64(sample[0].Value.Uint64())
}

// heapPeak returns the most bytes that were held until it is stopped.
func heapPeak() (stop func() float64) {
	end, peak := make(chan struct{}), make(chan float64)
	go func() {
		most := 0.0
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				most = max(most, heapLive())
			case <-end:
				peak <- most
				return
			}
		}
	}()
	return func() float64 { close(end); return <-peak }
}
