package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/plan/plantest"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// answering is a server that sends all of the answers to each request on a subject.
func answering(t testing.TB, answers map[string][]string) *stub.Server {
	t.Helper()
	s := stub.New(t, "a-1", "id-a-1")
	for subject, texts := range answers {
		s.Handle(subject, func(m stub.Message) bool {
			for _, text := range texts {
				s.Send(stub.Message{Subject: m.Reply, Data: []byte(text)})
			}
			return true
		})
	}
	return s
}

// at is the fleet of a plan of which every node is one server.
func at(t *testing.T, s *stub.Server, p plan.Plan) Fleet {
	t.Helper()
	u, err := url.Parse(s.Listen(t))
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Nodes {
		if p.Nodes[i].Ports[plan.RoleClient], err = strconv.Atoi(u.Port()); err != nil {
			t.Fatal(err)
		}
	}
	return Fleet{p}
}

// brief ends soon, for what would wait for an answer that does not come.
func brief(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

// judged wants an error with some words, or none.
func judged(t *testing.T, name string, err error, want string) {
	t.Helper()
	if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("%s: %v, want %q", name, err, want)
	}
}

// TestPushIsAcknowledged by every server, each counted once, and not refused by any.
func TestPushIsAcknowledged(t *testing.T) {
	ack := func(name string) string { return fmt.Sprintf(`{"server":{"name":%q},"data":{"code":200}}`, name) }
	for name, c := range map[string]struct {
		answers []string
		want    string
	}{
		"both":        {[]string{ack("a-1"), ack("a-2")}, ""},
		"one":         {[]string{ack("a-1")}, "1 of 2 servers have acknowledged ([a-1])"},
		"one twice":   {[]string{ack("a-1"), ack("a-1")}, "1 of 2 servers"},
		"one refuses": {[]string{ack("a-1"), `{"server":{"name":"a-2"},"error":{"code":500,"description":"no such operator"}}`}, "a-2 rejected it: no such operator"},
		"unreadable":  {[]string{ack("a-1"), "x"}, "acknowledgement: "},
	} {
		synctest.Test(t, func(t *testing.T) {
			nc := answering(t, map[string][]string{"$SYS.REQ.CLAIMS.UPDATE": c.answers}).Connect(t)
			ctx, cancel := context.WithTimeout(t.Context(), PushTime)
			defer cancel()
			judged(t, name, pushOne(ctx, nc, "a JWT", 2), c.want)
			if nc.NumSubscriptions() != 0 {
				t.Errorf("%s: a subscription is left", name)
			}
		})
	}
}

// TestPushSendsWhatIsNamed to each group of servers that reach each other: the JWTs of the accounts that are named, or of all.
func TestPushSendsWhatIsNamed(t *testing.T) {
	t.Parallel()
	sp := spec.Nodes(1)
	sp.Auth, sp.Accounts = spec.AuthOperator, []spec.Account{{Name: "A"}, {Name: "B"}}
	sp.Leafs = []spec.Leaf{{Name: "alone", Remote: spec.DefaultName, Isolated: true}}
	s := stub.New(t, "dev-1", "id")
	f := at(t, s, plantest.Of(t, sp))
	for i := range f.Identities {
		f.Identities[i].Creds = "" // the server lets everybody in
	}
	var sent []string
	s.Handle("$SYS.REQ.CLAIMS.UPDATE", func(m stub.Message) bool {
		for name, a := range f.Trust.Accounts {
			if a.JWT == string(m.Data) {
				sent = append(sent, name)
			}
		}
		return s.Send(stub.Message{Subject: m.Reply, Data: []byte(`{"server":{"name":"dev-1"}}`)})
	})
	for _, c := range []struct {
		accounts []string
		want     string
	}{{nil, "[A B A B]"}, {[]string{"B"}, "[B B]"}} {
		sent = nil
		if err := f.Push(brief(t), c.accounts...); err != nil || fmt.Sprint(sent) != c.want {
			t.Errorf("%v: %v, %v", c.accounts, sent, err)
		}
	}
	if err := (Fleet{plantest.Of(t, spec.Nodes(1))}).Push(t.Context()); err != nil {
		t.Errorf("there is nothing to push: %v", err)
	}
	f.Nodes[0].Ports[plan.RoleClient] = 1
	if err := f.Push(t.Context()); !errors.Is(err, ErrPush) {
		t.Errorf("nobody is there: %v", err)
	}
}

// jsOf is the answer of a server about its streams: "NAME storage messages" each, of the account APP.
func jsOf(name string, streams ...string) string {
	var list []string
	for _, s := range streams {
		var stream, storage string
		var messages int
		fmt.Sscan(s, &stream, &storage, &messages) //nolint:errcheck // the test's own
		list = append(list, fmt.Sprintf(`{"name":%q,"config":{"name":%q,"storage":%q},"state":{"messages":%d}}`, stream, stream, storage, messages))
	}
	return fmt.Sprintf(`{"server":{"name":%q},"data":{"account_details":[{"name":"APP","stream_detail":[%s]}]}}`, name, strings.Join(list, ","))
}

// TestStreamsOfAllServers lists each stream once with all its nodes, and is an error where a server did not list its own: they would
// be missing.
func TestStreamsOfAllServers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answers []string
		servers []string
		want    string
	}{
		"all":               {[]string{jsOf("a-1", "S memory 3", "T file 1"), jsOf("a-2", "S memory 5"), jsOf("leaf", "S file 2")}, nil, "[{APP S true 5 [a-1 a-2]} {APP S false 2 [leaf]} {APP T false 1 [a-1]}]"},
		"one is silent":     {[]string{jsOf("a-1", "S memory 3"), jsOf("a-2")}, nil, "2 of 3 servers list their streams"},
		"the silent is not": {[]string{jsOf("a-2", "S memory 5"), jsOf("a-1")}, []string{"a-1", "a-2"}, "[{APP S true 5 [a-2]}]"},
		"unreadable":        {[]string{"x", "y", "z"}, nil, "answer about JetStream"},
	} {
		f := at(t, answering(t, map[string][]string{"$SYS.REQ.SERVER.PING.JSZ": c.answers}), plantest.Of(t, spec.Super(2, "a").WithLeaf("leaf", 1, "a")))
		got, err := f.Streams(brief(t), c.servers...)
		if strings.HasPrefix(c.want, "[") != (err == nil) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && (!strings.Contains(err.Error(), c.want) || errors.Is(err, ErrNotReady) != strings.Contains(c.want, " of ")) || err == nil && fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v %v, want %s", name, got, err, c.want)
		}
	}
	none := plantest.Of(t, spec.Spec{NoJetStream: true})
	if got, err := (Fleet{none}).Streams(t.Context()); got != nil || err != nil {
		t.Errorf("without JetStream: %v %v", got, err)
	}
}

// TestPublishedIsFoundOrLost looks for each acknowledged message in the stream.
func TestPublishedIsFoundOrLost(t *testing.T) {
	t.Parallel()
	stored := func(n int) map[string]any {
		return map[string]any{"message": map[string]any{"seq": 1, "data": []byte(strconv.Itoa(n))}}
	}
	gone := map[string]any{"error": map[string]any{"code": 404, "err_code": 10037, "description": "no message found"}}
	for name, c := range map[string]struct {
		retention string
		first     uint64
		answer    func(seq uint64) any
		want      func(PublishResult) bool
	}{
		"all are there":     {"limits", 1, func(seq uint64) any { return stored(int(seq) - 1) }, func(r PublishResult) bool { return r.Lost == 0 && r.Unchecked == 0 }},
		"all are gone":      {"limits", 1, func(uint64) any { return gone }, func(r PublishResult) bool { return r.Lost == r.Acked && r.Unchecked == 0 }},
		"others are there":  {"limits", 1, func(seq uint64) any { return stored(int(seq)) }, func(r PublishResult) bool { return r.Lost == r.Acked && r.Unchecked == 0 }},
		"the first is old":  {"limits", 2, func(seq uint64) any { return stored(int(seq) - 1) }, func(r PublishResult) bool { return r.Lost == 0 && r.Unchecked == 1 }},
		"they are consumed": {"workqueue", 1, func(uint64) any { return gone }, func(r PublishResult) bool { return r.Lost == 0 && r.Unchecked == r.Acked }},
	} {
		s := stub.New(t, "dev-1", "id")
		reply := func(m stub.Message, v any) bool {
			text, err := json.Marshal(v)
			return err == nil && s.Send(stub.Message{Subject: m.Reply, Data: text})
		}
		s.Handle("orders", func(m stub.Message) bool {
			n, _ := strconv.Atoi(string(m.Data))
			return reply(m, map[string]any{"stream": "S", "seq": n + 1})
		})
		s.Handle("$JS.API.STREAM.INFO.S", func(m stub.Message) bool {
			return reply(m, map[string]any{"config": map[string]any{"name": "S", "retention": c.retention}, "state": map[string]any{"first_seq": c.first}})
		})
		s.Handle("$JS.API.STREAM.MSG.GET.S", func(m stub.Message) bool {
			var req struct{ Seq uint64 }
			_ = json.Unmarshal(m.Data, &req) // the client's own
			return reply(m, c.answer(req.Seq))
		})
		f := at(t, s, plantest.Of(t, spec.Nodes(1)))
		p, err := f.StartPublisher(t.Context(), "", "orders")
		if err != nil {
			t.Fatal(err)
		}
		if took, err := p.After(t.Context(), time.Now()); err != nil || took < 0 {
			t.Errorf("%s: %v %v", name, took, err)
		}
		r, err := p.Finish(t.Context())
		if err != nil || r.Stream != "S" || r.Subject != "orders" || r.Acked < 2 || r.Published < r.Acked || !c.want(r) {
			t.Errorf("%s: %+v %v", name, r, err)
		}
		p.Close()
	}
}

// TestNotAcknowledged says why nothing that is published is acknowledged.
func TestNotAcknowledged(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		`{"error":{"description":"maximum messages exceeded"}}`: "maximum messages exceeded", `{}`: "the answer came from no stream", `x`: "the answer came from no stream", "": "no stream stores the subject",
	} {
		s := stub.New(t, "dev-1", "id")
		if answer != "" {
			s = answering(t, map[string][]string{"orders": {answer}})
		}
		_, err := at(t, s, plantest.Of(t, spec.Nodes(1))).StartPublisher(brief(t), "app", "orders")
		if !errors.Is(err, ErrNoAck) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", answer, err)
		}
	}
	if _, err := (Fleet{plantest.Of(t, spec.Nodes(1))}).StartPublisher(t.Context(), "nobody", "orders"); !errors.Is(err, plan.ErrUser) {
		t.Errorf("nobody: %v", err)
	}
}

// TestProbe is when a fleet is complete as one node sees it.
func TestProbe(t *testing.T) {
	stats := func(name, version string, active int) string {
		return fmt.Sprintf(`{"server":{"name":%q,"ver":%q},"statsz":{"active_servers":%d}}`, name, version, active)
	}
	health := func(name, status, why string) string {
		return fmt.Sprintf(`{"server":{"name":%q},"data":{"status":%q,"error":%q}}`, name, status, why)
	}
	two := []string{stats("a", "2.12.0", 2), stats("b", "2.12.0", 2)}
	for name, c := range map[string]struct {
		stats, health []string
		noJetStream   bool
		want          string
	}{
		"complete":              {two, []string{health("a", "ok", ""), health("b", "ok", "")}, false, ""},
		"without JetStream":     {two, nil, true, ""},
		"one does not answer":   {two[:1], nil, true, "1 of 2 servers answer (a)"},
		"nobody answers":        {nil, nil, true, "0 of 2 servers answer ()"},
		"one sees too few":      {[]string{two[0], stats("b", "2.12.0", 1)}, nil, true, "b sees 1 of 2 servers"},
		"one sees more":         {[]string{two[0], stats("b", "2.12.0", 3)}, nil, true, ""},
		"an old one counts its": {[]string{two[0], stats("b", "2.9.10", 1)}, nil, true, ""},
		"one is not healthy":    {two, []string{health("a", "ok", ""), health("b", "unavailable", "no meta leader")}, false, "JetStream of b: no meta leader"},
		"one says no health":    {two, []string{health("b", "ok", "")}, false, "health of 1 of 2 servers is known (b)"},
		"unreadable":            {[]string{"x", "y"}, nil, true, "answer of " + StatszAll},
	} {
		synctest.Test(t, func(t *testing.T) {
			nc := answering(t, map[string][]string{StatszAll: c.stats, "$SYS.REQ.SERVER.PING.HEALTHZ": c.health}).Connect(t)
			judged(t, name, probe{want: 2, jetStream: !c.noJetStream}.request(t.Context(), nc, GatherTime), c.want)
			if nc.NumSubscriptions() != 0 {
				t.Errorf("%s: a subscription is left", name)
			}
		})
	}
}

// TestAnnouncement waits until every server has sent its statistics to all.
func TestAnnouncement(t *testing.T) {
	for name, c := range map[string]struct {
		sent []string
		want string
	}{
		"both": {[]string{"a", "b"}, ""}, "one": {[]string{"a", "a"}, "b did not announce itself"}, "another": {[]string{"b", "c"}, "a did not announce itself"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := stub.New(t, "a", "id-a")
			s.Handle(StatszAll, func(m stub.Message) bool {
				for _, from := range c.sent {
					text := fmt.Appendf(nil, `{"server":{"name":%q},"statsz":{"active_servers":1}}`, from)
					if m.Reply != "" {
						return s.Send(stub.Message{Subject: m.Reply, Data: text}) // of the check that follows
					}
					s.Send(stub.Message{Subject: "$SYS.SERVER.id-" + from + ".STATSZ", Data: text})
				}
				return true
			})
			a := announced{want: map[string]bool{"a": true, "b": true}, then: probe{want: 1}}
			judged(t, name, a.request(t.Context(), s.Connect(t), GatherTime), c.want)
		})
	}
}

// TestReadyGivesUp on a server that refuses the user, at once, and on one that does not become ready, when the time is up.
func TestReadyGivesUp(t *testing.T) {
	t.Parallel()
	all := func(string) bool { return true }
	refusing := stub.New(t, "dev-1", "id")
	refusing.Expel("Authorization Violation")
	for name, c := range map[string]struct {
		s    *stub.Server
		want error
		in   time.Duration
	}{"refused": {refusing, nats.ErrAuthorization, 5 * time.Second}, "not ready": {stub.New(t, "dev-1", "id"), ErrNotReady, time.Minute}} {
		ctx, begun := t.Context(), time.Now()
		if name == "not ready" {
			ctx = brief(t)
		}
		err := at(t, c.s, plantest.Of(t, spec.Nodes(1))).Ready(ctx, all)
		if !errors.Is(err, ErrNotReady) || name == "refused" && !strings.Contains(strings.ToLower(err.Error()), "authorization") || time.Since(begun) > c.in {
			t.Errorf("%s: %v after %v", name, err, time.Since(begun))
		}
	}
	if err := (Fleet{plantest.Of(t, spec.Nodes(1))}).Ready(t.Context(), func(string) bool { return false }); err != nil {
		t.Errorf("no server runs, and none is waited for: %v", err)
	}
}

// TestRemovedPeer is no error when the server is no peer any more, and is one with the server's words otherwise.
func TestRemovedPeer(t *testing.T) {
	for answer, want := range map[string]string{
		`{"success":true}`: "", `{"error":{"err_code":10044,"description":"not a member"}}`: "", `{"error":{"err_code":10009,"description":"no leader"}}`: "no leader", `x`: "invalid character",
	} {
		synctest.Test(t, func(t *testing.T) {
			asked := ""
			s := stub.New(t, "a", "id")
			s.Handle("$JS.API.SERVER.REMOVE", func(m stub.Message) bool {
				asked = string(m.Data)
				return s.Send(stub.Message{Subject: m.Reply, Data: []byte(answer)})
			})
			judged(t, answer, requestRemove(t.Context(), s.Connect(t), []byte(`{"peer":"b"}`)), want)
			if asked != `{"peer":"b"}` {
				t.Errorf("asked %s", asked)
			}
		})
	}
}
