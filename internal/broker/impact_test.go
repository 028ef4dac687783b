//go:build !windows

package broker

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/plan/plantest"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// kinds are clusters of each kind, by name.
func kinds() map[string]spec.Spec {
	out := map[string]spec.Spec{}
	for shape, s := range spectest.Shapes() {
		for _, auth := range spec.AuthModes() {
			for _, mode := range spectest.TLSModes() {
				s.Name, s.Auth, s.TLS.Mode, s.Accounts = "m", spec.AuthMode(auth), mode, spectest.Chat()
				out[fmt.Sprintf("%s/%s/%s", shape, auth, mode)] = s
			}
		}
	}
	return out
}

// TestMatrixOfChanges goes from each kind of cluster to each other: whatever stops all servers, removes a node, weakens TLS or
// changes authentication is told as harm, and what does none of it is not.
func TestMatrixOfChanges(t *testing.T) {
	t.Parallel()
	plans := map[string]plan.Plan{}
	for name, s := range kinds() {
		plans[name] = plantest.Of(t, s)
	}
	strength := map[spec.TLSMode]int{spec.TLSNone: 0, spec.TLSServer: 1, spec.TLSMutual: 2}
	for from, old := range plans {
		for to, next := range plans {
			c := impact(t.Context(), old, next, nil, false)
			text := strings.Join(c.Harm, "; ")
			want := map[string]bool{
				"removed with its data":  len(old.Without(next).Nodes) > 0,
				"TLS becomes weaker":     strength[next.Spec.TLS.Mode] < strength[old.Spec.TLS.Mode],
				"authentication changes": old.Spec.Auth != next.Spec.Auth,
			}
			any := false
			for words, is := range want {
				any = any || is
				if is != strings.Contains(text, words) {
					t.Errorf("%s to %s: %q, want %q: %v", from, to, text, words, is)
				}
			}
			if !any && text != "" {
				t.Errorf("%s to %s: %q", from, to, text)
			}
			if old.RestartsAll(next) != (impactOfRunning(old, next) != "") {
				t.Errorf("%s to %s: all stop %v", from, to, old.RestartsAll(next))
			}
		}
	}
}

// impactOfRunning is what a running cluster without JetStream is told of a stop of all servers.
func impactOfRunning(old, next plan.Plan) string {
	old.Spec.NoJetStream, next.Spec.NoJetStream = true, true
	for _, line := range impact(nil, old, next, nil, true).Harm { //nolint:staticcheck // nobody is asked
		if strings.HasPrefix(line, "all ") {
			return line
		}
	}
	return ""
}

// TestWeaker is each way in which a specification protects less.
func TestWeaker(t *testing.T) {
	t.Parallel()
	tls := func(mode spec.TLSMode, ca spec.CAMode) spec.Spec { return spec.Spec{TLS: spec.TLS{Mode: mode, CA: ca}} }
	for _, c := range []struct {
		from, to spec.Spec
		want     string
	}{
		{tls("", ""), tls("", ""), ""},
		{tls("", ""), tls(spec.TLSMutual, ""), ""},
		{tls(spec.TLSServer, ""), tls(spec.TLSMutual, ""), ""},
		{tls(spec.TLSNone, ""), tls("", ""), ""},
		{tls(spec.TLSMutual, ""), tls(spec.TLSServer, ""), "TLS becomes weaker: server instead of mutual"},
		{tls(spec.TLSServer, ""), tls("", ""), "TLS becomes weaker: none instead of server"},
		{tls(spec.TLSMutual, spec.CAPerCluster), tls(spec.TLSMutual, ""), "routes trust one certificate authority for all clusters, instead of their own"},
		{tls(spec.TLSMutual, ""), tls(spec.TLSMutual, spec.CAPerCluster), ""},
		{spec.Spec{Auth: spec.AuthUsers}, spec.Spec{Auth: spec.AuthNone}, "authentication changes from users to none: present credentials no longer work"},
		{spec.Spec{}, spec.Spec{NoJetStream: true}, "JetStream will be disabled: streams stay on disk but cannot be used"},
		{spec.Spec{NoJetStream: true}, spec.Spec{}, ""},
	} {
		if got := strings.Join(weaker(c.from, c.to), "; "); got != c.want {
			t.Errorf("%+v to %+v: %q", c.from, c.to, got)
		}
	}
}

// TestWhichStreamsInMemoryAreLost is what becomes of a stream in memory whose copies are on some nodes.
func TestWhichStreamsInMemoryAreLost(t *testing.T) {
	t.Parallel()
	base := spec.Super(3, "a", "b")
	base.Name, base.Accounts = "m", []spec.Account{{Name: "APP"}, {Name: "CHAT"}}
	old := plantest.Of(t, base)
	for name, c := range map[string]struct {
		change  func(*spec.Spec)
		account string
		nodes   string
		restart bool
		want    bool
	}{
		"nothing changes":      {func(*spec.Spec) {}, "APP", "a-1", false, false},
		"all stop":             {func(*spec.Spec) {}, "APP", "a-1 a-2 a-3", true, true},
		"its node goes":        {func(s *spec.Spec) { s.Clusters[0].Nodes = 2 }, "APP", "a-3", false, true},
		"another node goes":    {func(s *spec.Spec) { s.Clusters[0].Nodes = 2 }, "APP", "a-1", false, false},
		"one of its nodes":     {func(s *spec.Spec) { s.Clusters[0].Nodes = 2 }, "APP", "a-2 a-3", false, false},
		"both of its nodes":    {func(s *spec.Spec) { s.Clusters[0].Nodes = 1 }, "APP", "a-2 a-3", false, true},
		"its account goes":     {func(s *spec.Spec) { s.Accounts = s.Accounts[:1] }, "CHAT", "a-1 a-2", false, true},
		"another account goes": {func(s *spec.Spec) { s.Accounts = s.Accounts[:1] }, "APP", "a-1", false, false},
		"its node restarts":    {func(s *spec.Spec) { s.Clusters[0].Websocket = true }, "APP", "a-1", false, true},
		"one at a time":        {func(s *spec.Spec) { s.Clusters[0].Websocket = true }, "APP", "a-1 a-2", false, false},
		"others restart":       {func(s *spec.Spec) { s.Clusters[1].Websocket = true }, "APP", "a-1", false, false},
		"a reload is enough":   {func(s *spec.Spec) { s.Accounts = append(s.Accounts, spec.Account{Name: "NEW"}) }, "APP", "a-1", false, false},
		"a node more":          {func(s *spec.Spec) { s.Clusters[0].Nodes = 4 }, "APP", "a-1", false, false},
		"goes and restarts":    {func(s *spec.Spec) { s.Clusters[0].Nodes, s.Clusters[0].MQTT = 2, true }, "APP", "a-2 a-3", false, true},
	} {
		want := base
		want.Clusters, want.Accounts = slices.Clone(base.Clusters), slices.Clone(base.Accounts)
		c.change(&want)
		s := client.Stream{Account: c.account, Name: "S", Memory: true, Nodes: strings.Fields(c.nodes)}
		if got := losesMemory(old, plantest.Changed(t, want, old), s, c.restart); got != c.want {
			t.Errorf("%s: lost %v", name, got)
		}
	}
}

// TestHarmIsAsked changes a running cluster in ways that do harm: refused, nothing has happened; confirmed, it is done, and every
// stream that was lost had been named.
func TestHarmIsAsked(t *testing.T) {
	t.Parallel()
	h := home(t)
	s := named("harm", 3)
	s.TLS.Mode = spec.TLSMutual
	up(t, h, Order{Spec: s})
	js := streams(t, h, "harm")
	keep(t, js, "FILE", 3)
	testcluster.Retry(t, "answer", func() error {
		_, err := js.AddStream(&nats.StreamConfig{Name: "MEMORY", Subjects: []string{"m"}, Storage: nats.MemoryStorage, Replicas: 3})
		return err
	})
	testcluster.Retry(t, "answer", func() error { _, err := js.Publish("m", nil); return err })
	before := pids(t, h, "harm")
	plain := named("harm", 3)
	var told Change
	no := errors.New("no")
	for name, o := range map[string]Order{
		"refused": {Spec: plain, Given: true, Slot: -1, Changes: func(c Change) error { told = c; return no }},
		"nobody":  {Spec: plain, Given: true, Slot: -1},
		"amended": {Spec: plain, Slot: -1, Amend: func(now spec.Spec) (spec.Spec, error) { now.TLS = spec.TLS{}; return now, nil }},
	} {
		_, _, err := h.Up(t.Context(), o, launcher())
		if !errors.Is(err, no) && !errors.Is(err, ErrUnconfirmed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	text := strings.Join(told.Harm, "; ")
	for _, words := range []string{"all 3 servers will be restarted", "TLS becomes weaker: none instead of mutual", "stream MEMORY of account APP is lost: it is in memory only (1 message)"} {
		if !strings.Contains(text, words) {
			t.Errorf("%q does not say %q", text, words)
		}
	}
	if strings.Contains(text, "FILE") || !told.Restart || told.Name != "harm" || !slices.Equal(told.Lines, []string{"- tls.mode: mutual"}) {
		t.Errorf("told %+v", told)
	}
	if after := pids(t, h, "harm"); !slices.Equal(before, after) {
		t.Errorf("processes %v became %v", before, after)
	}
	if r := spectest.Must(h.Record("harm")); r.Spec.TLS.Mode != spec.TLSMutual {
		t.Errorf("TLS is %q", r.Spec.TLS.Mode)
	}
	holds(t, js, "FILE")
	more := Order{Spec: plain, Slot: -1, Amend: func(now spec.Spec) (spec.Spec, error) {
		now.Clusters = []spec.Cluster{{Name: "harm", Nodes: 4}}
		return now, nil
	}}
	if r, changed, err := h.Up(t.Context(), more, launcher()); err != nil || !changed || len(r.Nodes) != 4 || r.Spec.TLS.Mode != spec.TLSMutual {
		t.Fatalf("a node more needs no confirmation: %v %+v", err, r.Spec)
	}
	if info, err := js.StreamInfo("MEMORY"); err != nil || info.State.Msgs != 1 {
		t.Errorf("the stream in memory: %v", err)
	}
}

// TestLostByStop names the streams in memory whose copies are all on nodes that are away together, and those of a paused node as
// unknown; a node that has ended has nothing left to lose.
func TestLostByStop(t *testing.T) {
	t.Parallel()
	h := home(t)
	up(t, h, Order{Spec: named("lose", 3)})
	js := streams(t, h, "lose")
	keep(t, js, "FILE", 1)
	on := map[string]string{}
	for name, replicas := range map[string]int{"ONE": 1, "THREE": 3} {
		testcluster.Retry(t, "answer", func() error {
			info, err := js.AddStream(&nats.StreamConfig{Name: name, Subjects: []string{name}, Storage: nats.MemoryStorage, Replicas: replicas})
			if err == nil {
				on[name] = info.Cluster.Leader
			}
			return err
		})
	}
	all := []string{"lose-1", "lose-2", "lose-3"}
	others := slices.DeleteFunc(slices.Clone(all), func(n string) bool { return n == on["ONE"] })
	one, three := "stream ONE of account APP is lost: it is in memory only (0 messages)", "stream THREE of account APP is lost: it is in memory only (0 messages)"
	expect := func(what string, want []string, batches ...[]string) {
		t.Helper()
		if got, err := h.LostByStop(t.Context(), "lose", batches...); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %q, want %q", what, err, got, want)
		}
	}
	each := RollingRestart{}.Batches([]Place{{Name: all[0], Cluster: "lose"}, {Name: all[1], Cluster: "lose"}, {Name: all[2], Cluster: "lose"}})
	expect("its node", []string{one}, []string{on["ONE"]})
	expect("the other nodes", nil, others)
	expect("all together", []string{one, three}, all)
	expect("one after the other", []string{one}, each...)
	expect("no node", nil, []string{"lose-9"})
	if err := h.Node(t.Context(), "lose", others[0], "pause", 0, 0); err != nil {
		t.Fatal(err)
	}
	expect("a paused node", []string{"streams in memory of " + others[0] + " may be lost: it is paused, and cannot list them"}, others[:1])
	expect("beside a paused node", []string{one}, []string{on["ONE"]})
	if err := h.Node(t.Context(), "lose", on["ONE"], "kill", 0, 0); err != nil {
		t.Fatal(err)
	}
	expect("a node that has ended", nil, []string{on["ONE"]})
}

// TestBatches puts nodes of one cluster together, no more than may be away.
func TestBatches(t *testing.T) {
	nodes := []Place{{Name: "a-1", Cluster: "a"}, {Name: "a-2", Cluster: "a"}, {Name: "a-3", Cluster: "a"}, {Name: "b-1", Cluster: "b"}, {Name: "b-2", Cluster: "b"}}
	for most, want := range map[int]string{0: "[[a-1] [a-2] [a-3] [b-1] [b-2]]", 1: "[[a-1] [a-2] [a-3] [b-1] [b-2]]", 2: "[[a-1 a-2] [a-3] [b-1 b-2]]", 9: "[[a-1 a-2 a-3] [b-1 b-2]]"} {
		if got := fmt.Sprint(RollingRestart{MaxUnavailable: most}.Batches(nodes)); got != want {
			t.Errorf("%d: %s, want %s", most, got, want)
		}
	}
}
