package endpoint

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/fleet"
)

// connections is a server's list of connections, in the order of their numbers.
type connections []uint64

// page is what the server answers to one request.
func (c connections) page(offset, limit int) *server.Connz {
	z := &server.Connz{NumConns: len(c), Offset: offset, Limit: limit}
	for _, cid := range c[min(offset, len(c)):min(offset+limit, len(c))] {
		z.Conns = append(z.Conns, &server.ConnInfo{Cid: cid})
	}
	return z
}

// leave closes some connections.
func (c connections) leave(which []bool) (stay connections) {
	for i, cid := range c {
		if i >= len(which) || !which[i] {
			stay = append(stay, cid)
		}
	}
	return stay
}

// TestPagesOfConnections: however many connections there are, and whichever close
// between two pages, each that stays is reported, and none twice.
func TestPagesOfConnections(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var have connections
		for i := range rapid.IntRange(0, 2000).Draw(t, "count") {
			have = append(have, uint64(2*i+3)) //nolint:gosec // small
		}
		want := fleet.Want{Conns: fleet.ConnWant{Subscriptions: rapid.Bool().Draw(t, "subs"), Limit: rapid.SampledFrom([]int{0, 0, 1, 255, 256, 257, 700}).Draw(t, "limit")}}
		pager, sv := connzPager{}, &fleet.Server{}
		p, more, pages := pager.First(want), true, 0
		for more {
			if pages++; pages > 200 {
				t.Fatal("pages without end")
			}
			p, more = pager.Join(sv, want, p, have.page(p.Offset, p.Limit))
			if want.Conns.Limit == 0 {
				have = have.leave(rapid.SliceOfN(rapid.Bool(), 0, 40).Draw(t, "leave"))
			}
		}
		var got connections
		for _, c := range sv.Connz.Conns {
			got = append(got, c.Cid)
		}
		if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Fatalf("not in order, or twice: %v", got)
		}
		if sv.Connz.NumConns != len(got) || sv.Connz.Offset != 0 || sv.Connz.Limit != want.Conns.Limit {
			t.Errorf("%d connections are told as %d, offset %d, limit %d", len(got), sv.Connz.NumConns, sv.Connz.Offset, sv.Connz.Limit)
		}
		if n := want.Conns.Limit; n > 0 {
			if !slices.Equal(got, have[:min(n, len(have))]) {
				t.Errorf("limit %d: %d of %d connections", n, len(got), len(have))
			}
			return
		}
		for _, cid := range have {
			if !slices.Contains(got, cid) {
				t.Fatalf("%d stayed and is not reported", cid)
			}
		}
	})
}

// TestRawPagesOfConnections: the same of answers that are passed on as they are.
func TestRawPagesOfConnections(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var have connections
		for i := range rapid.IntRange(0, 1500).Draw(t, "count") {
			have = append(have, uint64(i+3)) //nolint:gosec // small
		}
		limit := rapid.SampledFrom([]int{0, 0, 1, 512, 513, 700}).Draw(t, "limit")
		raw, sv := NewRaw(), &fleet.Server{Info: server.ServerInfo{ID: "A"}}
		ep := raw.Endpoint(Lookup("CONNZ"), map[string]any{"state": "open"}, limit)
		p, more := ep.Pager.First(fleet.Want{}), true
		for pages := 0; more; pages++ {
			if pages > 200 {
				t.Fatal("pages without end")
			}
			body, err := json.Marshal(map[string]any{"server": sv.Info, "data": have.page(p.Offset, p.Limit)})
			if err != nil {
				t.Fatal(err)
			}
			d, err := ep.Read(body)
			if err != nil {
				t.Fatal(err)
			}
			d.Apply(sv)
			p, more = ep.Pager.Join(sv, fleet.Want{}, p, d.Value)
			if limit == 0 {
				have = have.leave(rapid.SliceOfN(rapid.Bool(), 0, 30).Draw(t, "leave"))
			}
		}
		data, truncated, err := raw.Answer("A")
		if err != nil || truncated != "" || raw.Empty() {
			t.Fatalf("%v, truncated %q", err, truncated)
		}
		var z server.Connz
		if err := json.Unmarshal(data, &z); err != nil {
			t.Fatal(err)
		}
		got := connections{}
		for _, c := range z.Conns {
			got = append(got, c.Cid)
		}
		if z.NumConns != len(got) || limit > 0 && !slices.Equal(got, have[:min(limit, len(have))]) {
			t.Errorf("limit %d: %d connections, num_connections %d", limit, len(got), z.NumConns)
		}
		for _, cid := range have {
			if limit == 0 && !slices.Contains(got, cid) {
				t.Fatalf("%d stayed and is not reported", cid)
			}
		}
		if len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Errorf("a connection is reported twice: %v", got)
		}
	})
}

// TestRawSubscriptions: pages of subscriptions are not reliable, so that there is
// one, and an answer that has no room for all says so.
func TestRawSubscriptions(t *testing.T) {
	answer := func(n int) *Raw {
		raw, sv := NewRaw(), &fleet.Server{Info: server.ServerInfo{ID: "A"}}
		ep := raw.Endpoint(Lookup("SUBSZ"), nil, n)
		p := ep.Pager.First(fleet.Want{})
		if p.Limit != n {
			t.Fatalf("limit %d", p.Limit)
		}
		body := `{"server":{"id":"A"},"data":{"num_subscriptions":9,"limit":7,"subscriptions_list":["a","b","c"]}}`
		d, err := ep.Read([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		d.Apply(sv)
		if _, more := ep.Pager.Join(sv, fleet.Want{}, p, d.Value); more {
			t.Error("a second page is asked for")
		}
		return raw
	}
	for n, want := range map[int]string{2: `["a","b"]`, 3: `["a","b","c"]`, 4: `["a","b","c"]`} {
		data, truncated, err := answer(n).Answer("A")
		if err != nil || !strings.Contains(string(data), want) || !strings.Contains(string(data), `"num_subscriptions":9`) || truncated != "" && n != 3 {
			t.Errorf("limit %d: %s, truncated %q, %v", n, data, truncated, err)
		}
	}
}

// TestPagesOfAccounts: all accounts come once, from pages that overlap by one.
func TestPagesOfAccounts(t *testing.T) {
	for _, count := range []int{0, 1, 15, 16, 17, 63, 64, 65, 200} {
		for _, js := range []fleet.JSWant{{Streams: true}, {Consumers: true}, {Config: true}, {Streams: true, Account: "A"}, {}} {
			var all []*server.AccountDetail
			for i := range count {
				all = append(all, &server.AccountDetail{Id: fmt.Sprintf("%03d", i)})
			}
			want, sv, pager := fleet.Want{JS: js}, &fleet.Server{}, jszPager{}
			p, more := pager.First(want), true
			for pages := 0; more && pages < 100; pages++ {
				page := all
				if p.Limit > 0 {
					page = all[min(p.Offset, count):min(p.Offset+p.Limit, count)]
				}
				p, more = pager.Join(sv, want, p, &server.JSInfo{AccountDetails: slices.Clone(page)})
			}
			if len(sv.Jsz.AccountDetails) != count || more {
				t.Errorf("%+v: %d of %d accounts", js, len(sv.Jsz.AccountDetails), count)
			}
		}
	}
	if p := (jszPager{}).First(fleet.Want{JS: fleet.JSWant{Streams: true}}); p.Limit != jsAccountPage {
		t.Errorf("streams: %+v", p)
	}
	if p := (jszPager{}).First(fleet.Want{JS: fleet.JSWant{Streams: true, Config: true}}); p.Limit != jsConsumerPage {
		t.Errorf("configurations: %+v", p)
	}
}

// TestPagesOfRaftGroups asks for the system account first, and then for each
// account that is wanted.
func TestPagesOfRaftGroups(t *testing.T) {
	want, sv, pager := fleet.Want{RaftAccounts: []string{"A", "B"}}, &fleet.Server{}, raftzPager{}
	var asked []string
	p, more := pager.First(want), true
	for more {
		account := "$SYS"
		if o, ok := raftzBody(want, p).(server.RaftzOptions); ok {
			account = o.AccountFilter
		}
		asked = append(asked, account)
		p, more = pager.Join(sv, want, p, &server.RaftzStatus{account: map[string]server.RaftzGroup{"g": {ID: account}}})
	}
	if !slices.Equal(asked, []string{"$SYS", "A", "B"}) || len(*sv.Raftz) != 3 || (*sv.Raftz)["B"]["g"].ID != "B" {
		t.Errorf("asked %v, got %v", asked, sv.Raftz)
	}
}

// TestJoinsSurviveOtherData: a pager that is given another kind of data ends.
func TestJoinsSurviveOtherData(t *testing.T) {
	for _, p := range []Pager{connzPager{}, jszPager{}, raftzPager{}, rawPager{raw: NewRaw()}} {
		if _, more := p.Join(&fleet.Server{}, fleet.Want{}, Page{Limit: 1}, "text"); more {
			t.Errorf("%T goes on", p)
		}
	}
}
