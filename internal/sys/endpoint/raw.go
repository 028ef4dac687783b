package endpoint

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Raw collects undecoded answers by server id, for one round.
type Raw struct{ byID map[string]*rawAnswer }

// NewRaw returns an empty collection.
func NewRaw() *Raw { return &Raw{byID: map[string]*rawAnswer{}} }

// Empty reports whether no server has answered.
func (r *Raw) Empty() bool { return len(r.byID) == 0 }

// Answer is what a server answered, with all pages joined; nil if it did not.
// truncated says why the answer is incomplete; "" if it is complete.
func (r *Raw) Answer(serverID string) (data json.RawMessage, truncated string, err error) {
	a := r.byID[serverID]
	if a == nil {
		return nil, "", nil
	}
	data, err = a.joined()
	return data, a.truncated, err
}

// Endpoint is a row of the table whose answers are collected. options are those
// of the request, by their JSON names; limit bounds how many connections or
// accounts each server reports, 0 for all.
func (r *Raw) Endpoint(row *Endpoint, options map[string]any, limit int) *Endpoint {
	ep := *row
	ep.Read = r.decoder(ep.Kind)
	ep.Pager = r.pager(ep.Kind, options, limit)
	ep.Body = func(_ fleet.Want, p Page) any {
		out := maps.Clone(options)
		if out == nil {
			out = map[string]any{}
		}
		if _, set := out["include_unused"]; !set && ep.Kind == fleet.AccountStatz {
			out["include_unused"] = true
		}
		if p.Limit > 0 {
			out["offset"], out["limit"] = p.Offset, p.Limit
		}
		return out
	}
	return &ep
}

// OnlyOnePage reports whether the requested sort order allows only one page, since
// further pages in that order would lose connections.
func (e *Endpoint) OnlyOnePage(options map[string]any) bool {
	by, sorted := options["sort"]
	return e.Pager != nil && sorted && by != "cid" && by != ""
}

// rawAnswer is one server's answer, of which the list that is paged is kept
// apart.
type rawAnswer struct {
	body      json.RawMessage
	fields    map[string]json.RawMessage // of a paged answer, without its list
	list      string                     // the name of the list
	items     []json.RawMessage
	seen      map[string]bool // keys of items
	truncated string          // why the answer is incomplete
}

// decoder reads only the sender of an answer.
func (r *Raw) decoder(kind fleet.Kind) Decoder {
	return func(data []byte) (Decoded, error) {
		var env struct {
			Server *server.ServerInfo `json:"server"`
			Data   json.RawMessage    `json:"data"`
			Statsz json.RawMessage    `json:"statsz"`
			Error  *server.ApiError   `json:"error"`
			server.ServerID
		}
		if err := json.Unmarshal(data, &env); err != nil {
			return Decoded{Sender: env.Server}, err
		}
		body := env.Data
		switch {
		case kind == Idz:
			env.Server = &server.ServerInfo{ID: env.ID, Name: env.Name, Host: env.Host}
			body = json.RawMessage(data)
		case kind == AccountConns:
			body = json.RawMessage(data)
		case kind == fleet.Statsz:
			body = env.Statsz
		}
		a := &rawAnswer{body: Redacted(versionOf(env.Server), body)}
		return Decoded{Sender: env.Server, Err: env.Error, Value: a, Apply: func(sv *fleet.Server) {
			if kind == fleet.Statsz && json.Unmarshal(body, &sv.Statsz) == nil {
				sv.Info = *env.Server
			}
			if env.Server != nil && r.byID[env.Server.ID] == nil {
				r.byID[env.Server.ID] = a
			}
		}}, nil
	}
}

func versionOf(s *server.ServerInfo) string {
	if s == nil {
		return ""
	}
	return s.Version
}

// joined returns the answer with all pages joined, once. The document is written in
// one piece of the right size, and each part is dropped as soon as it is copied:
// together they may be as large as the budget of a round.
func (a *rawAnswer) joined() (json.RawMessage, error) {
	if a.fields == nil {
		return a.body, nil
	}
	if len(a.items) > 0 && a.fields[a.list] == nil {
		a.fields[a.list] = json.RawMessage("[]")
	}
	size := len("{}")
	for name, value := range a.fields {
		size += 6*len(name) + len(value) + len(`"":,`) // each byte of a name may need an escape
	}
	for _, item := range a.items {
		size += len(item) + len(",")
	}
	out := append(make([]byte, 0, size), '{')
	for i, name := range slices.Sorted(maps.Keys(a.fields)) {
		if i > 0 {
			out = append(out, ',')
		}
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		out = append(append(out, key...), ':')
		if value := a.fields[name]; name != a.list || string(value) == "null" && len(a.items) == 0 {
			out = append(out, value...)
		} else {
			out = a.appendItems(out)
		}
		delete(a.fields, name)
	}
	out = append(out, '}')
	a.body = out
	a.fields = nil
	return a.body, nil
}

// appendItems writes the list, and drops its items.
func (a *rawAnswer) appendItems(out []byte) []byte {
	out = append(out, '[')
	for i, item := range a.items {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, item...)
		a.items[i] = nil
	}
	a.items = nil
	return append(out, ']')
}

// rawPager pages through a list in an answer; it knows only the list's name and
// the key of its items.
type rawPager struct {
	raw       *Raw
	list, key string
	size      int // of a page
	limit     int // of all pages; 0: no limit
	overlap   int // 0: there is only one page
}

// pager returns how a kind is paged, or nil.
func (r *Raw) pager(kind fleet.Kind, options map[string]any, limit int) Pager {
	p := rawPager{raw: r, limit: limit}
	switch kind {
	case fleet.Connz, AccountConnz:
		p.list, p.key, p.size, p.overlap = "connections", "cid", connPage, ConnOverlap
		if options["subscriptions"] == true || options["subscriptions_detail"] == true {
			p.size = connSubsPage
		}
	case fleet.Jsz:
		p.list, p.key, p.size, p.overlap = "account_details", "id", jsAccountPage, 1
		if options["consumer"] == true || options["config"] == true {
			p.size = jsConsumerPage
		}
	case fleet.Subsz, AccountSubsz:
		// Subscriptions are unordered, so pages would lose some and repeat others:
		// request one page, as large as is safe.
		p.list, p.size = "subscriptions_list", subsPage
	default:
		return nil
	}
	if p.limit > 0 {
		p.size = min(p.size, p.limit)
	}
	return p
}

// subsPage is how many subscriptions one reply can carry: 2 MB, or 150 kB
// compressed.
const subsPage = 20_000

// First implements [Pager].
func (p rawPager) First(fleet.Want) Page { return Page{Limit: p.size} }

// Join implements [Pager].
func (p rawPager) Join(s *fleet.Server, _ fleet.Want, pg Page, value any) (Page, bool) {
	got, ok := value.(*rawAnswer)
	all := p.raw.byID[s.Info.ID]
	if !ok || all == nil {
		return Page{}, false
	}
	var fields map[string]json.RawMessage
	var items []json.RawMessage
	if json.Unmarshal(got.body, &fields) != nil || json.Unmarshal(orNull(fields[p.list]), &items) != nil {
		return Page{}, false
	}
	if all.fields == nil {
		all.fields, all.list, all.seen = fields, p.list, map[string]bool{}
		if had, ok := fields[p.list]; ok && string(had) != "null" {
			fields[p.list] = json.RawMessage("[]") // its items are kept apart
		}
		all.body, got.body = nil, nil
	} else if p.gap(all, items) && pg.Offset > 0 {
		back := max(2*pg.Back, p.overlap)
		return Page{Offset: max(0, pg.Offset-back), Limit: pg.Limit, Back: back}, true
	}
	p.add(all, items)
	full := p.limit > 0 && len(all.items) >= p.limit
	switch {
	case full:
		all.items = all.items[:p.limit]
	case len(items) >= pg.Limit && p.overlap == 0:
		all.truncated = "the server has more than " + strconv.Itoa(pg.Limit) + " subscriptions, and pages of them are not reliable; narrow the question"
	case len(items) >= pg.Limit:
		back := min(p.overlap, pg.Limit-1)
		return Page{Offset: pg.Offset + len(items) - back, Limit: pg.Limit, Back: back}, true
	}
	all.correctTotals()
	return Page{}, false
}

// gap reports whether a page does not overlap the items already known.
func (p rawPager) gap(all *rawAnswer, items []json.RawMessage) bool {
	return len(items) == 0 || !all.seen[p.keyOf(items[0])]
}

// add adds the items that are not there yet.
func (p rawPager) add(all *rawAnswer, items []json.RawMessage) {
	for _, item := range items {
		key := p.keyOf(item)
		if key != "" && all.seen[key] {
			continue
		}
		all.seen[key] = true
		all.items = append(all.items, item)
	}
}

// keyOf returns the key that identifies an item, or "" if it has none.
func (p rawPager) keyOf(item json.RawMessage) string {
	var fields map[string]json.RawMessage
	if p.key == "" || json.Unmarshal(item, &fields) != nil {
		return ""
	}
	return string(fields[p.key])
}

// correctTotals corrects the totals, which were those of the first page.
func (a *rawAnswer) correctTotals() {
	n, err := json.Marshal(len(a.items))
	if err != nil {
		return
	}
	for _, name := range []string{"num_connections", "limit"} {
		if _, ok := a.fields[name]; ok {
			a.fields[name] = n
		}
	}
}

// orNull replaces a missing value by null.
func orNull(v json.RawMessage) json.RawMessage {
	if v == nil {
		return json.RawMessage("null")
	}
	return v
}
