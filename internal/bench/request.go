package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/stamp"
)

// requestRun sends requests and waits for the replies of an existing service or of
// the run's own responders.
type requestRun struct {
	*run
	clients clientGroup
	servers []*responder
}

func (q *requestRun) setup(ctx context.Context) error {
	for i := range q.spec.Request.Serve {
		l, err := q.link(fmt.Sprintf("responder-%d", i+1))
		if err != nil {
			return err
		}
		s := &responder{link: l, think: time.Duration(q.spec.Request.Think), clock: q.clock}
		if q.spec.Request.ReplySize > 0 {
			s.reply = make([]byte, q.spec.Request.ReplySize)
		}
		if err := s.start(ctx, q.filter(), "natsctl-bench"); err != nil {
			return err
		}
		q.servers = append(q.servers, s)
	}
	for i := range q.spec.Pubs {
		act, err := newRequestAction(q.run, i)
		if err != nil {
			return err
		}
		a, err := newClient(q.run, i, fmt.Sprintf("client-%d", i+1), act, 1)
		if err != nil {
			return err
		}
		act.over(a)
		q.clients = append(q.clients, a)
	}
	return nil
}

// probe sends requests until one is answered.
func (q *requestRun) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, q.timeout())
	defer cancel()
	payload := make([]byte, stamp.Full)
	q.coder.Put(payload, stamp.Stamp{Flags: stamp.Probe}, stamp.Sum(nil))
	for {
		_, err := q.clients[0].link.nc.RequestWithContext(ctx, q.clients[0].act.(*requestAction).subjects.names[0], payload)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, nats.ErrNoResponders):
			pause(ctx, nil, 50*time.Millisecond)
			if ctx.Err() == nil {
				continue
			}
		}
		if context.Cause(ctx) != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return fmt.Errorf("probe %s: %w", q.subject, context.Cause(ctx))
		}
		return fmt.Errorf("probe %s for %v: %w", q.subject, q.timeout(), ErrNoResponders)
	}
}

func (q *requestRun) workers(context.Context) []worker { return q.clients.workers() }
func (q *requestRun) missing(_ context.Context) int64  { return q.clients.missing() }

func (q *requestRun) addCounts(_ context.Context, rep *report) {
	q.clients.addCounts(rep, true)
	for _, a := range q.clients {
		rep.Corrupt += a.act.(*requestAction).corrupt
	}
}

// requestAction sends requests.
type requestAction struct {
	nc       *nats.Conn
	out      requestWriter
	id       int
	pool     *stamp.Pool
	coder    stamp.Coder
	subjects *subjects
	echo     bool // the reply repeats the request, and can be checked
	corrupt  int64
}

func newRequestAction(r *run, id int) (*requestAction, error) {
	pool, err := stamp.NewPool(r.coder, r.spec.Sizes, r.spec.Payload, nil, r.spec.Seed+uint64(id))
	if err != nil {
		return nil, err
	}
	return &requestAction{
		id: id, pool: pool, coder: r.coder,
		subjects: newSubjects(r.subject, r.spec.Subjects, r.spec.Dist, r.spec.Seed+uint64(id)),
		echo:     r.spec.Request != nil && r.spec.Request.Serve > 0 && r.spec.Request.ReplySize == 0,
	}, nil
}

// requestWriter writes the messages of an action. The action may reuse them when
// the call returns.
type requestWriter interface {
	PublishRequest(subject, reply string, payload []byte) error
}

// over sets the connection of the action.
func (a *requestAction) over(by *client) {
	a.nc, a.out = by.link.nc, by.link.nc
	if by.out != nil {
		a.out = by.out
	}
}

func (a *requestAction) aux(uint64) uint64 { return 0 }

func (a *requestAction) send(m message, reply string) error {
	p := a.pool.Next(stamp.Stamp{Worker: a.id, Seq: m.n, Flags: m.flags, Intended: m.due, Lag: m.lag})
	return a.out.PublishRequest(a.subjects.pick(), reply, p)
}

func (a *requestAction) answer(m *nats.Msg, _ uint64, measured bool) error {
	if err := replyError(m); err != nil {
		return err
	}
	if a.echo && measured && !stamp.Intact(m.Data) {
		a.corrupt++
	}
	return nil
}
