package scrape

import (
	"cmp"
	"slices"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/internal/fleet"
)

// ConnSum is the sum of one server's connections with the same account, kind
// and language. It has only gauges: a sum of the counters of connections that
// close is not a counter.
type ConnSum struct {
	Server                           *fleet.Server
	Account, Kind, Lang              string
	Conns, Pending, Subs, Tls, stall float64
	RttMax                           float64
}

// sumConns sums every server's connections. Clients report their own language,
// so only the most common ones have series of their own.
func (v *View) sumConns() {
	names := v.commonLanguages()
	for _, sv := range v.Snapshot.Servers {
		if sv.Connz == nil {
			continue
		}
		at := map[[3]string]*ConnSum{}
		for _, c := range sv.Connz.Conns {
			if c == nil || !v.Settings.Accounts.Allows(c.Account) {
				continue
			}
			key := [3]string{c.Account, connKind(c), names.Of(c.Lang)}
			sum := at[key]
			if sum == nil {
				sum = &ConnSum{Server: sv, Account: key[0], Kind: key[1], Lang: key[2], RttMax: number.None}
				at[key] = sum
				v.Conns = append(v.Conns, sum)
			}
			sum.add(c)
		}
	}
}

func (s *ConnSum) add(c *server.ConnInfo) {
	s.Conns++
	s.Pending += float64(c.Pending)
	s.Subs += float64(c.NumSubs)
	s.Tls += number.Flag(c.TLSVersion != "")
	s.stall += float64(c.Stalls)
	if d := number.RoundTrip(c.RTT); d == d && !(d <= s.RttMax) {
		s.RttMax = d
	}
}

// connKind joins the server's kind (Client, Leafnode) and type (nats, mqtt,
// websocket).
func connKind(c *server.ConnInfo) string {
	switch {
	case c.Type != "" && c.Type != "nats":
		return c.Type
	case c.Kind != "":
		return c.Kind
	}
	return "Client"
}

// languages is the set of languages with series of their own.
type languages map[string]bool

// Of returns the language's own label value, or the one of the others.
func (l languages) Of(lang string) string {
	switch {
	case lang == "":
		return ""
	case l[lang]:
		return lang
	}
	return NameOther
}

// MaxLanguages is the maximum number of languages, whatever Settings.Top is.
const MaxLanguages = 20

func (v *View) commonLanguages() languages {
	count := map[string]int{}
	for _, sv := range v.Snapshot.Servers {
		if sv.Connz == nil {
			continue
		}
		for _, c := range sv.Connz.Conns {
			if c != nil {
				count[c.Lang]++
			}
		}
	}
	names := number.SortedKeys(count)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(count[b], count[a]) })
	out := languages{}
	for _, name := range names[:min(len(names), MaxLanguages)] {
		out[name] = true
	}
	return out
}
