package live

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// made is when an answer was made: after it was asked for, before it was in.
type made struct{ from, to time.Time }

// witness hands on what a fleet answers, spoils some of it, and remembers when
// which answer was made.
type witness struct {
	source fleet.Source
	spoil  map[int]func(w *witness, s *fleet.Snapshot) *fleet.Snapshot // by the number of the poll

	mu    sync.Mutex
	polls int
	last  []*fleet.Snapshot
	seen  map[any]made     // by answer
	order map[who][]handed // the answers of one kind of one server as they were handed on
	off   time.Duration    // what the clock of victim is wrong by
	reset *server.ServerStats
}

// who is a kind of answer of a server.
type who struct {
	id   string
	kind fleet.Kind
}

// handed is an answer, and with which poll it was handed on.
type handed struct {
	answer any
	poll   int
}

func newWitness(source fleet.Source) *witness {
	return &witness{
		source: source, spoil: map[int]func(*witness, *fleet.Snapshot) *fleet.Snapshot{},
		seen: map[any]made{}, order: map[who][]handed{},
	}
}

// Snapshot implements [fleet.Source].
func (w *witness) Snapshot(ctx context.Context, want fleet.Want) (*fleet.Snapshot, error) {
	asked := time.Now()
	s, err := w.source.Snapshot(ctx, want)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.polls++
	at := made{asked, time.Now()}
	for _, sv := range s.Servers {
		for _, a := range answersOf(sv) {
			w.seen[a] = at
		}
		w.disguise(sv)
	}
	w.last = append(w.last, s)
	if spoil := w.spoil[w.polls]; spoil != nil {
		s = spoil(w, s)
	}
	for _, sv := range s.Servers {
		for kind, a := range answersOf(sv) {
			key := who{sv.Info.ID, kind}
			w.order[key] = append(w.order[key], handed{a, w.polls})
		}
	}
	numbered := *s
	numbered.Context = strconv.Itoa(w.polls)
	return &numbered, nil
}

// answersOf are a server's answers that rates are made of.
func answersOf(sv *fleet.Server) map[fleet.Kind]any {
	all := map[fleet.Kind]any{fleet.Statsz: sv.Statsz}
	if sv.Connz != nil {
		all[fleet.Connz] = sv.Connz
	}
	if sv.AccountStatz != nil {
		all[fleet.AccountStatz] = sv.AccountStatz
	}
	if sv.Jsz != nil {
		all[fleet.Jsz] = sv.Jsz
	}
	if sv.Routez != nil {
		all[fleet.Routez] = sv.Routez
	}
	if sv.Gatewayz != nil {
		all[fleet.Gatewayz] = sv.Gatewayz
	}
	if sv.Leafz != nil {
		all[fleet.Leafz] = sv.Leafz
	}
	return all
}

// poll is the number of the poll that a state comes from.
func pollOf(st *State) int {
	n, _ := strconv.Atoi(st.Snap.Context)
	return n
}

// spans are when the answer that sv holds of a kind with this poll, and the one
// that was handed on before it, were made; false when there is none before.
func (w *witness) spans(poll int, sv *fleet.Server, kind fleet.Kind) (before, after made, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now, ok := answersOf(sv)[kind]
	list := slices.DeleteFunc(slices.Clone(w.order[who{sv.Info.ID, kind}]), func(h handed) bool { return h.poll > poll })
	if !ok || len(list) == 0 || list[len(list)-1].answer != now {
		return made{}, made{}, false
	}
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].answer != now {
			return w.seen[list[i].answer], w.seen[now], true
		}
	}
	return made{}, made{}, false
}

// victim is the server whose answers are spoiled.
const victim = "east-1"

// disguise sets the victim's clock and counters as far off as they are by now.
func (w *witness) disguise(sv *fleet.Server) {
	if sv.Info.Name != victim {
		return
	}
	if w.off != 0 {
		shift(&sv.Info.Time, w.off)
		if sv.Connz != nil {
			shift(&sv.Connz.Now, w.off)
		}
		if sv.AccountStatz != nil {
			shift(&sv.AccountStatz.Now, w.off)
		}
		if sv.Routez != nil {
			shift(&sv.Routez.Now, w.off)
		}
		if sv.Gatewayz != nil {
			shift(&sv.Gatewayz.Now, w.off)
		}
		if sv.Leafz != nil {
			shift(&sv.Leafz.Now, w.off)
		}
		if sv.Jsz != nil {
			shift(&sv.Jsz.Now, w.off)
		}
	}
	if w.reset != nil && sv.Statsz.ReceivedFromClients.Msgs >= w.reset.ReceivedFromClients.Msgs {
		less(&sv.Statsz.ReceivedFromClients, w.reset.ReceivedFromClients)
		less(&sv.Statsz.Received, w.reset.Received)
	}
}

func shift(at *time.Time, by time.Duration) { *at = at.Add(by) }

func less(d *server.DataStats, by server.DataStats) {
	d.Msgs, d.Bytes = d.Msgs-by.Msgs, d.Bytes-by.Bytes
}

// The faults, by what they do to one poll and those after it.

// withoutConns leaves out one kind of answer.
func withoutConns(_ *witness, s *fleet.Snapshot) *fleet.Snapshot {
	for i, sv := range s.Servers {
		poor := *sv
		poor.Connz = nil
		s.Servers[i] = &poor
	}
	s.Problems = append(s.Problems, fleet.Problem{Server: victim, Kind: fleet.Connz, Reason: fleet.Late})
	return s
}

// silent leaves out a whole server.
func silent(_ *witness, s *fleet.Snapshot) *fleet.Snapshot {
	s.Servers = slices.DeleteFunc(s.Servers, func(sv *fleet.Server) bool {
		gone := sv.Info.Name == victim
		if gone {
			s.Missing = append(s.Missing, fleet.Missing{ID: sv.Info.ID, Name: victim, Cluster: sv.Info.Cluster, Reason: fleet.Silent})
		}
		return gone
	})
	return s
}

// again hands on the answers before once more.
func again(w *witness, _ *fleet.Snapshot) *fleet.Snapshot { return w.last[len(w.last)-2] }

// earlier hands on answers that are older than those before.
func earlier(w *witness, _ *fleet.Snapshot) *fleet.Snapshot { return w.last[len(w.last)-3] }

// late hands the answers on when they are old already.
func late(_ *witness, s *fleet.Snapshot) *fleet.Snapshot {
	<-time.After(1300 * time.Millisecond)
	return s
}

// clockSet sets the clock of the victim forward from now on.
func clockSet(w *witness, s *fleet.Snapshot) *fleet.Snapshot {
	if sv := s.Server(victim); sv != nil {
		w.off = 17 * time.Minute
		w.disguise(sv)
	}
	return s
}

// countersReset lets the counters of the victim begin at zero from now on.
func countersReset(w *witness, s *fleet.Snapshot) *fleet.Snapshot {
	if sv := s.Server(victim); sv != nil {
		first := *sv.Statsz
		w.reset = &first
		w.disguise(sv)
	}
	return s
}
