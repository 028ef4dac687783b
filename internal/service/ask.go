package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
)

// Verb is what an instance is asked.
type Verb string

// The verbs of ADR-32.
const (
	Ping  Verb = "PING"
	Info  Verb = "INFO"
	Stats Verb = "STATS"
)

// Answer is what one instance answered.
type Answer struct {
	micro.Info                        // what INFO tells; with STATS and PING the identity alone
	Started    time.Time              // with STATS
	Stats      []*micro.EndpointStats // with STATS
	RTT        time.Duration          // from the question to this answer
}

// Key identifies the instance.
func (a Answer) Key() Key { return Key{a.Name, a.ID} }

// Question is what is asked, of whom, and for how long.
type Question struct {
	Verb    Verb
	Name    string        // only this service; "": all
	Wanted  []Key         // the instances that should answer
	Known   bool          // Wanted is complete: the question ends with its last answer
	Quiet   time.Duration // silence that ends the question when somebody is missing; at least three times the slowest answer
	Timeout time.Duration // of the whole question
	Limit   int           // of answers; 0: 100,000
}

// Answers are the answers to a question.
type Answers struct {
	List     []Answer // by service and instance
	Silent   []Key    // have subscribed, and did not answer
	Gone     []Key    // were to answer, and have no subscription any more
	Repeated int      // answers of instances that had answered already
	Garbage  int      // answers that are not what the protocol says
	Cut      bool     // there were more answers than the limit, or than fit in 64 MiB
}

// maxAnswers is the limit of answers unless the question has its own.
const maxAnswers = 100_000

// maxBytes is how much all answers may hold.
const maxBytes = 64 << 20

// maxAnswer is the size above which an answer is garbage.
const maxAnswer = 1 << 20

// Ask asks all instances at once. It ends with the answer of the last wanted
// one; when some are missing, after a silence, and each of these is asked alone:
// one that no longer subscribes is gone, the others are silent.
func Ask(ctx context.Context, nc *nats.Conn, q Question) (*Answers, error) {
	ctx, cancel := context.WithTimeout(ctx, q.Timeout)
	defer cancel()
	subject := "$SRV." + string(q.Verb)
	if q.Name != "" {
		if !plain(q.Name) {
			return nil, fmt.Errorf("%w: %q", ErrName, q.Name)
		}
		subject += "." + q.Name
	}
	r := &round{question: q, answers: &Answers{}, due: map[Key]bool{}, seen: map[Key]bool{}}
	for _, key := range q.Wanted {
		if q.Name == "" || key.Name == q.Name {
			r.due[key] = true
		}
	}
	if err := r.collect(ctx, nc, subject); err != nil {
		return nil, err
	}
	if err := r.probe(ctx, nc); err != nil {
		return nil, err
	}
	slices.SortFunc(r.answers.List, func(a, b Answer) int { return compareKeys(a.Key(), b.Key()) })
	slices.SortFunc(r.answers.Silent, compareKeys)
	slices.SortFunc(r.answers.Gone, compareKeys)
	return r.answers, nil
}

// ErrName means that a text cannot be the name of a service.
var ErrName = errors.New("invalid name of a service")

// round is one question under way.
type round struct {
	question Question
	answers  *Answers
	due      map[Key]bool // have not answered
	seen     map[Key]bool
	slowest  time.Duration
	bytes    int // of the answers
}

// collect asks all and takes their answers.
func (r *round) collect(ctx context.Context, nc *nats.Conn, subject string) error {
	sub, err := nc.SubscribeSync(nc.NewInbox())
	if err != nil {
		return err
	}
	defer sub.Unsubscribe() //nolint:errcheck // the connection is closed, and the subscription with it
	begun := time.Now()
	if err := nc.PublishRequest(subject, sub.Subject, nil); err != nil {
		return err
	}
	for !r.complete() {
		wait, cancel := context.WithTimeout(ctx, r.quiet())
		msg, err := sub.NextMsgWithContext(wait)
		cancel()
		switch {
		case errors.Is(err, nats.ErrNoResponders) || err == nil && len(msg.Data) == 0 && msg.Header.Get("Status") == "503":
			return nil
		case errors.Is(err, context.DeadlineExceeded):
			return nil
		case errors.Is(err, nats.ErrSlowConsumer): // answers come faster than they are read
			r.answers.Cut = true
			return nil
		case err != nil:
			return err
		}
		r.add(msg.Data, time.Since(begun))
	}
	return nil
}

// complete tells whether no more answers are waited for.
func (r *round) complete() bool {
	if len(r.answers.List) >= r.limit() || r.bytes > maxBytes {
		r.answers.Cut = true
		return true
	}
	return r.question.Known && len(r.due) == 0
}

// quiet is the silence that ends the question.
func (r *round) quiet() time.Duration { return max(r.question.Quiet, 3*r.slowest) }

func (r *round) limit() int {
	if r.question.Limit > 0 {
		return r.question.Limit
	}
	return maxAnswers
}

// add takes one answer.
func (r *round) add(data []byte, after time.Duration) {
	a, ok := decode(r.question.Verb, data)
	switch {
	case !ok || r.question.Name != "" && a.Name != r.question.Name:
		r.answers.Garbage++
		return
	case r.seen[a.Key()]:
		r.answers.Repeated++
		return
	}
	a.RTT, r.bytes = after, r.bytes+len(data)
	r.slowest = max(r.slowest, after)
	r.seen[a.Key()] = true
	delete(r.due, a.Key())
	r.answers.List = append(r.answers.List, a)
}

// decode reads an answer. One without an identity, or to another question, is
// none; one without a type is taken for what was asked.
func decode(verb Verb, data []byte) (a Answer, ok bool) {
	if len(data) > maxAnswer {
		return a, false
	}
	if verb == Stats {
		var st micro.Stats
		if json.Unmarshal(data, &st) != nil {
			return a, false
		}
		a.ServiceIdentity, a.Type, a.Started = st.ServiceIdentity, st.Type, st.Started
		a.Stats = slices.DeleteFunc(st.Endpoints, func(e *micro.EndpointStats) bool { return e == nil })
	} else if json.Unmarshal(data, &a.Info) != nil {
		return a, false
	}
	return a, (a.Type == responseTypes[verb] || a.Type == "") && plain(a.Name) && plain(a.ID)
}

// responseTypes are the types of the answers.
var responseTypes = map[Verb]string{Ping: micro.PingResponseType, Info: micro.InfoResponseType, Stats: micro.StatsResponseType}

// probe asks each missing instance alone.
func (r *round) probe(ctx context.Context, nc *nats.Conn) error {
	if r.answers.Cut {
		return nil
	}
	quiet, results := r.quiet(), make(chan probed, len(r.due))
	slots := make(chan struct{}, maxProbes)
	for key := range r.due {
		go func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			wait, cancel := context.WithTimeout(ctx, quiet)
			defer cancel()
			msg, err := nc.RequestWithContext(wait, fmt.Sprintf("$SRV.%s.%s.%s", r.question.Verb, key.Name, key.ID), nil)
			results <- probed{key, msg, err}
		}()
	}
	for range len(r.due) {
		if err := r.judge(<-results); err != nil {
			return err
		}
	}
	return nil
}

// maxProbes is how many instances are asked alone at once.
const maxProbes = 32

// probed is what came of asking one instance alone.
type probed struct {
	key Key
	msg *nats.Msg
	err error
}

// judge says of an instance that was asked alone whether it is there.
func (r *round) judge(p probed) error {
	switch {
	case errors.Is(p.err, nats.ErrNoResponders):
		r.answers.Gone = append(r.answers.Gone, p.key)
	case p.err == nil:
		if r.add(p.msg.Data, r.slowest); !r.seen[p.key] {
			r.answers.Silent = append(r.answers.Silent, p.key)
		}
	case errors.Is(p.err, context.DeadlineExceeded), errors.Is(p.err, nats.ErrTimeout):
		r.answers.Silent = append(r.answers.Silent, p.key)
	default:
		return p.err
	}
	return nil
}
