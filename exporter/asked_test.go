package exporter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// grantedFleet has two servers of an operator with these accounts each.
func grantedFleet(accounts ...string) *fleet.Snapshot {
	snap := &fleet.Snapshot{Want: fleet.Want{Kinds: []fleet.Kind{fleet.AccountStatz}}}
	for _, id := range []string{"N1", "N2"} {
		sv := &fleet.Server{Info: server.ServerInfo{ID: id, Name: strings.ToLower(id)}, AccountStatz: &server.AccountStatz{}, Varz: &server.Varz{TrustedOperatorsClaim: []*jwt.OperatorClaims{{}}}}
		for _, a := range accounts {
			sv.AccountStatz.Accounts = append(sv.AccountStatz.Accounts, &server.AccountStat{Account: a, Name: "name of " + a})
		}
		snap.Servers = append(snap.Servers, sv)
	}
	snap.Servers = append(snap.Servers, &fleet.Server{Info: server.ServerInfo{ID: "N3"}})
	return snap
}

// answerAccountz answers for the servers: each account by what the table says.
func answerAccountz(s *stub.Server, answers map[string]string) *[]string {
	var asked []string
	s.Handle("$SYS.REQ.SERVER.*.ACCOUNTZ", func(m stub.Message) bool {
		var o server.AccountzOptions
		_ = json.Unmarshal(m.Data, &o) // an empty account has no answer
		asked = append(asked, strings.Split(m.Subject, ".")[3]+" "+o.Account)
		s.Send(stub.Message{Subject: m.Reply, Data: []byte(answers[o.Account])})
		return true
	})
	return &asked
}

// Each account is asked of one server that has it, and told as that server
// knows it; one that answers nonsense, or nothing, has no claims.
func TestClaimsAreAsked(t *testing.T) {
	s := stub.New(t, "n1", "N1")
	asked := answerAccountz(s, map[string]string{
		"A": `{"data":{"account_detail":{"account_name":"A","name_tag":"apples","expired":true,"complete":true,"is_system":false,"jetstream_enabled":true,"decoded_jwt":{"exp":77}}}}`,
		"B": `{"data":{"account_detail":{"account_name":"B","is_system":true}}}`,
		"C": `garbage`, "D": `{}`, "E": `{"data":{}}`, "F": `{"error":{"code":404}}`,
	})
	got := requestClaims(s.Connect(t), mustConfig(t))(t.Context(), grantedFleet("F", "E", "D", "C", "B", "A"))
	if len(got) != 2 || got[0].ID != "A" || got[1].ID != "B" {
		t.Fatalf("%+v", got)
	}
	if a := got[0]; a.Tag != "apples" || !a.Expired || !a.Complete || a.System || !a.Jetstream || a.JWT == nil || a.JWT.Expires != 77 {
		t.Errorf("%+v", a)
	}
	if b := got[1]; b.Tag != "B" || b.Expired || b.Complete || !b.System || b.Jetstream || b.JWT != nil {
		t.Errorf("%+v", b)
	}
	slices.Sort(*asked)
	if len(*asked) != 6 || slices.ContainsFunc(*asked, func(q string) bool { return strings.HasPrefix(q, "N3") }) {
		t.Errorf("asked %q", *asked)
	}
}

// Nobody is asked where no operator grants anything, where accounts are not
// collected, for an account that has no series, or beyond the limit.
func TestClaimsThatAreNotAsked(t *testing.T) {
	plain := func(snap *fleet.Snapshot) {
		for _, sv := range snap.Servers {
			sv.Varz = nil
		}
	}
	for _, tt := range []struct {
		what   string
		change func(*fleet.Snapshot)
		opts   []Option
		asked  int
	}{
		{"asked", func(*fleet.Snapshot) {}, nil, 3},
		{"no operator", plain, nil, 0},
		{"no operator, names of the other exporter", plain, []Option{WithExporterNames("")}, 3},
		{"an operator list that is empty", func(s *fleet.Snapshot) {
			for _, sv := range s.Servers[:2] {
				sv.Varz.TrustedOperatorsClaim = []*jwt.OperatorClaims{}
			}
		}, nil, 0},
		{"accounts are not collected", func(s *fleet.Snapshot) { s.Want.Kinds = nil }, nil, 0},
		{"one is allowed", func(*fleet.Snapshot) {}, []Option{WithAccounts("B", "")}, 1},
		{"one by its name", func(*fleet.Snapshot) {}, []Option{WithAccounts("name of C", "")}, 1},
		{"at most two", func(*fleet.Snapshot) {}, []Option{WithTop(2)}, 2},
		{"no limit", func(*fleet.Snapshot) {}, []Option{WithTop(0)}, 3},
		{"no account at all", func(s *fleet.Snapshot) {
			for _, sv := range s.Servers[:2] {
				sv.AccountStatz.Accounts = []*server.AccountStat{nil}
			}
		}, nil, 0},
	} {
		t.Run(tt.what, func(t *testing.T) {
			s := stub.New(t, "n1", "N1")
			asked := answerAccountz(s, nil)
			snap := grantedFleet("A", "B", "C")
			tt.change(snap)
			requestClaims(s.Connect(t), mustConfig(t, tt.opts...))(t.Context(), snap)
			if len(*asked) != tt.asked {
				t.Errorf("asked %q, want %d", *asked, tt.asked)
			}
		})
	}
}

// A server that hangs ends the questions with their deadline.
func TestClaimsOfASilentServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stub.New(t, "n1", "N1")
		nc := s.Connect(t)
		s.Silence(true)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		begin := time.Now()
		got := requestClaims(nc, mustConfig(t))(ctx, grantedFleet(manyAccounts(100)...))
		if took := time.Since(begin); len(got) != 0 || took > 3*time.Second {
			t.Errorf("%d claims in %v", len(got), took)
		}
		nc.Close()
	})
}

func manyAccounts(n int) (ids []string) {
	for i := range n {
		ids = append(ids, fmt.Sprintf("A%03d", i))
	}
	return ids
}

// instance is one answer of a micro service.
func instance(id string, requests int) []byte {
	return fmt.Appendf(nil, `{"name":"orders","id":%q,"version":"1.2.3","started":"2026-03-01T11:00:00Z","endpoints":[{"name":"place","subject":"orders.place","num_requests":%d,"num_errors":3,"processing_time":4000000000},null]}`, id, requests)
}

// microView asks the services of an account and renders them.
func microView(t *testing.T, top int, answers ...[]byte) map[string]float64 {
	t.Helper()
	s := stub.New(t, "n1", "N1")
	s.Handle("$SRV.STATS", func(m stub.Message) bool {
		for _, a := range answers {
			s.Send(stub.Message{Subject: m.Reply, Data: a})
		}
		return len(answers) > 0
	})
	e := exporterOf(t, oneServer(), WithTop(top))
	e.watched = []accountWatch{{name: "APP", nc: s.Connect(t)}}
	p, err := e.collect(t.Context(), []string{"servers", "services"})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	out := &table.TextSink{W: &b}
	e.cfg.render(*p, out)
	out.Flush()
	return seriesOf(t, b.String())
}

// Every instance of a micro service has its figures, once however often it
// answers; nonsense between the answers costs nothing.
func TestMicroServicesAreAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		series := microView(t, 1000, instance("i1", 5), []byte("garbage"), instance("i2", 6), instance("i1", 99))
		const labels = "{account=APP,endpoint=place,id=i1,service=orders,version=1.2.3}"
		for key, want := range map[string]float64{
			"nats_service_requests_total" + labels: 5, "nats_service_errors_total" + labels: 3, "nats_service_processing_seconds_total" + labels: 4,
			"nats_service_started_timestamp_seconds" + labels: float64(noon.Add(-time.Hour).Unix()),
		} {
			if got := series[key]; got != want {
				t.Errorf("%s: %v, want %v", key, got, want)
			}
		}
		if got := byLabel(series, "nats_service_requests_total", "id"); len(got) != 2 || got["i2"] != 6 {
			t.Errorf("%v", got)
		}
	})
}

// No more instances than the limit have series, and none is waited for longer
// than the silence after the last one.
func TestMicroServicesAreBounded(t *testing.T) {
	for _, tt := range []struct {
		top, instances, want int
		took                 time.Duration
	}{{2, 5, 2, 0}, {3, 2, 2, microStall}, {0, 5, 5, microStall}, {1000, 0, 0, 0}} {
		synctest.Test(t, func(t *testing.T) {
			var answers [][]byte
			for i := range tt.instances {
				answers = append(answers, instance(fmt.Sprint("i", i), i))
			}
			begin := time.Now()
			got := byLabel(microView(t, tt.top, answers...), "nats_service_requests_total", "id")
			if took := time.Since(begin); len(got) != tt.want || took != tt.took {
				t.Errorf("top %d of %d: %v in %v, want %v", tt.top, tt.instances, got, took, tt.took)
			}
		})
	}
}

// What is asked beside the snapshot is asked only for its collectors, and a
// fleet that cannot be asked ends before it.
func TestTakeAsksWhatIsChosen(t *testing.T) {
	e := exporterOf(t, sampleFleet())
	claimed := 0
	e.claims = func(context.Context, *fleet.Snapshot) []*scrape.Claims { claimed++; return sampleClaims() }
	for _, tt := range []struct {
		chosen []string
		want   int
	}{{[]string{"servers", "services"}, 0}, {[]string{"limits"}, 1}} {
		v, err := e.collect(t.Context(), tt.chosen)
		if err != nil || claimed != tt.want || len(v.Extras.Claims) != tt.want {
			t.Errorf("%v: %v, asked %d times", tt.chosen, err, claimed)
		}
	}
	broken := errors.New("broken")
	e.src = sourceFunc(func(context.Context, fleet.Want) (*fleet.Snapshot, error) { return nil, broken })
	if v, err := e.collect(t.Context(), []string{"limits"}); v != nil || !errors.Is(err, broken) || claimed != 1 {
		t.Errorf("%v %v, asked %d times", v, err, claimed)
	}
	e.ready = func() error { return ErrNotConnected }
	if _, err := e.collect(t.Context(), nil); !errors.Is(err, ErrNotConnected) {
		t.Errorf("%v", err)
	}
}
