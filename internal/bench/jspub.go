package bench

import (
	"context"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/stamp"
)

// jsPubRun publishes to a stream. It measures the time until the publish
// acknowledgement; without acknowledgements, only what was stored.
type jsPubRun struct {
	*run
	store   *store
	clients clientGroup
	senders []*sender // without acknowledgements
}

func (j *jsPubRun) setup(ctx context.Context) (err error) {
	if j.store, err = openStream(ctx, j.run); err != nil {
		return err
	}
	if j.spec.JS.Ack == "none" {
		j.senders, err = publishers(j.run)
		return err
	}
	batch := 1
	if j.spec.JS.Ack == "batch" {
		batch = j.spec.JS.Batch
	}
	for i := range j.spec.Pubs {
		base, err := newRequestAction(j.run, i)
		if err != nil {
			return err
		}
		act := &storeAction{requestAction: base, batch: batch}
		a, err := newClient(j.run, i, fmt.Sprintf("pub-%d", i+1), act, batch)
		if err != nil {
			return err
		}
		base.over(a)
		j.clients = append(j.clients, a)
	}
	return nil
}

func (j *jsPubRun) probe(context.Context) error { return nil } // the stream has already answered

func (j *jsPubRun) workers(context.Context) []worker {
	if j.senders != nil {
		return asWorkers(j.senders)
	}
	return j.clients.workers()
}

func (j *jsPubRun) missing(ctx context.Context) int64 {
	if j.senders == nil {
		return j.clients.missing()
	}
	return j.sentInAll() - j.store.progress(ctx)
}

// sentInAll includes the warm-up, which is also in the stream.
func (j *jsPubRun) sentInAll() (n int64) {
	for _, s := range j.senders {
		n += s.progress.Load() + s.warm.Load()
	}
	return n
}

func (j *jsPubRun) addCounts(ctx context.Context, rep *report) {
	j.collectPublishers(ctx, rep, true)
	if j.senders != nil {
		lost := max(j.sentInAll()-rep.JS.Stored, 0)
		rep.Expected, rep.Received = rep.Sent, max(rep.Sent-lost, 0)
		rep.lastRecv = j.clock.Now()
	}
}

// collectPublishers adds the counts of the publishers and of the stream.
func (j *jsPubRun) collectPublishers(ctx context.Context, rep *report, timed bool) {
	rep.JS = &result.StreamUse{Stream: j.store.stream.CachedInfo().Config.Name, Stored: j.store.stored(ctx)}
	if j.senders != nil {
		rep.addSenders(asWorkers(j.senders))
		return
	}
	j.clients.addCounts(rep, timed)
	for _, a := range j.clients {
		act := a.act.(*storeAction)
		rep.JS.Acked += act.acked
		rep.JS.AckDup += act.dups
		if timed {
			rep.Reordered += act.reordered
		}
	}
	if gone := rep.JS.Acked - rep.JS.Stored; gone > 0 && rep.JS.AckDup == 0 {
		rep.reasons = append(rep.reasons, result.Reason{Code: result.ReasonNotStored, Text: fmt.Sprintf("%d messages were acknowledged but are not in the stream", gone), Fatal: true})
	}
}

// storeAction publishes to a stream. The sending side uses the first group of
// fields, the receiving side the second.
type storeAction struct {
	*requestAction
	batch  int
	header nats.Header
	name   int // of the current batch
	place  uint64

	acked, dups, reordered int64
	lastSeq                uint64
	lastReply              *nats.Msg
	lastErr                error
}

// aux returns the position of a message in its batch.
func (s *storeAction) aux(n uint64) uint64 {
	if n == 0 {
		s.place = 0
	}
	return s.place
}

func (s *storeAction) send(m message, reply string) error {
	if s.batch <= 1 {
		return s.requestAction.send(m, reply)
	}
	p := s.pool.Next(stamp.Stamp{Worker: s.id, Seq: m.n, Flags: m.flags, Intended: m.due, Lag: m.lag})
	return s.sendBatch(m, p, reply)
}

// sendBatch sends a message of an atomic batch; the last one requests the
// acknowledgement (ADR-50).
func (s *storeAction) sendBatch(m message, payload []byte, reply string) error {
	if s.place == 0 {
		s.name++
		s.header = nats.Header{"Nats-Batch-Id": {s.nc.Opts.Name + "-" + strconv.Itoa(s.name)}, "Nats-Batch-Sequence": {""}}
	}
	s.place++
	s.header["Nats-Batch-Sequence"][0] = strconv.FormatUint(s.place, 10)
	msg := &nats.Msg{Subject: s.subjects.pick(), Header: s.header, Data: payload}
	if s.place == uint64(s.batch) || m.last {
		s.header["Nats-Batch-Commit"] = []string{"1"}
		msg.Reply = reply
		s.place = 0
	}
	return s.nc.PublishMsg(msg)
}

// answer checks the acknowledgement; that of a batch is for all its messages.
func (s *storeAction) answer(m *nats.Msg, _ uint64, _ bool) error {
	if s.batch > 1 && m == s.lastReply {
		if s.lastErr == nil {
			s.acked++
		}
		return s.lastErr
	}
	seq, dup, err := readAck(m)
	s.lastReply, s.lastErr = m, err
	if err != nil {
		return err
	}
	s.acked++
	switch {
	case dup:
		s.dups++
	case seq <= s.lastSeq:
		s.reordered++
	default:
		s.lastSeq = seq
	}
	return nil
}
