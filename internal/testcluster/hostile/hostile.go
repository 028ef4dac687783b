// Package hostile answers system requests like a broken server, or a malicious user of the system account.
//
// It owns the table of attacks; each is applied to one node of a stub fleet, next to honest ones. Only tests import it.
package hostile

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// Attack is one way to harm the client.
type Attack struct {
	Name  string
	Start func(t testing.TB, f *stub.Fleet, evil *stub.Node)
	// Blamed says that the problems of a round must name the evil server.
	Blamed bool
}

// Attacks is the table of attacks. A new one is one row.
func Attacks() []Attack {
	return []Attack{
		{Name: "counts two billion servers", Blamed: true, Start: func(_ testing.TB, _ *stub.Fleet, evil *stub.Node) {
			evil.Data["STATSZ"] = &server.ServerStats{ActiveServers: 2_000_000_000}
		}},
		{Name: "counts as many as are believed", Start: func(_ testing.TB, _ *stub.Fleet, evil *stub.Node) {
			evil.Data["STATSZ"] = &server.ServerStats{ActiveServers: 20_000}
		}},
		{Name: "peers with ids that are no subject", Blamed: true, Start: badPeers},
		{Name: "thirty thousand peers", Start: manyPeers},
		{Name: "a bomb of gzip", Blamed: true, Start: answersVarz(func(t testing.TB, evil *stub.Node) stub.Message {
			return packed(t, evil, `{"x":"`, "x", 300<<20, `"}`)
		})},
		{Name: "a bomb of gzip that lies about its size", Start: answersVarz(func(t testing.TB, evil *stub.Node) stub.Message {
			m := packed(t, evil, `{"x":"`, "x", 300<<20, `"}`)
			binary.LittleEndian.PutUint32(m.Data[len(m.Data)-4:], 100)
			return m
		})},
		{Name: "as large as is allowed", Start: answersVarz(func(t testing.TB, evil *stub.Node) stub.Message {
			return packed(t, evil, `{"server_id":"`, "x", 60<<20, `"}`)
		})},
		{Name: "a million empty objects", Blamed: true, Start: answersConnz(func(t testing.TB, evil *stub.Node) stub.Message {
			return packed(t, evil, `{"connections":[`, "{},", 1_000_000, `{}]}`)
		})},
		{Name: "objects within objects", Blamed: true, Start: answersVarz(func(t testing.TB, evil *stub.Node) stub.Message {
			return packed(t, evil, "", `{"x":`, 200_000, "1"+strings.Repeat("}", 200_000))
		})},
		{Name: "text that looks like seeds", Start: answersVarz(func(t testing.TB, evil *stub.Node) stub.Message {
			return packed(t, evil, `{"x":"`, "SUAB", 2<<20, `"}`)
		})},
		{Name: "pages without end", Start: endlessPages},
		{Name: "twenty thousand servers that do not exist", Start: forgedServers},
		{Name: "one more server every few milliseconds", Start: dripping},
		{Name: "one answer again and again", Start: repeating},
		{Name: "ids that are no ids", Start: badIDs},
		{Name: "no responders in the name of the server", Start: forged503},
		{Name: "links slower than a year", Start: slowLinks},
	}
}

// envelope returns an answer of the evil server with the given data.
func envelope(evil *stub.Node, data string) []byte {
	info, err := json.Marshal(evil.Info)
	if err != nil {
		panic(err)
	}
	return []byte(`{"server":` + string(info) + `,"data":` + data + `}`)
}

// packed returns a compressed answer of the evil server: its data are begin, part
// many times, and end.
func packed(t testing.TB, evil *stub.Node, begin, part string, times int, end string) stub.Message {
	t.Helper()
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	head, tail, _ := bytes.Cut(envelope(evil, "|"), []byte("|"))
	const batch = 10_000
	many := strings.Repeat(part, min(batch, times))
	write := func(text string) {
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	write(string(head) + begin)
	for ; times >= batch; times -= batch {
		write(many)
	}
	write(strings.Repeat(part, times) + end + string(tail))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return stub.Message{Header: map[string]string{"Content-Encoding": "gzip"}, Data: out.Bytes()}
}

// answersVarz answers VARZ with one message, made before the first request.
func answersVarz(make func(testing.TB, *stub.Node) stub.Message) func(testing.TB, *stub.Fleet, *stub.Node) {
	return func(t testing.TB, _ *stub.Fleet, evil *stub.Node) { evil.Data["VARZ"] = make(t, evil) }
}

func answersConnz(make func(testing.TB, *stub.Node) stub.Message) func(testing.TB, *stub.Fleet, *stub.Node) {
	return func(t testing.TB, _ *stub.Fleet, evil *stub.Node) { evil.Data["CONNZ"] = make(t, evil) }
}

// id returns the i-th valid server id.
func id(i int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	out := []byte("N" + strings.Repeat("A", 55))
	for at := len(out) - 1; i > 0; at-- {
		out[at] = letters[i%len(letters)]
		i /= len(letters)
	}
	return string(out)
}

func badPeers(_ testing.TB, _ *stub.Fleet, evil *stub.Node) {
	evil.Data["STATSZ"] = &server.ServerStats{ActiveServers: 9}
	evil.Data["ROUTEZ"] = &server.Routez{Routes: []*server.RouteInfo{
		{RemoteID: "with spaces in it", RemoteName: "a"}, {RemoteID: "*"}, {RemoteID: ">"}, {RemoteID: "a.b"}, {RemoteID: "\r\nPUB x 0\r\n"}, nil,
	}}
	evil.Data["GATEWAYZ"] = &server.Gatewayz{OutboundGateways: map[string]*server.RemoteGatewayz{
		"w": {Connection: &server.ConnInfo{Name: "x y"}}, "v": {}, "u": nil,
	}}
}

func manyPeers(_ testing.TB, _ *stub.Fleet, evil *stub.Node) {
	stats, routez := &server.ServerStats{ActiveServers: 9}, &server.Routez{}
	for i := range 30_000 {
		stats.Routes = append(stats.Routes, &server.RouteStat{Name: fmt.Sprint("peer", i)})
		routez.Routes = append(routez.Routes, &server.RouteInfo{RemoteID: id(i + 1), RemoteName: fmt.Sprint("peer", i)})
	}
	evil.Data["STATSZ"], evil.Data["ROUTEZ"] = stats, routez
}

// endlessPages answers every page of connections with a full one of new ones.
func endlessPages(_ testing.TB, _ *stub.Fleet, evil *stub.Node) {
	evil.Data["CONNZ"] = stub.Answer(func(m stub.Message) any {
		var o server.ConnzOptions
		if json.Unmarshal(m.Data, &o) != nil {
			return nil
		}
		z := &server.Connz{}
		for i := range max(o.Limit, 1) {
			z.Conns = append(z.Conns, &server.ConnInfo{Cid: uint64(o.Offset + i + 1), Name: strings.Repeat("n", 200)}) //nolint:gosec // small
		}
		return z
	})
}

// statszOf returns the STATSZ of a server that does not exist.
func statszOf(i int) []byte {
	body, err := json.Marshal(map[string]any{
		"server": server.ServerInfo{Name: fmt.Sprint("ghost", i), ID: id(i + 1), Cluster: "ghosts", Version: "2.12.0"},
		"statsz": server.ServerStats{ActiveServers: 20_000},
	})
	if err != nil {
		panic(err)
	}
	return body
}

func forgedServers(t testing.TB, f *stub.Fleet, evil *stub.Node) {
	evil.Data["STATSZ"] = stub.Answer(func(m stub.Message) any {
		inBackground(t, func(stop <-chan struct{}) {
			for i := range 20_000 {
				select {
				case <-stop:
					return
				default:
					f.Send(stub.Message{Subject: m.Reply, Data: statszOf(i)})
				}
			}
		})
		return nil
	})
}

// inBackground runs a function that returns once stop is closed, which is when the test ends.
func inBackground(t testing.TB, run func(stop <-chan struct{})) {
	stop := make(chan struct{})
	var sender sync.WaitGroup
	t.Cleanup(func() { close(stop); sender.Wait() })
	sender.Go(func() { run(stop) })
}

// over sends messages until the test ends.
func over(t testing.TB, pause time.Duration, send func(i int)) {
	inBackground(t, func(stop <-chan struct{}) {
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-tick.C:
				send(i)
			}
		}
	})
}

func dripping(t testing.TB, f *stub.Fleet, evil *stub.Node) {
	evil.Data["STATSZ"] = stub.Answer(func(m stub.Message) any {
		over(t, 5*time.Millisecond, func(i int) { f.Send(stub.Message{Subject: m.Reply, Data: statszOf(i)}) })
		return &server.ServerStats{ActiveServers: 9}
	})
}

func repeating(t testing.TB, f *stub.Fleet, evil *stub.Node) {
	evil.Data["VARZ"] = stub.Answer(func(m stub.Message) any {
		over(t, time.Millisecond, func(int) {
			for range 50 {
				f.Send(stub.Message{Subject: m.Reply, Data: envelope(evil, "{}")})
			}
		})
		return nil
	})
	evil.Data["STATSZ"] = &server.ServerStats{ActiveServers: 9}
}

func badIDs(_ testing.TB, f *stub.Fleet, evil *stub.Node) {
	evil.Data["STATSZ"] = stub.Answer(func(m stub.Message) any {
		for _, bad := range []string{"*", ">", "a b", "x\r\nPUB y 0", "", strings.Repeat("N", 10_000)} {
			body, err := json.Marshal(map[string]any{"server": server.ServerInfo{Name: "x", ID: bad}, "statsz": server.ServerStats{ActiveServers: 9}})
			if err != nil {
				panic(err)
			}
			f.Send(stub.Message{Subject: m.Reply, Data: body})
		}
		return &server.ServerStats{ActiveServers: 2}
	})
}

func forged503(_ testing.TB, f *stub.Fleet, evil *stub.Node) {
	for _, kind := range []string{"STATSZ", "VARZ", "CONNZ"} {
		was := evil.Data[kind]
		evil.Data[kind] = stub.Answer(func(m stub.Message) any {
			f.Send(stub.Message{Subject: m.Reply, Status: 503})
			return was
		})
	}
}

func slowLinks(_ testing.TB, _ *stub.Fleet, evil *stub.Node) {
	evil.Data["STATSZ"] = &server.ServerStats{ActiveServers: 3}
	evil.Data["LEAFZ"] = &server.Leafz{Leafs: []*server.LeafInfo{{Name: "far", Account: stub.SystemAccount, RTT: "99999h"}, {Name: "odd", Account: stub.SystemAccount, RTT: "x"}}}
}
