package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// ErrNoAck is wrapped by the error of a [Publisher] whose messages are not acknowledged.
var ErrNoAck = errors.New("no acknowledgement")

// Publisher is a client that publishes to a stream at a steady rate during a disturbance, and records what was acknowledged and when.
// It is safe for concurrent use. The caller must call Close.
type Publisher struct {
	nc      *nats.Conn
	subject string
	cancel  context.CancelFunc
	done    chan struct{}

	mu     sync.Mutex
	sent   []time.Time // by message number
	acks   map[int]ack // by message number
	stream string
	last   time.Time // time of the last acknowledgement
	gap    Gap
	why    string        // the last error
	news   chan struct{} // closed at the next acknowledgement
}

// ack is one acknowledgement.
type ack struct {
	seq uint64 // sequence in the stream
	at  time.Time
}

// Gap is a period without acknowledgements.
type Gap struct {
	Since time.Time     `json:"since"`
	Took  time.Duration `json:"took_ns"`
}

// PublishResult is the result of a [Publisher].
type PublishResult struct {
	Subject   string `json:"subject"`
	Stream    string `json:"stream"`
	Published int    `json:"published"`
	Acked     int    `json:"acknowledged"`
	Gap       Gap    `json:"longest_gap"`
	Lost      int    `json:"lost"`      // acknowledged, but not in the stream
	Unchecked int    `json:"unchecked"` // acknowledged, but removed from the stream by its limits
}

// publishInterval is the time between two messages.
const publishInterval = 20 * time.Millisecond

// firstAckTime is how long the first acknowledgement may take, while the cluster is still healthy.
const firstAckTime = 10 * time.Second

// StartPublisher starts to publish as a user, or the first one if "", and returns at the first acknowledgement. It does not connect to
// the nodes in but, which are about to be disturbed. The errors wrap [ErrNoAck] or [ErrUser].
func (p Fleet) StartPublisher(ctx context.Context, who, subject string, but ...string) (*Publisher, error) {
	opts := []nats.Option{nats.Name("natsctl publisher"), nats.MaxReconnects(-1), nats.ReconnectWait(publishInterval), nats.ReconnectBufSize(-1)}
	nc, err := p.Connect(p.URLsExcept(but), cmp.Or(who, p.Identities[1].User), opts)
	if err != nil {
		return nil, err
	}
	w := &Publisher{nc: nc, subject: subject, done: make(chan struct{}), acks: map[int]ack{}, news: make(chan struct{})}
	inbox := nc.NewInbox()
	if _, err := nc.Subscribe(inbox+".*", w.recordAck); err != nil {
		nc.Close()
		return nil, fmt.Errorf("subscribe to acknowledgements: %w", err)
	}
	var run context.Context
	run, w.cancel = context.WithCancel(context.WithoutCancel(ctx))
	go w.publish(run, inbox)
	first, cancel := context.WithTimeout(ctx, firstAckTime)
	defer cancel()
	if _, err := w.After(first, time.Time{}); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// publish sends until the context ends. Messages that cannot be sent are lost, and so not acknowledged.
func (p *Publisher) publish(ctx context.Context, inbox string) {
	defer close(p.done)
	tick := time.NewTicker(publishInterval)
	defer tick.Stop()
	for n := 0; ; n++ {
		p.mu.Lock()
		p.sent = append(p.sent, time.Now())
		p.mu.Unlock()
		text := strconv.Itoa(n)
		p.nc.PublishRequest(p.subject, inbox+"."+text, []byte(text)) //nolint:errcheck // see above
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// recordAck records an acknowledgement.
func (p *Publisher) recordAck(m *nats.Msg) {
	now := time.Now()
	var a struct {
		Stream string
		Seq    uint64
		Error  *struct{ Description string }
	}
	err := json.Unmarshal(m.Data, &a)
	n, bad := strconv.Atoi(m.Subject[strings.LastIndexByte(m.Subject, '.')+1:])
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case bad != nil:
	case m.Header.Get("Status") == "503":
		p.why = "no stream stores the subject"
	case err != nil || a.Stream == "" && a.Error == nil:
		p.why = "the answer came from no stream"
	case a.Error != nil:
		p.why = a.Error.Description
	default:
		if since := now.Sub(p.last); !p.last.IsZero() && since > p.gap.Took {
			p.gap = Gap{p.last, since}
		}
		p.acks[n], p.stream, p.last = ack{a.Seq, now}, a.Stream, now
		close(p.news)
		p.news = make(chan struct{})
	}
}

// After waits for the acknowledgement of a message that was published after an instant, and returns the time between the two. The
// error wraps [ErrNoAck] and contains the last answer, if there was any.
func (p *Publisher) After(ctx context.Context, begun time.Time) (time.Duration, error) {
	for {
		p.mu.Lock()
		news, first := p.news, p.firstAfter(begun)
		p.mu.Unlock()
		if !first.IsZero() {
			return first.Sub(begun), nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return 0, fmt.Errorf("%w of what is published to %s: %s", ErrNoAck, p.subject, cmp.Or(p.lastWhy(), "no reply"))
		}
	}
}

// lastWhy returns the last error.
func (p *Publisher) lastWhy() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.why
}

// firstAfter returns when the first message that was published after an instant was acknowledged; the caller holds mu.
func (p *Publisher) firstAfter(begun time.Time) (first time.Time) {
	for n, a := range p.acks {
		if p.sent[n].After(begun) && (first.IsZero() || a.at.Before(first)) {
			first = a.at
		}
	}
	return first
}

// Close stops publishing and closes the connection. A second call does nothing.
func (p *Publisher) Close() {
	p.cancel()
	<-p.done
	p.nc.Close()
}

// Finish stops publishing, looks for every acknowledged message in the stream, and returns the result.
func (p *Publisher) Finish(ctx context.Context) (PublishResult, error) {
	p.cancel()
	<-p.done
	defer p.nc.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	t := PublishResult{Subject: p.subject, Stream: p.stream, Published: len(p.sent), Acked: len(p.acks), Gap: p.gap}
	js, err := p.nc.JetStream()
	if err != nil {
		return t, fmt.Errorf("look for the messages: %w", err)
	}
	info, err := js.StreamInfo(p.stream, nats.Context(ctx))
	if err != nil {
		return t, fmt.Errorf("look for the messages of stream %s: %w", p.stream, err)
	}
	for n, a := range p.acks {
		if info.Config.Retention != nats.LimitsPolicy || a.seq < info.State.FirstSeq {
			t.Unchecked++
			continue
		}
		m, err := js.GetMsg(p.stream, a.seq, nats.Context(ctx))
		switch {
		case errors.Is(err, nats.ErrMsgNotFound), err == nil && string(m.Data) != strconv.Itoa(n):
			t.Lost++
		case err != nil:
			return t, fmt.Errorf("look for message %d of stream %s: %w", a.seq, p.stream, err)
		}
	}
	return t, nil
}
