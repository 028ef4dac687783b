package sys

import (
	"cmp"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// DrainProgress is how far a drain is.
type DrainProgress struct {
	Time      time.Time      `json:"time"`
	Total     int            `json:"total"`      // clients that were connected when it began
	Connected *int           `json:"connected"`  // clients still on the server, as it says; null when it cannot be asked
	Moved     int            `json:"moved"`      // connected to another server now
	Back      int            `json:"back"`       // came back to the server that was to be left
	Away      int            `json:"away"`       // have left and were not seen again yet
	Unknown   int            `json:"unknown"`    // nothing heard of yet
	Where     map[string]int `json:"where"`      // where they moved, by server name
	PerSecond float64        `json:"per_second"` // connections a second on the other servers, in the last seconds
	Announced bool           `json:"announced"`  // the server has announced lame duck mode
	Gone      bool           `json:"gone"`       // the server has ended
	Ignored   bool           `json:"ignored"`    // the server was told and goes on as before
	Last      bool           `json:"last"`       // nothing more is to be expected
}

// clientFate is where one client of a drain is.
type clientFate int

const (
	fateUnknown clientFate = iota
	fateAway               // it left
	fateBack               // it returned to the same server
	fateMoved
)

// identity is how a client is known again on another server. The address stands
// in only where the client has no name.
type identity struct{ account, user, name, lang, ip string }

func identify(account, user, name, lang, ip string) identity {
	if name != "" {
		ip = ""
	}
	return identity{account, user, name, lang, ip}
}

// drainState follows the clients of a drain. Clients that look alike are told
// apart by number only: as many as have left are expected.
type drainState struct {
	drain     Drain
	byID      map[identity][]int // indexes of drain.Clients
	fate      []clientFate
	where     []string
	seen      map[string]map[uint64]bool // connections accounted for, by server id and cid
	connected *int
	announced bool
	gone      bool
	moves     []time.Time // of the last seconds
	changed   time.Time   // when anything was last learned
}

func newDrainState(d Drain, now time.Time) *drainState {
	s := &drainState{
		drain: d, byID: map[identity][]int{}, fate: make([]clientFate, len(d.Clients)), where: make([]string, len(d.Clients)),
		seen: map[string]map[uint64]bool{}, changed: now,
	}
	for i, c := range d.Clients {
		id := identify(c.Account, c.User, c.Name, c.Lang, c.IP)
		s.byID[id] = append(s.byID[id], i)
	}
	return s
}

// connect accounts for a connection that was made since the drain began.
func (s *drainState) connect(sv server.ServerInfo, cid uint64, id identity, now time.Time) {
	if s.seen[sv.ID] == nil {
		s.seen[sv.ID] = map[uint64]bool{}
	}
	if s.seen[sv.ID][cid] {
		return
	}
	s.seen[sv.ID][cid] = true
	fate := fateMoved
	if sv.ID == s.drain.ID {
		fate = fateBack
	}
	i := s.pick(id, fate)
	if i < 0 {
		return
	}
	s.fate[i], s.where[i], s.changed = fate, sv.Name, now
	if fate == fateMoved {
		s.moves = append(s.moves, now)
	}
}

// pick is the client that a new connection most likely belongs to: one that is
// known to have left, before one of which nothing is known, before one that
// came back.
func (s *drainState) pick(id identity, to clientFate) int {
	best := -1
	rank := map[clientFate]int{fateAway: 3, fateUnknown: 2, fateBack: 1}
	for _, i := range s.byID[id] {
		if s.fate[i] == to || rank[s.fate[i]] == 0 {
			continue
		}
		if best < 0 || rank[s.fate[i]] > rank[s.fate[best]] {
			best = i
		}
	}
	return best
}

// disconnect accounts for a client that has left the server; one that had come
// back and left again is away again.
func (s *drainState) disconnect(serverID string, cid uint64, id identity, now time.Time) {
	if serverID != s.drain.ID {
		return
	}
	for i, c := range s.drain.Clients {
		if c.CID == cid && s.fate[i] == fateUnknown {
			s.fate[i], s.changed = fateAway, now
			return
		}
	}
	for _, i := range s.byID[id] {
		if s.fate[i] == fateBack {
			s.fate[i], s.where[i], s.changed = fateAway, "", now
			return
		}
	}
}

// ended notes that the server is gone, and all its clients with it.
func (s *drainState) ended(now time.Time) {
	if s.gone {
		return
	}
	none := 0
	s.gone, s.connected, s.changed = true, &none, now
	for i, f := range s.fate {
		if f == fateUnknown || f == fateBack {
			s.fate[i], s.where[i] = fateAway, ""
		}
	}
}

// rateWindow is the time over which the rate of moves is told.
const rateWindow = 3 * time.Second

func (s *drainState) progress(now time.Time) DrainProgress {
	p := DrainProgress{Time: now, Total: len(s.fate), Connected: s.connected, Where: map[string]int{}, Announced: s.announced, Gone: s.gone}
	for i, f := range s.fate {
		switch f {
		case fateUnknown:
			p.Unknown++
		case fateAway:
			p.Away++
		case fateBack:
			p.Back++
		case fateMoved:
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

// lost are the clients that have not been seen on another server.
func (s *drainState) lost() (out []DrainClient) {
	for i, f := range s.fate {
		if f != fateMoved {
			out = append(out, s.drain.Clients[i])
		}
	}
	return out
}

// infoIdentity is the identity of a client in an event.
func infoIdentity(c server.ClientInfo) identity {
	return identify(c.Account, c.User, cmp.Or(c.Name, c.MQTTClient), c.Lang, c.Host)
}
