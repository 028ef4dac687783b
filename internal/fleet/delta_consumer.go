package fleet

import (
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

type consumerKey struct {
	streamKey
	name string
}

// ConsumerDelta is what changed in one consumer.
type ConsumerDelta struct {
	Delivered Rate // messages delivered per second, including redeliveries
	Acked     Rate // growth of the ack floor, in messages per second
	Pending   Rate // growth of the pending messages; negative when it catches up
}

// consumerAnswer is one server's view of one consumer.
type consumerAnswer struct {
	info *server.ConsumerInfo
	of   *server.StreamDetail
	sv   *Server
	at   time.Time
	name string // display name of the account
}

func (a consumerAnswer) leads() bool { return leads(a.info.Cluster, a.sv) }

// consumerAnswers returns each consumer as its leader reports it, or else as
// another server does.
func consumerAnswers(s *Snapshot) map[consumerKey]consumerAnswer {
	best := map[consumerKey]consumerAnswer{}
	for of, st := range s.streams() {
		for _, info := range st.Consumer {
			key := consumerKey{of.streamKey, info.Name}
			answer := consumerAnswer{info, st, s.speaker(of.sv, info), of.sv.Jsz.Now, of.name}
			if old, ok := best[key]; !ok || answer.leads() && !old.leads() {
				best[key] = answer
			}
		}
	}
	return best
}

// speaker is the server that the figures of a consumer come from: the one that
// sent them, or the leader if the account's own API collected them.
func (s *Snapshot) speaker(sv *Server, info *server.ConsumerInfo) *Server {
	if s.Own == nil || info.Cluster == nil {
		return sv
	}
	if led := s.Server(info.Cluster.Leader); led != nil {
		return led
	}
	return sv
}

// Consumer returns the rates of a consumer, by JetStream domain ("" for none),
// account, as servers call it, stream and name.
func (d *Delta) Consumer(domain, account, stream, name string) ConsumerDelta {
	if d == nil {
		return ConsumerDelta{}
	}
	return d.consumers[consumerKey{streamKey{domain, account, stream}, name}]
}

// compareConsumers compares the answers of leaders: followers have the figures
// of a consumer late, or not at all.
func (d *Delta) compareConsumers(before, after *Snapshot) {
	past := consumerAnswers(before)
	for key, now := range consumerAnswers(after) {
		then, ok := past[key]
		if !ok || !then.leads() || !now.leads() || !then.info.Created.Equal(now.info.Created) {
			continue
		}
		sec := d.between(dated{before, then.sv, then.at}, dated{after, now.sv, now.at})
		d.consumers[key] = ConsumerDelta{
			Delivered: counterRate(then.info.Delivered.Consumer, now.info.Delivered.Consumer, sec),
			Acked:     counterRate(then.info.AckFloor.Consumer, now.info.AckFloor.Consumer, sec),
			Pending:   gaugeRate(then.info.NumPending, now.info.NumPending, sec),
		}
	}
}
