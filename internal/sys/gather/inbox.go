package gather

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
)

// inbox sends the questions of a round and receives the answers to them. The last
// token of the reply subject is the number of its question.
type inbox struct {
	nc       *nats.Conn
	prefix   string
	sub      *nats.Subscription
	answers  chan answer
	inflight atomic.Int64 // received, not yet handled
	budget   budget

	mu    sync.RWMutex
	asked []*question
}

// rawBacklog is the buffer that keeps decoders from waiting for each other.
const rawBacklog = 16

type rawReply struct {
	msg *nats.Msg
	at  time.Time
}

// openInbox subscribes to a new inbox and starts decoders. stop ends them; it does
// not wait for a decoder that is in the middle of a large answer, which is no
// longer needed.
func openInbox(ctx context.Context, nc *nats.Conn, workers int) (b *inbox, stop func(), err error) {
	b = &inbox{nc: nc, prefix: nc.NewInbox() + ".", answers: make(chan answer, 64)}
	raw := make(chan rawReply, rawBacklog)
	ctx, cancel := context.WithCancel(ctx)
	for range workers {
		go b.decode(ctx, raw)
	}
	b.sub, err = nc.Subscribe(b.subject(), func(m *nats.Msg) {
		b.inflight.Add(1)
		select {
		case raw <- rawReply{m, time.Now()}:
		case <-ctx.Done():
		}
	})
	if err == nil {
		err = b.sub.SetPendingLimits(pendingAnswers, pendingBytes)
	}
	if err != nil {
		cancel()
		return nil, nil, err
	}
	return b, func() {
		cancel()
		_ = b.sub.Unsubscribe() // an error means that the connection is gone, and the subscription with it
	}, nil
}

// subject returns the subject that the inbox is subscribed to.
func (b *inbox) subject() string { return b.prefix + "*" }

// send sends one question, with options made from want.
func (b *inbox) send(q *question, want fleet.Want) error {
	var options any
	if q.ep.Body != nil {
		options = q.ep.Body(want, q.page)
	}
	body, err := endpoint.RequestBody(options, q.scope)
	if err != nil {
		return fmt.Errorf("write the request for %s: %w", q.ep.Kind, err)
	}
	msg := nats.NewMsg(q.ep.For(q.target()))
	msg.Data = body
	if q.ep.Compress {
		msg.Header.Set("Accept-Encoding", "gzip")
	}
	q.sent = time.Now()
	msg.Reply = b.prefix + strconv.Itoa(b.number(q))
	if err := b.nc.PublishMsg(msg); err != nil {
		return fmt.Errorf("ask %s: %w", q.ep.Kind, err)
	}
	return nil
}

func (b *inbox) number(q *question) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = append(b.asked, q)
	return len(b.asked) - 1
}

// question returns the question with this number, or nil.
func (b *inbox) question(token string) *question {
	i, err := strconv.Atoi(token)
	b.mu.RLock()
	defer b.mu.RUnlock()
	if err != nil || i < 0 || i >= len(b.asked) {
		return nil
	}
	return b.asked[i]
}

// done records that the round has handled an answer.
func (b *inbox) done() { b.inflight.Add(-1) }

// busy reports whether answers have arrived that are not handled yet.
func (b *inbox) busy() bool {
	if b.inflight.Load() > 0 {
		return true
	}
	n, _, err := b.sub.Pending()
	return err == nil && n > 0
}

// decode turns replies into answers until ctx ends.
func (b *inbox) decode(ctx context.Context, raw <-chan rawReply) {
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-raw:
			select {
			case b.answers <- b.read(m):
			case <-ctx.Done():
				return
			}
		}
	}
}

// read decodes one reply.
func (b *inbox) read(m rawReply) answer {
	a := answer{at: m.at, q: b.question(strings.TrimPrefix(m.msg.Subject, b.prefix))}
	switch {
	case a.q == nil:
		return a
	case endpoint.NoResponders(m.msg):
		a.nobody = true
		return a
	}
	data, err := b.unpack(m.msg, a.q.ep)
	if err == nil {
		a.decoded, err = a.q.ep.Read(data)
	}
	if a.sender = a.decoded.Sender; err != nil {
		a.sender = endpoint.SenderOf(endpoint.Head(m.msg))
	}
	switch {
	case a.sender == nil || a.sender.ID == "":
		err = cmp.Or(err, endpoint.ErrNoSender)
	case !endpoint.IsServerID(a.sender.ID): // an id becomes a part of subjects
		a.sender, err = nil, cmp.Or(err, endpoint.ErrBadSender)
	}
	a.err = err
	return a
}

// unpack returns the body of an answer unless it is too large.
func (b *inbox) unpack(msg *nats.Msg, ep *endpoint.Endpoint) ([]byte, error) {
	size, err := endpoint.Size(msg)
	if err != nil {
		return nil, err
	}
	if size > largeAnswer {
		b.budget.large.Lock()
		defer b.budget.large.Unlock()
	}
	data, err := endpoint.Unpack(msg, size)
	if err == nil && !b.budget.reserve(ep.Cost(data)) {
		return nil, errBudget
	}
	return data, err
}
