package sys

import (
	"bytes"
	"encoding/json"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// rawAnswers collects answers undigested, by server id.
type rawAnswers struct{ byID map[string]*rawAnswer }

// rawAnswer is one server's answer, of which the list that is paged is kept
// apart.
type rawAnswer struct {
	body      json.RawMessage
	fields    map[string]json.RawMessage // of a paged answer, without its list
	list      string                     // the name of the list
	items     []json.RawMessage
	seen      map[string]bool // keys of items
	truncated string          // why it is not all
}

// decoder reads no more of an answer than who sent it.
func (r *rawAnswers) decoder(kind fleet.Kind) decoder {
	return func(data []byte) (decoded, error) {
		var env struct {
			Server *server.ServerInfo `json:"server"`
			Data   json.RawMessage    `json:"data"`
			Statsz json.RawMessage    `json:"statsz"`
			Error  *server.ApiError   `json:"error"`
			server.ServerID
		}
		if err := json.Unmarshal(data, &env); err != nil {
			return decoded{info: env.Server}, err
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
		case carriesSecrets(env.Server, kind, body):
			body = withoutSecrets(versionOf(env.Server), body)
		}
		a := &rawAnswer{body: body}
		return decoded{info: env.Server, err: env.Error, value: a, apply: func(sv *fleet.Server) {
			if kind == fleet.Statsz && json.Unmarshal(body, &sv.Statsz) == nil {
				sv.Info = *env.Server
			}
			if env.Server != nil && r.byID[env.Server.ID] == nil {
				r.byID[env.Server.ID] = a
			}
		}}, nil
	}
}

// carriesSecrets tells whether an answer has a bearer's JWT, which is all that it
// takes to log in, an activation, which is all it takes to import, or what may
// be a token.
func carriesSecrets(from *server.ServerInfo, kind fleet.Kind, body []byte) bool {
	return bytes.Contains(body, []byte(`"jwt":"ey`)) && kind != AccountInfo || bytes.Contains(body, []byte(`"token":"ey`)) ||
		bytes.Contains(body, []byte(`"reason":"Authentication`)) && tellsTokens(versionOf(from))
}

func versionOf(s *server.ServerInfo) string {
	if s == nil {
		return ""
	}
	return s.Version
}

// whole returns the answer with all pages joined.
func (a *rawAnswer) whole() (json.RawMessage, error) {
	if a.fields == nil {
		return a.body, nil
	}
	if had, ok := a.fields[a.list]; len(a.items) > 0 || ok && string(had) != "null" {
		items, err := json.Marshal(append([]json.RawMessage{}, a.items...))
		if err != nil {
			return nil, err
		}
		a.fields[a.list] = items
	}
	return json.Marshal(a.fields)
}

// rawPager pages through a list in an answer of which it knows no more than
// the list's name and what tells its items apart.
type rawPager struct {
	raw       *rawAnswers
	list, key string
	size      int // of a page
	limit     int // of all pages; 0: no limit
	overlap   int // 0: one page is all there is
}

// pager returns how a kind is paged, or nil.
func (r *rawAnswers) pager(kind fleet.Kind, req Request) pager {
	p := rawPager{raw: r, limit: req.Limit}
	switch kind {
	case fleet.Connz, AccountConnz:
		p.list, p.key, p.size, p.overlap = "connections", "cid", connPage, connOverlap
		if req.Options["subscriptions"] == true || req.Options["subscriptions_detail"] == true {
			p.size = connSubsPage
		}
	case fleet.Jsz:
		p.list, p.key, p.size, p.overlap = "account_details", "id", jsAccountPage, 1
		if req.Options["consumer"] == true || req.Options["config"] == true {
			p.size = jsConsumerPage
		}
	case fleet.Subsz, AccountSubsz:
		// Subscriptions come in no order, so that pages of them lose some and
		// repeat others: one page, as large as is safe, is all there is.
		p.list, p.size = "subscriptions_list", subsPage
	default:
		return nil
	}
	if p.limit > 0 {
		p.size = min(p.size, p.limit)
	}
	return p
}

// subsPage is how many subscriptions one reply can carry: 2 MB of them, 150 kB
// when packed.
const subsPage = 20_000

func (p rawPager) first(fleet.Want) page { return page{limit: p.size} }

func (p rawPager) join(s *fleet.Server, _ fleet.Want, pg page, value any) (page, bool) {
	got, ok := value.(*rawAnswer)
	all := p.raw.byID[s.Info.ID]
	if !ok || all == nil {
		return page{}, false
	}
	var fields map[string]json.RawMessage
	var items []json.RawMessage
	if json.Unmarshal(got.body, &fields) != nil || json.Unmarshal(orNull(fields[p.list]), &items) != nil {
		return page{}, false
	}
	if all.fields == nil {
		all.fields, all.list, all.seen = fields, p.list, map[string]bool{}
	} else if p.gap(all, items) && pg.offset > 0 {
		back := max(2*pg.back, p.overlap)
		return page{offset: max(0, pg.offset-back), limit: pg.limit, back: back}, true
	}
	p.add(all, items)
	full := p.limit > 0 && len(all.items) >= p.limit
	switch {
	case full:
		all.items = all.items[:p.limit]
	case len(items) >= pg.limit && p.overlap == 0:
		all.truncated = "the server has more than " + itoa(pg.limit) + " subscriptions, and pages of them are not reliable; narrow the question"
	case len(items) >= pg.limit:
		back := min(p.overlap, pg.limit-1)
		return page{offset: pg.offset + len(items) - back, limit: pg.limit, back: back}, true
	}
	all.settle()
	return page{}, false
}

// gap tells whether a page does not reach back to what is known.
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

// keyOf returns what tells an item from others, "" if nothing does.
func (p rawPager) keyOf(item json.RawMessage) string {
	var fields map[string]json.RawMessage
	if p.key == "" || json.Unmarshal(item, &fields) != nil {
		return ""
	}
	return string(fields[p.key])
}

// settle corrects the figures that were those of the first page.
func (a *rawAnswer) settle() {
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

// orNull makes a missing value one that can be read.
func orNull(v json.RawMessage) json.RawMessage {
	if v == nil {
		return json.RawMessage("null")
	}
	return v
}
