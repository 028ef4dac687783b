package drain

import (
	"cmp"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Progress is the progress of a drain.
type Progress struct {
	Time      time.Time      `json:"time"`
	Total     int            `json:"total"`      // clients that were connected when it began
	Connected *int           `json:"connected"`  // clients still on the server, as it reports; null when it cannot be reached
	Moved     int            `json:"moved"`      // connected to another server now
	Back      int            `json:"back"`       // reconnected to the server under drain
	Away      int            `json:"away"`       // disconnected and not seen again yet
	Unknown   int            `json:"unknown"`    // nothing known yet
	Where     map[string]int `json:"where"`      // where they moved, by server name
	PerSecond float64        `json:"per_second"` // connections a second on the other servers, in the last seconds
	Announced bool           `json:"announced"`  // the server has announced lame duck mode
	Gone      bool           `json:"gone"`       // the server has ended
	Ignored   bool           `json:"ignored"`    // the server got the signal and continues as before
	Last      bool           `json:"last"`       // the drain is over
}

// outcome is where one client of a drain is.
type outcome int

const (
	unknown outcome = iota
	away            // it left
	back            // it returned to the same server
	moved
)

// identity is how a client is recognized on another server. The address is used
// only where the client has no name.
type identity struct{ account, user, name, lang, ip string }

func identify(account, user, name, lang, ip string) identity {
	if name != "" {
		ip = ""
	}
	return identity{account, user, name, lang, ip}
}

// state follows the clients of a drain. Clients with the same identity are only
// counted: as many as have left are expected.
type state struct {
	record    Record
	byID      map[identity][]int // indexes of record.Clients
	outcomes  []outcome
	where     []string
	seen      map[string]map[uint64]bool // connections accounted for, by server id and cid
	connected *int
	announced bool
	gone      bool
	moves     []time.Time // within rateWindow
	changed   time.Time   // when the state last changed
}

func newState(r Record, now time.Time) *state {
	s := &state{
		record: r, byID: map[identity][]int{}, outcomes: make([]outcome, len(r.Clients)), where: make([]string, len(r.Clients)),
		seen: map[string]map[uint64]bool{}, changed: now,
	}
	for i, c := range r.Clients {
		id := identify(c.Account, c.User, c.Name, c.Lang, c.IP)
		s.byID[id] = append(s.byID[id], i)
	}
	return s
}

// connect records a connection made since the drain began.
func (s *state) connect(sv server.ServerInfo, cid uint64, id identity, now time.Time) {
	if s.seen[sv.ID] == nil {
		s.seen[sv.ID] = map[uint64]bool{}
	}
	if s.seen[sv.ID][cid] {
		return
	}
	s.seen[sv.ID][cid] = true
	to := moved
	if sv.ID == s.record.ID {
		to = back
	}
	i := s.pick(id, to)
	if i < 0 {
		return
	}
	s.outcomes[i], s.where[i], s.changed = to, sv.Name, now
	if to == moved {
		s.moves = append(s.moves, now)
	}
}

// pick returns the client that a new connection most likely belongs to: one that
// is known to have left, else one whose fate is unknown, else one that came
// back.
func (s *state) pick(id identity, to outcome) int {
	best := -1
	rank := map[outcome]int{away: 3, unknown: 2, back: 1}
	for _, i := range s.byID[id] {
		if s.outcomes[i] == to || rank[s.outcomes[i]] == 0 {
			continue
		}
		if best < 0 || rank[s.outcomes[i]] > rank[s.outcomes[best]] {
			best = i
		}
	}
	return best
}

// disconnect records that a client has left the server; one that had come back
// and left again is away again.
func (s *state) disconnect(serverID string, cid uint64, id identity, now time.Time) {
	if serverID != s.record.ID {
		return
	}
	for i, c := range s.record.Clients {
		if c.CID == cid && s.outcomes[i] == unknown {
			s.outcomes[i], s.changed = away, now
			return
		}
	}
	for _, i := range s.byID[id] {
		if s.outcomes[i] == back {
			s.outcomes[i], s.where[i], s.changed = away, "", now
			return
		}
	}
}

// ended records that the server is gone, and all its clients with it.
func (s *state) ended(now time.Time) {
	if s.gone {
		return
	}
	none := 0
	s.gone, s.connected, s.changed = true, &none, now
	for i, f := range s.outcomes {
		if f == unknown || f == back {
			s.outcomes[i], s.where[i] = away, ""
		}
	}
}

// rateWindow is the time over which the rate of moves is measured.
const rateWindow = 3 * time.Second

func (s *state) progress(now time.Time) Progress {
	p := Progress{Time: now, Total: len(s.outcomes), Connected: s.connected, Where: map[string]int{}, Announced: s.announced, Gone: s.gone}
	for i, f := range s.outcomes {
		switch f {
		case unknown:
			p.Unknown++
		case away:
			p.Away++
		case back:
			p.Back++
		case moved:
			p.Moved++
			p.Where[s.where[i]]++
		}
	}
	for len(s.moves) > 0 && now.Sub(s.moves[0]) > rateWindow {
		s.moves = s.moves[1:]
	}
	p.PerSecond = float64(len(s.moves)) / rateWindow.Seconds()
	return p
}

// lost returns the clients that have not been seen on another server.
func (s *state) lost() (out []Client) {
	for i, f := range s.outcomes {
		if f != moved {
			out = append(out, s.record.Clients[i])
		}
	}
	return out
}

// infoIdentity returns the identity of a client in an event.
func infoIdentity(c server.ClientInfo) identity {
	return identify(c.Account, c.User, cmp.Or(c.Name, c.MQTTClient), c.Lang, c.Host)
}
