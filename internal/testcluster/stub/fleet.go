package stub

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Node is one server of a fleet. A test changes it by [Fleet.Change] once the fleet runs.
type Node struct {
	Info server.ServerInfo

	// Data are the answers by kind, such as VARZ or STATSZ. The server does not support a kind without an entry. A []byte is
	// sent as it is, without an envelope; an error as the error of the envelope; a function is called for each request.
	Data map[string]any

	Delay time.Duration // of every answer
	Mute  bool          // it answers nothing, but is subscribed to its id
	Gone  bool          // it answers nothing, and there are no responders on its id
	Twice bool          // it sends every answer twice
	Deaf  bool          // it ignores the filter of a request, as servers before 2.12 do for part of a name
	Lose  int           // it loses its next n answers of each kind

	asked map[string]int
}

// Answer makes one answer to a request; nil is none.
type Answer func(Message) any

// Fleet are nodes that answer system requests over a [Server].
type Fleet struct {
	*Server

	mu    sync.Mutex
	nodes []*Node
}

// Start makes nodes answer over a new server, which is the first of them.
func Start(t testing.TB, nodes ...*Node) *Fleet {
	t.Helper()
	f := &Fleet{Server: New(t, nodes[0].Info.Name, nodes[0].Info.ID), nodes: nodes}
	f.Handle("$SYS.REQ.SERVER.*.*", f.Answer)
	f.Handle("$SYS.REQ.ACCOUNT.PING.*", f.Answer)
	return f
}

// Change changes nodes between two requests.
func (f *Fleet) Change(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// Asked returns how many requests of a kind a node received.
func (f *Fleet) Asked(n *Node, kind string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return n.asked[kind]
}

// Answer handles a request to one server, or to all of them.
func (f *Fleet) Answer(m Message) (heard bool) {
	tokens := strings.Split(m.Subject, ".")
	to, kind := tokens[3], tokens[4]
	if tokens[2] == "ACCOUNT" {
		kind = "ACCOUNT." + kind
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, n := range f.nodes {
		if n.Gone || to != "PING" && to != n.Info.ID {
			continue
		}
		data, known := n.Data[kind]
		if !known {
			continue
		}
		heard = true
		f.reply(n, kind, data, m)
	}
	return heard
}

// reply sends what a node answers, after its delay. The lock is held.
func (f *Fleet) reply(n *Node, kind string, data any, m Message) {
	if n.asked == nil {
		n.asked = map[string]int{}
	}
	n.asked[kind]++
	if n.Mute || n.asked[kind] <= n.Lose || !n.Deaf && !filterMatches(n.Info, m.Data) {
		return
	}
	if do, ok := data.(Answer); ok {
		data = do(m)
	}
	if data == nil {
		return
	}
	out, ok := data.(Message)
	if !ok {
		out = Message{Data: envelope(n.Info, kind, data)}
	}
	out.Subject = m.Reply
	times := 1
	if n.Twice {
		times = 2
	}
	time.AfterFunc(n.Delay, func() {
		for range times {
			f.Send(out)
		}
	})
}

// filterMatches applies the filter that every system request may carry.
func filterMatches(info server.ServerInfo, body []byte) bool {
	var f server.EventFilterOptions
	if len(body) == 0 || json.Unmarshal(body, &f) != nil {
		return true
	}
	match := func(want, have string) bool { return want == "" || want == have }
	return match(f.Name, info.Name) && match(f.Cluster, info.Cluster) && match(f.Host, info.Host) &&
		!slices.ContainsFunc(f.Tags, func(tag string) bool { return !slices.Contains(info.Tags, tag) })
}

// envelope wraps data as a server does.
func envelope(info server.ServerInfo, kind string, data any) []byte {
	body := map[string]any{"server": info}
	switch d := data.(type) {
	case []byte:
		return d
	case error:
		body["error"] = server.ApiError{Code: 500, Description: d.Error()}
	default:
		if kind == "STATSZ" {
			body["statsz"] = data
		} else {
			body["data"] = data
		}
	}
	out, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return out
}
