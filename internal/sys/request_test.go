package sys_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/testcluster/real"
	"github.com/natsctl/natsctl/internal/testcluster/simfleet"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// TestEveryRequest asks everything that there is to ask.
func TestEveryRequest(t *testing.T) {
	slow(t)
	c := real.Start(t, spec.Nodes(2))
	client := connect(t, c.Node("dev-1"))
	eventually(t, client, fleet.Want{}, func(s *fleet.Snapshot) bool { return len(s.Servers) == 2 && s.Complete() })
	app, err := c.Node("dev-1").Connect("app")
	if err != nil {
		t.Fatal(err)
	}
	defer app.Close()
	// some answer only where there is something to tell, or once in all
	some := map[fleet.Kind]int{
		endpoint.AccountConns: 1, endpoint.AccountStat: 1, endpoint.UserInfo: 1, endpoint.NumSubs: -1,
		endpoint.ClaimsList: 0, endpoint.ClaimsPack: 0, endpoint.ClaimsLookup: 0,
	}
	options := map[fleet.Kind]map[string]any{
		endpoint.Profilez: {"name": "goroutine", "debug": 1},
		endpoint.NumSubs:  {"acc": "APP", "subject": "foo"},
	}
	for _, ep := range endpoint.List() {
		if ep.Act {
			if _, err := client.Request(t.Context(), sys.Request{Kind: ep.Kind, Account: "APP"}); !errors.Is(err, sys.ErrRequest) {
				t.Errorf("%s changes something and was not refused: %v", ep.Kind, err)
			}
			continue
		}
		t.Run(string(ep.Kind), func(t *testing.T) {
			req := sys.Request{Kind: ep.Kind, Options: options[ep.Kind]}
			if ep.Account() {
				req.Account = "APP"
			}
			got, err := client.Request(t.Context(), req)
			want, isSome := some[ep.Kind]
			if ep.Needs != "" {
				if !errors.Is(err, sys.ErrRefused) {
					t.Errorf("offered without %s: %v", ep.Needs, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !isSome {
				want = 2
			}
			if len(got.List) != want && want >= 0 || !got.Snapshot.Complete() {
				t.Errorf("%d answers, want %d; problems %+v", len(got.List), want, got.Snapshot.Problems)
			}
			for _, a := range got.List {
				if !json.Valid(a.Data) || string(a.Data) == "null" {
					t.Errorf("%s: %.100s", a.Server.Name, a.Data)
				}
			}
		})
	}
}

func TestRequestPagesToTheEnd(t *testing.T) {
	c := real.Start(t, spec.Single())
	n := c.Nodes()[0]
	const many = 1300
	for i := range many {
		nc, err := n.Connect("app", nats.Name(fmt.Sprint(i)), nats.NoReconnect())
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
	}
	client := connect(t, n)
	type connection struct {
		CID uint64 `json:"cid"`
	}
	ask := func(req sys.Request) (list []connection, limit int) {
		t.Helper()
		got, err := client.Request(t.Context(), req)
		if err != nil || !got.Snapshot.Complete() {
			t.Fatalf("%v, problems %+v", err, got.Snapshot.Problems)
		}
		var data struct {
			Connections []connection `json:"connections"`
			Num         int          `json:"num_connections"`
		}
		if err := json.Unmarshal(got.List[0].Data, &data); err != nil {
			t.Fatal(err)
		}
		return data.Connections, data.Num
	}
	list, num := ask(sys.Request{Kind: endpoint.AccountConnz, Account: "APP"})
	once := map[uint64]bool{}
	for _, ci := range list {
		once[ci.CID] = true
	}
	if len(list) != many || len(once) != many || num != many {
		t.Errorf("%d connections, %d of them different, num_connections %d", len(list), len(once), num)
	}
	if list, num = ask(sys.Request{Kind: fleet.Connz, Limit: 700}); len(list) != 700 || num != 700 {
		t.Errorf("limit 700: %d connections, num_connections %d", len(list), num)
	}
	_, err := client.Request(t.Context(), sys.Request{Kind: fleet.Connz, Options: map[string]any{"sort": "subs"}})
	if !errors.Is(err, sys.ErrRequest) {
		t.Errorf("pages in an order that loses connections: %v", err)
	}
}

// TestRequestAboutAnAccount asks servers of which some do not have the account, or
// JetStream: that is no problem, unless nobody has it. Another error is one.
func TestRequestAboutAnAccount(t *testing.T) {
	for _, tc := range []struct {
		name    string
		kind    fleet.Kind
		errors  map[string]string // by server; "": it answers
		answers int
		refused bool
		faults  []string
	}{
		{name: "known where it is used", kind: endpoint.AccountInfo, errors: map[string]string{"e/n1": "", "e/n2": "Account APP does not exist"}, answers: 1},
		{name: "no JetStream on one", kind: endpoint.AccountJsz, errors: map[string]string{"e/n1": "jetstream not enabled", "e/n2": ""}, answers: 1},
		{name: "not found on one", kind: endpoint.AccountJsz, errors: map[string]string{"e/n1": "", "e/n2": `account "APP" not found`}, answers: 1},
		{name: "no server knows it", kind: endpoint.AccountInfo, errors: map[string]string{"e/n1": "Account APP does not exist", "e/n2": "Account APP does not exist"}, refused: true},
		{name: "of another endpoint", kind: fleet.Accountz, errors: map[string]string{"e/n1": "", "e/n2": "Account APP does not exist"}, answers: 1},
		{name: "another error", kind: endpoint.AccountInfo, errors: map[string]string{"e/n1": "", "e/n2": "boom"}, answers: 1, faults: []string{"n2 ACCOUNT.INFO refused"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "e/n1", "e/n2")
				_, path, _ := strings.Cut(string(tc.kind), ".")
				req := sys.Request{Kind: tc.kind, Account: "APP"}
				if path == "" {
					path, req = string(tc.kind), sys.Request{Kind: tc.kind, Options: map[string]any{"account": "APP"}}
				}
				for name, text := range tc.errors {
					var data any = map[string]any{"name": "APP"}
					if text != "" {
						data = errors.New(text)
					}
					w.nodes[name].Data[path] = data
				}
				w.Handle("$SYS.REQ.ACCOUNT.APP.*", func(m stub.Message) bool {
					m.Subject = strings.Replace(m.Subject, "$SYS.REQ.ACCOUNT.APP", "$SYS.REQ.SERVER.PING", 1)
					return w.Answer(m)
				})
				got, err := w.client().Request(t.Context(), req)
				if tc.refused {
					if !errors.Is(err, sys.ErrRefused) || !strings.Contains(err.Error(), "does not exist") {
						t.Errorf("nobody has it: %v", err)
					}
					return
				}
				if err != nil || len(got.List) != tc.answers || !slices.Equal(faults(got.Snapshot), tc.faults) {
					t.Errorf("%v, answers %+v, problems %v", err, got, faults(got.Snapshot))
				}
			})
		})
	}
}

func TestRequestToOldServers(t *testing.T) {
	_, client := simulate(t, simfleet.Spec{Servers: 3, Version: "2.9.25"})
	_, err := client.Request(t.Context(), sys.Request{Kind: fleet.Raftz})
	var old *sys.TooOldError
	if !errors.As(err, &old) || old.Version != "2.9.25" || old.Since != "2.10.26" {
		t.Errorf("got %v", err)
	}
}
