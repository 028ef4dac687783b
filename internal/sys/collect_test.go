package sys_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// bodies are the data of answers.
func bodies(a *sys.Answers) (out []string) {
	for _, one := range a.List {
		out = append(out, string(one.Data))
	}
	slices.Sort(out)
	return out
}

// TestSubscriptionCounts: as many answers are expected as servers have connections
// of the account; fewer are a partial answer.
func TestSubscriptionCounts(t *testing.T) {
	for _, tc := range []struct {
		name     string
		conns    map[string]int // of the account, by server
		leafs    map[string]int // leaf connections of it
		answers  []string
		expected int
		complete bool
		server   string
	}{
		{name: "all that have connections", conns: map[string]int{"e/n1": 2, "e/n2": 1}, answers: []string{"4", "7"}, expected: 2, complete: true},
		{name: "one keeps silent", conns: map[string]int{"e/n1": 2, "e/n2": 1}, answers: []string{"4"}, expected: 2},
		{name: "only one can be meant", conns: map[string]int{"e/n2": 1}, answers: []string{"4"}, expected: 1, complete: true, server: "n2"},
		{name: "none has connections", answers: nil, expected: 0, complete: true},
		{name: "one has leaf connections alone", conns: map[string]int{"e/n1": 2}, leafs: map[string]int{"e/n3": 5}, answers: []string{"4", "7"}, expected: 2, complete: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "e/n1", "e/n2", "e/n3")
				for label, m := range w.nodes {
					m.Data["ACCOUNT.STATZ"] = &server.AccountStatz{Accounts: []*server.AccountStat{
						{Account: "AKEY", Name: "APP", Conns: tc.conns[label], LeafNodes: tc.leafs[label]}, {Account: "OTHER", Conns: 9},
					}}
				}
				w.Handle("$SYS.REQ.ACCOUNT.NSUBS", func(m stub.Message) bool {
					for _, a := range tc.answers {
						w.Send(stub.Message{Subject: m.Reply, Data: []byte(a)})
					}
					return true
				})
				got, err := w.client().Request(t.Context(), sys.Request{Kind: endpoint.NumSubs, Options: map[string]any{"acc": "APP", "subject": "x"}})
				if err != nil {
					t.Fatal(err)
				}
				if s := got.Snapshot; !slices.Equal(bodies(got), tc.answers) || s.Expected != tc.expected || s.Complete() != tc.complete {
					t.Errorf("%v of %d, problems %+v", bodies(got), s.Expected, s.Problems)
				}
				for _, a := range got.List {
					if a.Server.Name != tc.server {
						t.Errorf("an answer of %q", a.Server.Name)
					}
					if text, err := json.Marshal(a); err != nil || tc.server == "" && string(text) != `{"rtt_seconds":0,"data":`+string(a.Data)+`}` {
						t.Errorf("%s, %v", text, err)
					}
				}
			})
		})
	}
}

// TestUserInfoRequest is answered by the connected server alone, whatever others
// say, and is complete then.
func TestUserInfoRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "e/n1", "e/n2", "leaf/l1")
		w.Handle("$SYS.REQ.USER.INFO", func(m stub.Message) bool {
			for label, user := range map[string]string{"leaf/l1": "linked as", "e/n1": "bob"} {
				w.Send(stub.Message{Subject: m.Reply, Data: mustJSON(map[string]any{"server": w.nodes[label].Info, "data": server.UserInfo{UserID: user, Account: "SYS"}})})
			}
			return true
		})
		c := w.client()
		for _, scope := range []fleet.Scope{{}, {Name: "n1"}, {Cluster: "e"}} {
			got, err := c.Request(t.Context(), sys.Request{Kind: endpoint.UserInfo, Scope: scope})
			if err != nil {
				t.Fatal(err)
			}
			if s := got.Snapshot; s.Expected != 1 || !s.Complete() || len(got.List) != 1 || got.List[0].Server.Name != "n1" || !slices.Equal(bodies(got), []string{`{"user":"bob","account":"SYS"}`}) {
				t.Errorf("%+v: %v of %d from %+v", scope, bodies(got), s.Expected, got.List)
			}
		}
		if _, err := c.Request(t.Context(), sys.Request{Kind: endpoint.UserInfo, Scope: fleet.Scope{Name: "n2"}}); !errors.Is(err, sys.ErrRequest) {
			t.Errorf("asked of another server: %v", err)
		}
	})
}

// TestUserInfoIsAskedAgain loses the answer of the connected server behind the one of
// a leaf node, and at last every time.
func TestUserInfoIsAskedAgain(t *testing.T) {
	for lost, want := range map[int]int{0: 1, 1: 2, 3: 4, 100: 4} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, "e/n1", "leaf/l1")
			asked := 0
			w.Handle("$SYS.REQ.USER.INFO", func(m stub.Message) bool {
				asked++
				label := "leaf/l1"
				if asked > lost {
					label = "e/n1"
				}
				w.Send(stub.Message{Subject: m.Reply, Data: mustJSON(map[string]any{"server": w.nodes[label].Info, "data": server.UserInfo{UserID: label}})})
				return true
			})
			got, err := w.client().Request(t.Context(), sys.Request{Kind: endpoint.UserInfo})
			if err != nil {
				t.Fatal(err)
			}
			if whole := lost < 100; asked != want || got.Snapshot.Complete() != whole || whole != slices.Equal(bodies(got), []string{`{"user":"e/n1","account":""}`}) {
				t.Errorf("%d lost: asked %d times, want %d: %v, complete %v", lost, asked, want, bodies(got), got.Snapshot.Complete())
			}
		})
	}
}

// TestAnonymousRequests: where nobody can tell how many have something to say, the
// answers that came are all; none is no answer. A filter cannot be applied.
func TestAnonymousRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "e/n1", "e/n2", "e/n3")
		answer := "A|x"
		w.Handle("$SYS.REQ.CLAIMS.PACK", func(m stub.Message) bool {
			if answer != "" {
				w.Send(stub.Message{Subject: m.Reply, Data: []byte(answer)})
			}
			return true
		})
		c := w.client()
		got, err := c.Request(t.Context(), sys.Request{Kind: endpoint.ClaimsPack})
		if err != nil || got.Snapshot.Expected != 1 || len(got.List) != 1 || string(got.List[0].Data) != `"A|x"` {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := c.Request(t.Context(), sys.Request{Kind: endpoint.ClaimsPack, Scope: fleet.Scope{Cluster: "e"}}); !errors.Is(err, sys.ErrRequest) {
			t.Errorf("with a filter: %v", err)
		}
		answer = ""
		if _, err := c.Request(t.Context(), sys.Request{Kind: endpoint.ClaimsPack}); !errors.Is(err, sys.ErrSilent) {
			t.Errorf("without an answer: %v", err)
		}
	})
}
