package fleet

import (
	"cmp"
	"iter"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// streamKey identifies a stream. The account is what servers call it: several
// accounts may have one display name.
type streamKey struct{ domain, account, stream string }

// StreamDelta is what changed in one stream.
type StreamDelta struct {
	Msgs  Rate // messages stored per second, from the last sequence
	Bytes Rate // growth of the store; negative when more is removed than added
}

// streamAnswer is one server's view of one stream.
type streamAnswer struct {
	detail *server.StreamDetail
	leads  bool
	from   *Server
	at     time.Time
	name   string // display name of the account
}

// Stream returns the rates of a stream, by JetStream domain ("" for none),
// account, as servers call it, and name.
func (d *Delta) Stream(domain, account, stream string) StreamDelta {
	if d == nil {
		return StreamDelta{}
	}
	return d.streams[streamKey{domain, account, stream}]
}

// streamAnswers returns each stream as its leader reports it, or else as
// another server does.
func streamAnswers(s *Snapshot) map[streamKey]streamAnswer {
	best := map[streamKey]streamAnswer{}
	for key, st := range s.streams() {
		answer := streamAnswer{st, leads(st.Cluster, key.sv), key.sv, key.sv.Jsz.Now, key.name}
		if old, ok := best[key.streamKey]; !ok || answer.leads && !old.leads {
			best[key.streamKey] = answer
		}
	}
	return best
}

// streamOn is a stream as one server reports it.
type streamOn struct {
	streamKey
	sv   *Server
	name string // display name of the account
}

// streams returns what every server reports of its streams.
func (s *Snapshot) streams() iter.Seq2[streamOn, *server.StreamDetail] {
	return func(yield func(streamOn, *server.StreamDetail) bool) {
		for _, sv := range s.Servers {
			if sv.Jsz == nil {
				continue
			}
			for _, acc := range sv.Jsz.AccountDetails {
				for i := range acc.Streams {
					st := &acc.Streams[i]
					if !yield(streamOn{streamKey{sv.Info.Domain, cmp.Or(acc.Id, acc.Name), st.Name}, sv, acc.Name}, st) {
						return
					}
				}
			}
		}
	}
}

// leads reports whether a server leads the group that it reports. A stream
// without a group has a single replica, on this server.
func leads(c *server.ClusterInfo, sv *Server) bool {
	return c == nil || c.Leader == "" && len(c.Replicas) == 0 || c.Leader == sv.Info.Name
}

func (d *Delta) compareStreams(before, after *Snapshot) {
	past := streamAnswers(before)
	for key, now := range streamAnswers(after) {
		then, ok := past[key]
		if !ok || !then.detail.Created.Equal(now.detail.Created) {
			continue
		}
		sec := d.between(dated{before, then.from, then.at}, dated{after, now.from, now.at})
		d.streams[key] = StreamDelta{
			Msgs:  counterRate(then.detail.State.LastSeq, now.detail.State.LastSeq, sec),
			Bytes: gaugeRate(then.detail.State.Bytes, now.detail.State.Bytes, sec),
		}
	}
}
