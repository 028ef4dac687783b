package checks

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// durable gives the stream of the first server a configuration, 400 messages up to
// number 500, and a consumer of 30 seconds of age that waits for new ones.
func (in *Input) durable(change func(of *server.StreamDetail, con *server.ConsumerInfo)) {
	st := stream(in)
	st.Config = &server.StreamConfig{Name: "S", Subjects: []string{"orders.>", "bills"}, MaxMsgs: 400}
	st.State = server.StreamState{Msgs: 400, FirstSeq: 101, LastSeq: 500, FirstTime: fleettest.Epoch}
	con := &server.ConsumerInfo{
		Name: "w", Created: fleettest.Epoch.Add(time.Minute), NumWaiting: 1, Delivered: server.SequenceInfo{Consumer: 7, Stream: 450},
		Config:  &server.ConsumerConfig{Durable: "w", FilterSubject: "orders.eu", AckPolicy: server.AckExplicit, AckWait: 30 * time.Second, MaxAckPending: 1000, MaxWaiting: 512},
		Cluster: &server.ClusterInfo{Leader: "a", Replicas: []*server.PeerInfo{{Name: "b", Current: true}}},
	}
	st.Consumer = []*server.ConsumerInfo{con}
	change(st, con)
}

func consumer(change func(of *server.StreamDetail, con *server.ConsumerInfo)) func(in *Input) {
	return func(in *Input) { in.durable(change) }
}

func realityConsumerCases() []findingCase {
	const w = "consumer w of stream S in account APP"
	unserved := func(change func(of *server.StreamDetail, con *server.ConsumerInfo)) func(in *Input) {
		return consumer(func(of *server.StreamDetail, con *server.ConsumerInfo) {
			con.Delivered = server.SequenceInfo{}
			change(of, con)
		})
	}
	none := []string{"warn|w|APP S|" + w + " filters orders.eu, and none of the 400 messages of the stream matches|400 count, limit 100"}
	unfiltered := func(stream uint64, change func(of *server.StreamDetail, con *server.ConsumerInfo)) func(in *Input) {
		return consumer(func(of *server.StreamDetail, con *server.ConsumerInfo) {
			con.Config.FilterSubject, con.Delivered.Stream = "", stream
			change(of, con)
		})
	}
	same := func(*server.StreamDetail, *server.ConsumerInfo) {}
	return []findingCase{
		{"filters", "it delivered", 1, consumer(same), nil},
		{"filters", "outside the subjects of the stream", 1, consumer(func(_ *server.StreamDetail, con *server.ConsumerInfo) { con.Config.FilterSubject = "order.>" }), []string{
			"warn|w|APP S|" + w + " filters order.>, which no subject of the stream matches: orders.>, bills",
		}},
		{"filters", "one of two is outside", 1, consumer(func(_ *server.StreamDetail, con *server.ConsumerInfo) {
			con.Config.FilterSubject, con.Config.FilterSubjects = "", []string{"bills", "tax.*"}
		}), []string{"warn|w|APP S|" + w + " filters tax.*, which no subject of the stream matches: orders.>, bills"}},
		{"filters", "outside, of a stream that has sources", 1, consumer(func(of *server.StreamDetail, con *server.ConsumerInfo) {
			con.Config.FilterSubject, of.Config.Sources = "order.>", []*server.StreamSource{{Name: "X"}}
		}), nil},
		{"filters", "outside, of a mirror", 1, consumer(func(of *server.StreamDetail, con *server.ConsumerInfo) {
			con.Config.FilterSubject, of.Config.Mirror = "order.>", &server.StreamSource{Name: "X"}
		}), nil},
		{"filters", "outside, of a stream that transforms", 1, consumer(func(of *server.StreamDetail, con *server.ConsumerInfo) {
			con.Config.FilterSubject, of.Config.SubjectTransform = "order.>", &server.SubjectTransformConfig{Source: ">", Destination: "order.>"}
		}), nil},
		{"filters", "none of the messages matches", 1, unserved(same), none},
		{"filters", "too few messages to say so", 1, unserved(func(of *server.StreamDetail, _ *server.ConsumerInfo) { of.State.Msgs = 99 }), nil},
		{"filters", "some wait", 1, unserved(func(_ *server.StreamDetail, con *server.ConsumerInfo) { con.NumPending = 1 }), nil},
		{"filters", "it is paused", 1, unserved(func(_ *server.StreamDetail, con *server.ConsumerInfo) { con.Paused = true }), nil},
		{"filters", "only new ones, and all are new", 1, unserved(func(of *server.StreamDetail, con *server.ConsumerInfo) {
			con.Config.DeliverPolicy, of.State.FirstTime = server.DeliverNew, con.Created.Add(1)
		}), none},
		{"filters", "only new ones, and the first is older", 1, unserved(func(of *server.StreamDetail, con *server.ConsumerInfo) {
			con.Config.DeliverPolicy, of.State.FirstTime = server.DeliverNew, con.Created
		}), nil},
		{"filters", "the last of each subject", 1, unserved(func(_ *server.StreamDetail, con *server.ConsumerInfo) {
			con.Config.DeliverPolicy = server.DeliverLastPerSubject
		}), nil},
		{"filters", "an ephemeral one", 0, unserved(func(_ *server.StreamDetail, con *server.ConsumerInfo) { con.Config.Durable = "" }), nil},
		{"filters", "no configuration of the stream", 0, unserved(func(of *server.StreamDetail, _ *server.ConsumerInfo) { of.Config = nil }), nil},
		{"filters", "no leader that answers", 0, unserved(func(_ *server.StreamDetail, con *server.ConsumerInfo) { con.Cluster.Leader = "x" }), nil},
		{"discarded", "the next message is there", 1, unfiltered(100, same), nil},
		{"discarded", "one is not", 1, unfiltered(99, same), []string{
			"warn|w|APP S|the stream discarded 1 messages before " + w + " got them: its limits are max_msgs 400|1 count, limit 1",
		}},
		{"discarded", "all limits, and when it got the last one", 1, unfiltered(40, func(of *server.StreamDetail, con *server.ConsumerInfo) {
			of.Config.MaxBytes, of.Config.MaxAge, of.Config.MaxMsgsPer = 1<<20, time.Hour, 3
			at := fleettest.Epoch.Add(900 * time.Second)
			con.Delivered.Last = &at
		}), []string{
			"warn|w|APP S|the stream discarded 60 messages before " + w + " got them: its limits are max_msgs 400, max_bytes 1.0 MiB, max_age 1h0m, max_msgs_per_subject 3; the last delivery was 1m42s before|60 count, limit 1",
		}},
		{"discarded", "it never read", 0, unfiltered(0, func(_ *server.StreamDetail, con *server.ConsumerInfo) { con.Delivered.Consumer = 0 }), nil},
		{"discarded", "a filter may pass over them", 0, consumer(func(_ *server.StreamDetail, con *server.ConsumerInfo) { con.Delivered.Stream = 1 }), nil},
		{"discarded", "a work queue", 0, unfiltered(1, func(of *server.StreamDetail, _ *server.ConsumerInfo) { of.Config.Retention = server.WorkQueuePolicy }), nil},
		{"redeliveries", "many", 1, consumer(func(_ *server.StreamDetail, con *server.ConsumerInfo) {
			con.NumRedelivered, con.NumAckPending = 100, 140
		}), []string{
			"warn|w|APP S|100 of the 140 unacknowledged messages of " + w + " were delivered more than once; its ack_wait is 30s, max_deliver not set|100 count, limit 100",
		}},
		{"redeliveries", "very many, and it has a limit", 1, consumer(func(_ *server.StreamDetail, con *server.ConsumerInfo) {
			con.NumRedelivered, con.NumAckPending, con.Config.MaxDeliver = 10_000, 10_001, 5
		}), []string{
			"crit|w|APP S|10000 of the 10001 unacknowledged messages of " + w + " were delivered more than once; its ack_wait is 30s, max_deliver 5|1e+04 count, limit 1e+04",
		}},
		{"redeliveries", "not many", 1, consumer(func(_ *server.StreamDetail, con *server.ConsumerInfo) { con.NumRedelivered = 99 }), nil},
		{"redeliveries", "no acknowledgements", 0, consumer(func(_ *server.StreamDetail, con *server.ConsumerInfo) {
			con.Config.AckPolicy, con.NumRedelivered = server.AckNone, 1000
		}), nil},
		{"max-waiting", "as many as it allows", 1, consumer(func(_ *server.StreamDetail, con *server.ConsumerInfo) { con.NumWaiting = 512 }), []string{
			"warn|w|APP S|512 pull requests wait at " + w + ", and it allows 512|512 count, limit 512",
		}},
		{"max-waiting", "one fewer", 1, consumer(func(_ *server.StreamDetail, con *server.ConsumerInfo) { con.NumWaiting = 511 }), nil},
		{"max-waiting", "a push consumer", 0, consumer(func(_ *server.StreamDetail, con *server.ConsumerInfo) {
			con.Config.DeliverSubject, con.NumWaiting = "d", 600
		}), nil},
		{"max-waiting", "an old server does not tell it", 0, consumer(func(_ *server.StreamDetail, con *server.ConsumerInfo) {
			con.Config.MaxWaiting, con.NumWaiting = 0, 600
		}), nil},
	}
}

// copies gives the stream a replica on every server, at these last messages before
// and now, by server.
func (in *Input) copies(before, now [3]uint64) {
	for i, s := range []*fleet.Snapshot{in.Before, in.Snapshot} {
		for k, sv := range s.Servers {
			last := [][3]uint64{before, now}[i][k]
			st := server.StreamDetail{
				Name: "S", Created: fleettest.Epoch, Config: &server.StreamConfig{Name: "S", Replicas: 3}, State: server.StreamState{Msgs: last, FirstSeq: 1, LastSeq: last},
				Cluster: &server.ClusterInfo{Leader: "a", Replicas: []*server.PeerInfo{{Name: "b", Current: true}, {Name: "c", Current: true}}},
			}
			sv.Jsz = &server.JSInfo{Now: s.Time, AccountDetails: []*server.AccountDetail{{Name: "APP", Id: "APP", Streams: []server.StreamDetail{st}}}}
		}
	}
}

func copyOf(s *fleet.Snapshot, k int) *server.StreamDetail {
	return &s.Servers[k].Jsz.AccountDetails[0].Streams[0]
}

func realityStreamCases() []findingCase {
	still := [3]uint64{500, 500, 500}
	settle := func(change func(in *Input)) func(in *Input) {
		return func(in *Input) {
			in.copies(still, still)
			change(in)
		}
	}
	fewer := func(change func(st *server.StreamDetail), more ...func(in *Input)) func(in *Input) {
		return settle(func(in *Input) {
			for _, s := range []*fleet.Snapshot{in.Before, in.Snapshot} {
				change(copyOf(s, 1))
				copyOf(s, 0).Config = copyOf(s, 1).Config
			}
			for _, f := range more {
				f(in)
			}
		})
	}
	placed := func(change func(in *Input, p *server.Placement)) func(in *Input) {
		return func(in *Input) {
			st, p := stream(in), &server.Placement{}
			st.Config = &server.StreamConfig{Name: "S", Placement: p}
			for _, sv := range in.Snapshot.Servers {
				sv.Info.Tags = []string{"az:1", "ssd"}
			}
			change(in, p)
		}
	}
	return []findingCase{
		{"writes", "all store", 2, func(in *Input) { in.copies([3]uint64{100, 100, 90}, [3]uint64{150, 150, 101}) }, nil},
		{"writes", "one does not", 2, func(in *Input) { in.copies([3]uint64{100, 100, 70}, [3]uint64{110, 110, 70}) }, []string{
			"warn|c|C|c stored nothing in 2s, while the leaders of its streams stored 10 messages: APP S|10 count, limit 10",
		}},
		{"writes", "one does not, and much is missing", 2, func(in *Input) { in.copies([3]uint64{100, 60, 90}, [3]uint64{1100, 60, 1000}) }, []string{
			"crit|b|C|b stored nothing in 2s, while the leaders of its streams stored 1000 messages: APP S|1000 count, limit 1000",
		}},
		{"writes", "too few to say so", 2, func(in *Input) { in.copies([3]uint64{100, 100, 70}, [3]uint64{109, 109, 70}) }, nil},
		{"writes", "it was up to date at the look before", 2, func(in *Input) { in.copies([3]uint64{100, 100, 100}, [3]uint64{200, 200, 100}) }, nil},
		{"writes", "no stream grows", 2, func(in *Input) { in.copies([3]uint64{100, 100, 70}, [3]uint64{100, 100, 70}) }, nil},
		{"writes", "the stream was replaced", 0, func(in *Input) {
			in.copies([3]uint64{100, 100, 70}, [3]uint64{200, 200, 70})
			copyOf(in.Before, 0).Created = fleettest.Epoch.Add(-1)
		}, nil},
		{"writes", "the leader does not answer", 0, func(in *Input) {
			in.copies([3]uint64{100, 100, 70}, [3]uint64{200, 200, 70})
			in.Snapshot.Servers[0].Jsz.AccountDetails = nil
		}, nil},
		{"copies", "all the same", 2, settle(func(*Input) {}), nil},
		{"copies", "one holds fewer", 2, fewer(func(st *server.StreamDetail) { st.State.Msgs = 477 }), []string{
			"crit|S b|APP|the replica of stream S in account APP on b differs from its leader a: 477 messages from 1 on, and 500 from 1 on there, both up to 500, in two looks 2s apart",
		}},
		{"copies", "one begins later", 2, fewer(func(st *server.StreamDetail) { st.State.FirstSeq = 24 }), []string{
			"crit|S b|APP|the replica of stream S in account APP on b differs from its leader a: 500 messages from 24 on, and 500 from 1 on there, both up to 500, in two looks 2s apart",
		}},
		{"copies", "one is behind", 2, fewer(func(st *server.StreamDetail) { st.State.LastSeq, st.State.Msgs = 499, 499 }), nil},
		{"copies", "one look only", 2, settle(func(in *Input) { copyOf(in.Snapshot, 1).State.Msgs = 477 }), nil},
		{"copies", "the answer of the look before", 0, fewer(func(st *server.StreamDetail) { st.State.Msgs = 477 }, func(in *Input) {
			for _, sv := range in.Snapshot.Servers {
				sv.Jsz.Now = in.Before.Time
			}
		}), nil},
		{"copies", "no look before", 0, fewer(func(st *server.StreamDetail) { st.State.Msgs = 477 }, func(in *Input) {
			in.Delta, in.Before = fleet.NewDelta(in.Before, in.Snapshot), nil
		}), nil},
		{"copies", "the leader moves on", 0, settle(func(in *Input) {
			copyOf(in.Before, 0).State.Msgs = 477
			copyOf(in.Snapshot, 1).State.Msgs = 477
		}), nil},
		{"copies", "messages expire", 0, fewer(func(st *server.StreamDetail) { st.State.Msgs, st.Config.MaxAge = 477, 1 }), nil},
		{"copies", "each message expires at its own time", 0, fewer(func(st *server.StreamDetail) { st.State.Msgs, st.Config.AllowMsgTTL = 477, true }), nil},
		{"copies", "acknowledged ones are removed", 0, fewer(func(st *server.StreamDetail) { st.State.Msgs, st.Config.Retention = 477, server.InterestPolicy }), nil},
		{"placement", "as it is", 1, placed(func(_ *Input, p *server.Placement) { p.Cluster, p.Tags = "C", []string{"SSD"} }), nil},
		{"placement", "a cluster that is not there", 1, placed(func(_ *Input, p *server.Placement) { p.Cluster = "D" }), []string{
			"warn|S|APP|stream S in account APP is to be placed in cluster D, and there is no such cluster: C",
		}},
		{"placement", "a server without the tag", 1, placed(func(in *Input, p *server.Placement) {
			p.Tags, in.Snapshot.Servers[1].Info.Tags = []string{"az:1", "ssd"}, []string{"az:1"}
		}), []string{"warn|S|APP|stream S in account APP has a replica on b, which lacks the tag ssd of its placement"}},
		{"placement", "in another cluster", 1, placed(func(in *Input, p *server.Placement) {
			p.Cluster, in.Snapshot.Servers[1].Info.Cluster = "C", "D"
		}), []string{"warn|S|APP|stream S in account APP has a replica on b in cluster D, and is to be placed in C"}},
		{"placement", "a server does not answer", 0, placed(func(in *Input, p *server.Placement) {
			p.Cluster, in.Snapshot.Missing = "D", []fleet.Missing{{Name: "m"}}
		}), nil},
		{"placement", "only some servers were asked", 0, placed(func(in *Input, p *server.Placement) { p.Cluster, in.Snapshot.Want.Scope.Host = "D", "h" }), nil},
	}
}

// TestNextOfReality names what to change, in the words of the case.
func TestNextOfReality(t *testing.T) {
	for _, c := range []struct {
		check string
		spoil func(in *Input)
		want  string
	}{
		{"filters", consumer(func(_ *server.StreamDetail, con *server.ConsumerInfo) { con.Config.FilterSubject = "order.>" }), "If orders.> is meant, set it as the filter: `nats consumer edit S w`."},
		{"filters", consumer(func(_ *server.StreamDetail, con *server.ConsumerInfo) { con.Config.FilterSubject = "inventory.x" }), "Correct the filter (`nats consumer edit S w`), or add inventory.x to the subjects of the stream."},
		{"placement", func(in *Input) {
			stream(in).Config = &server.StreamConfig{Placement: &server.Placement{Cluster: "c"}}
		}, "If C is meant, set it: `nats stream edit S --cluster C`."},
		{"placement", func(in *Input) {
			stream(in).Config = &server.StreamConfig{Placement: &server.Placement{Cluster: "west"}}
		}, "Set the placement of the stream to a cluster that exists: `nats stream edit S --cluster NAME`."},
	} {
		in := healthy()
		c.spoil(&in)
		if got := examine(t, in, c.check).Findings; len(got) != 1 || got[0].Next != c.want {
			t.Errorf("%s: %+v", c.check, got)
		}
	}
}

// TestOneServerStopsWriting is one finding for all its streams.
func TestOneServerStopsWriting(t *testing.T) {
	in := healthy()
	in.copies([3]uint64{100, 100, 70}, [3]uint64{110, 110, 70})
	for _, s := range []*fleet.Snapshot{in.Before, in.Snapshot} {
		for _, sv := range s.Servers {
			acc := sv.Jsz.AccountDetails[0]
			for i := range 4 {
				st := acc.Streams[0]
				st.Name = fmt.Sprint("T", i)
				acc.Streams = append(acc.Streams, st)
			}
			slices.Reverse(acc.Streams)
		}
	}
	got := examine(t, in, "writes").Findings
	if len(got) != 1 || got[0].What != "c stored nothing in 2s, while the leaders of its streams stored 50 messages: APP S, APP T0, APP T1 and 2 more" {
		t.Errorf("%+v", got)
	}
	if !got[0].About.Blames(ServerRef{Name: "c"}) || got[0].About.Blames(ServerRef{Name: "a"}) {
		t.Errorf("blames %+v", got[0].About.Suspects)
	}
}
