package sys

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
)

// Events yields the events that servers publish, each once, until ctx ends or the
// connection is closed for good, which is the last pair's error. Without kinds it
// yields all.
//
// After a reconnect, a [fleet.EventGap] reports for how long events are missing;
// another reports events dropped because they came faster than they were read. A
// message that cannot be decoded yields an error and does not end the stream.
func (c *Client) Events(ctx context.Context, kinds ...fleet.EventKind) iter.Seq2[fleet.Event, error] {
	return func(yield func(fleet.Event, error) bool) {
		err := c.verify(ctx)
		if err == nil {
			err = newStream(c, topicsFor(kinds), kinds).run(ctx, yield)
		}
		if err != nil {
			yield(fleet.Event{}, err)
		}
	}
}

// OwnEvents yields, like [Client.Events], the events that a user of any account
// can receive: the JetStream advisories of its account.
func (c *Client) OwnEvents(ctx context.Context) iter.Seq2[fleet.Event, error] {
	return func(yield func(fleet.Event, error) bool) {
		kinds := []fleet.EventKind{fleet.EventAdvisory}
		if err := newStream(c, topicsFor(kinds), kinds).run(ctx, yield); err != nil {
			yield(fleet.Event{}, err)
		}
	}
}

// eventBacklog is how many events may be pending.
const eventBacklog = 16384

// stream is one call of Events.
type stream struct {
	c      *Client
	topics []topic
	kinds  []fleet.EventKind
	news   *repeatFilter
	msgs   chan *nats.Msg
	subs   []subscribed
	lost   time.Time // when the connection was lost; zero while connected
	from   string    // the server it was lost to
	drops  int       // dropped events already reported

	refused chan decoded // logins to be judged
	judged  chan fleet.Event
}

func newStream(c *Client, topics []topic, kinds []fleet.EventKind) *stream {
	return &stream{
		c: c, topics: topics, kinds: kinds, news: newRepeatFilter(), msgs: make(chan *nats.Msg, eventBacklog),
		refused: make(chan decoded, eventBacklog), judged: make(chan fleet.Event),
	}
}

type subscribed struct {
	sub    *nats.Subscription
	decode eventDecoder
}

func (s *stream) run(ctx context.Context, yield func(fleet.Event, error) bool) error {
	status := s.c.conn.NC.StatusChanged(nats.CONNECTED, nats.RECONNECTING, nats.CLOSED)
	defer s.c.conn.NC.RemoveStatusListener(status)
	denied, ignore := s.c.conn.Denials()
	defer ignore()
	defer s.close()
	if err := s.subscribe(ctx); err != nil {
		return err
	}
	s.from = s.c.conn.NC.ConnectedServerName()
	ctx, cancel := context.WithCancel(ctx)
	var judging sync.WaitGroup
	judging.Go(func() { s.judge(ctx) })
	defer judging.Wait()
	defer cancel()
	check := time.NewTicker(time.Second)
	defer check.Stop()
	for {
		ok := true
		select {
		case <-ctx.Done():
			return nil
		case m := <-s.msgs:
			ok = s.handle(m, yield)
		case e := <-s.judged:
			ok = yield(e, nil)
		case p := <-denied:
			if p.Subscribe && s.isOurs(p.Subject) {
				ok = yield(fleet.Event{}, p)
			}
		case st := <-status:
			if st == nats.CLOSED {
				return s.c.conn.Err()
			}
			ok = s.handleStatus(st, yield)
		case <-check.C:
			ok = s.checkDrops(yield)
		}
		if !ok {
			return nil
		}
	}
}

// subscribe subscribes to every subject that can yield a wanted event.
func (s *stream) subscribe(ctx context.Context) error {
	for _, t := range s.topics {
		sub, err := s.c.conn.NC.ChanSubscribe(t.subject, s.msgs)
		if err != nil {
			return fmt.Errorf("subscribe to %s: %w", t.subject, err)
		}
		s.subs = append(s.subs, subscribed{sub, t.decode})
	}
	return s.c.Flush(ctx)
}

func (s *stream) close() {
	for _, sub := range s.subs {
		_ = sub.sub.Unsubscribe() // an error means that the connection is gone, and the subscription with it
	}
}

func (s *stream) isOurs(subject string) bool {
	return slices.ContainsFunc(s.subs, func(x subscribed) bool { return x.sub.Subject == subject })
}

// handle decodes a message and yields it unless it is a repetition.
func (s *stream) handle(m *nats.Msg, yield func(fleet.Event, error) bool) bool {
	i := slices.IndexFunc(s.subs, func(x subscribed) bool { return x.sub == m.Sub })
	if i < 0 {
		return true
	}
	e, err := s.subs[i].decode(m.Subject, endpoint.Masked(m.Data))
	if err != nil {
		return yield(fleet.Event{}, fmt.Errorf("read event on %s: %w", m.Subject, err))
	}
	switch e.Kind {
	case fleet.EventLameDuck:
		s.c.memory.Draining(e.serverID, orNow(e.Time))
	case fleet.EventShutdown:
		s.c.memory.Ended(e.serverID)
	}
	if !s.news.isNew(e) || len(s.kinds) > 0 && !slices.Contains(s.kinds, e.Kind) {
		return true
	}
	e.Time, e.Subject = orNow(e.Time), m.Subject
	if json.Valid(m.Data) {
		e.Body = endpoint.Redacted(e.version, m.Data)
	}
	if e.attempt != nil {
		select {
		case s.refused <- e:
			return true
		default: // more than can be judged
		}
	}
	return yield(e.Event, nil)
}

// handleStatus handles a lost or regained connection.
func (s *stream) handleStatus(st nats.Status, yield func(fleet.Event, error) bool) bool {
	if st == nats.RECONNECTING {
		if s.lost.IsZero() {
			s.lost = time.Now()
		}
		return true
	}
	if s.lost.IsZero() {
		return true
	}
	gone, to := time.Since(s.lost), s.c.conn.NC.ConnectedServerName()
	why := fmt.Sprintf("the connection was lost for %s, events of that time are missing", gone.Round(time.Millisecond))
	if to != s.from {
		why += fmt.Sprintf("; moved from %s to %s", s.from, to)
	}
	s.lost, s.from = time.Time{}, to
	return yield(gapEvent(to, why), nil)
}

// checkDrops yields a gap if events were dropped.
func (s *stream) checkDrops(yield func(fleet.Event, error) bool) bool {
	total := 0
	for _, sub := range s.subs {
		if n, err := sub.sub.Dropped(); err == nil {
			total += n
		}
	}
	missed := total - s.drops
	if missed <= 0 {
		return true
	}
	s.drops = total
	return yield(gapEvent(s.from, fmt.Sprintf("%d events came faster than they could be processed", missed)), nil)
}

func gapEvent(server, why string) fleet.Event {
	return fleet.Event{Time: time.Now(), Kind: fleet.EventGap, Level: fleet.Warn, Server: server, Who: "natsctl", Why: why}
}

// verify returns an error unless the user is in the system account: in any other, a
// subscription to events succeeds but receives none.
func (c *Client) verify(ctx context.Context) error {
	for _, err := range c.Ping(ctx, fleet.Scope{Name: c.conn.NC.ConnectedServerId()}) {
		return err
	}
	return nil
}
