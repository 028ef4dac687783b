package own

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/sys/failure"
	"github.com/natsctl/natsctl/internal/sys/wire"
)

// Account is what a user of any account can see: itself and its account.
type Account struct {
	User      *server.UserInfo              // nil when the server is older than 2.10, or the user may not ask
	JetStream *server.JetStreamAccountStats // nil when the account has none, or none can be reached
	Snapshot  *fleet.Snapshot               // ACCOUNT.STATZ and CONNZ of its account, of the servers that answered
	Denied    []*failure.PermissionError    // what the user's permissions, or the role of its signing key, do not let it ask
}

// The services that the system account exports to every account.
const (
	ownConnz = "$SYS.REQ.ACCOUNT.PING.CONNZ"
	ownStatz = "$SYS.REQ.ACCOUNT.PING.STATZ"
)

// Asker asks as a user of any account. It is safe for concurrent use.
type Asker struct {
	Conn    *wire.Conn
	Context string        // the name of the context, for snapshots
	Timeout time.Duration // of one request
	Quiet   time.Duration // the gap after which no more answers come
	Workers int           // how many requests are under way at once
}

// Account asks, as a user of any account, what that account may know about
// itself. Which servers there are, it may not know; so the answer is whoever
// answers until nothing more comes, and nobody can be said to be missing. What
// the user may not ask is left out and named in Denied.
func (a Asker) Account(ctx context.Context, conns fleet.ConnWant) (*Account, error) {
	return a.account(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Connz, fleet.AccountStatz}, Conns: conns}, newRoster())
}

// account asks for ACCOUNT.STATZ, and for CONNZ if it is wanted. It waits
// for the servers that are known from rounds before.
func (a Asker) account(ctx context.Context, want fleet.Want, known *roster) (*Account, error) {
	begun := time.Now()
	own := &Account{Snapshot: &fleet.Snapshot{
		Schema: fleet.Schema, Context: a.Context, AskedBy: a.Conn.NC.ConnectedServerName(), Want: want,
	}}
	gather := gatherer{asker: a, own: own, snap: own.Snapshot, known: known, servers: map[string]*fleet.Server{}}
	if err := gather.run(ctx, want); err != nil {
		return nil, err
	}
	if !own.deaf() { // requests share one inbox, of which a server denies only the first subscription
		if err := a.self(ctx, own); err != nil {
			return nil, err
		}
	}
	own.Snapshot.Problems = append(own.Snapshot.Problems, known.learn(own.Snapshot.Servers)...)
	own.Snapshot.Time = time.Now().UTC()
	own.Snapshot.TookSeconds = time.Since(begun).Seconds()
	own.Snapshot.Expected = len(own.Snapshot.Servers)
	own.Snapshot.Finish()
	return own, nil
}

// self asks who the user is, and what its account has in JetStream.
func (a Asker) self(ctx context.Context, own *Account) (err error) {
	if own.User, err = a.User(ctx); own.without(err) != nil && !errors.Is(err, failure.ErrTooOld) {
		return err
	}
	own.JetStream, err = a.jetStream(ctx)
	return own.without(err)
}

// jetStream asks for the account's JetStream; nil if it has none.
func (a Asker) jetStream(ctx context.Context) (*server.JetStreamAccountStats, error) {
	msg, err := a.Conn.Request(ctx, a.Timeout, &nats.Msg{Subject: server.JSApiAccountInfo})
	var silent *failure.SilentError
	switch {
	case errors.Is(err, nats.ErrNoResponders), errors.As(err, &silent):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("ask %s: %w", server.JSApiAccountInfo, err)
	}
	var answer server.JSApiAccountInfoResponse
	if err := json.Unmarshal(msg.Data, &answer); err != nil {
		return nil, fmt.Errorf("read %s: %w", server.JSApiAccountInfo, err)
	}
	if answer.Error != nil {
		return nil, nil // JetStream is not enabled for the account
	}
	return answer.JetStreamAccountStats, nil
}

// gatherer collects what the servers say about one account.
type gatherer struct {
	asker Asker
	snap  *fleet.Snapshot
	known *roster

	mu      sync.Mutex
	own     *Account
	servers map[string]*fleet.Server
}

// run asks both questions at once; one that is denied does not end the other.
func (g *gatherer) run(ctx context.Context, want fleet.Want) error {
	both, ctx := errgroup.WithContext(ctx)
	if want.Has(fleet.Connz) {
		both.Go(func() error { return g.denied(g.connz(ctx, want.Conns)) })
	}
	both.Go(func() error {
		unused := &server.AccountStatzOptions{IncludeUnused: true} // a server may lead streams of the account without a connection of it
		return g.denied(g.scatter(ctx, ownStatz, unused, func(sv *fleet.Server, data json.RawMessage) error {
			sv.AccountStatz = &server.AccountStatz{}
			return json.Unmarshal(data, sv.AccountStatz)
		}))
	})
	return both.Wait()
}

func (g *gatherer) denied(err error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.own.without(err)
}

// connz asks for the connections, page by page. A page goes to all servers, since
// an ordinary user can ask none by its id; those that are through send nothing.
func (g *gatherer) connz(ctx context.Context, conns fleet.ConnWant) error {
	want := fleet.Want{Conns: conns}
	connz := endpoint.Lookup(string(fleet.Connz))
	p := connz.Pager.First(want)
	owing := map[string]bool{} // by server id: its last page was full
	back := 0
	for range maxOwnPages {
		gap, answered := false, map[string]bool{}
		err := g.scatter(ctx, ownConnz, connz.Body(want, p), func(sv *fleet.Server, data json.RawMessage) error {
			id := sv.Info.ID
			if answered[id] = true; p.Offset > 0 && !owing[id] {
				return nil
			}
			var z server.Connz
			if err := json.Unmarshal(data, &z); err != nil {
				return err
			}
			if p.Offset > 0 && endpoint.LeavesGap(sv.Connz.Conns, z.Conns) {
				gap = true
				return nil
			}
			endpoint.HideTokens(sv.Info.Version, z.Conns)
			owing[id] = joinConns(sv, &z, p, conns)
			return nil
		})
		if err != nil {
			return err
		}
		switch {
		case gap:
			back = max(2*back, endpoint.ConnOverlap)
			p.Offset = max(0, p.Offset-back)
			continue
		case g.settle(owing, answered):
			return nil
		}
		back = 0
		p.Offset += max(p.Limit-endpoint.ConnOverlap, 1)
	}
	g.settle(owing, map[string]bool{}) // pages without end
	return nil
}

// maxOwnPages bounds how many pages of connections are asked for: 64,000.
const maxOwnPages = 128

// joinConns adds a page to the ones before, and reports whether there is more.
// Pages overlap, so that a connection that closed meanwhile shows as a gap.
func joinConns(sv *fleet.Server, z *server.Connz, p endpoint.Page, conns fleet.ConnWant) (more bool) {
	full := len(z.Conns) >= p.Limit
	if sv.Connz == nil {
		sv.Connz = z
	} else {
		sv.Connz.Conns = endpoint.AppendConns(sv.Connz.Conns, z.Conns)
	}
	if n := conns.Limit; n > 0 && len(sv.Connz.Conns) >= n {
		sv.Connz.Conns, full = sv.Connz.Conns[:n], false
	}
	sv.Connz.NumConns = len(sv.Connz.Conns)
	return full && !endpoint.OnePage(conns)
}

// settle notes the servers that did not answer with the page that they owed, and
// reports whether no server owes one.
func (g *gatherer) settle(owing, answered map[string]bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for id, owes := range owing {
		if !owes {
			delete(owing, id)
		} else if !answered[id] {
			delete(owing, id)
			g.snap.Problems = append(g.snap.Problems, fleet.Problem{
				ServerID: id, Server: g.servers[id].Info.Name, Kind: fleet.Connz, Reason: fleet.Truncated, Detail: "it did not go on to answer",
			})
		}
	}
	return len(owing) == 0
}

// scatter asks all servers and hands each one's first answer to take, until no
// more come and every server that answered in the round before has done so.
func (g *gatherer) scatter(ctx context.Context, subject string, options any, take func(*fleet.Server, json.RawMessage) error) error {
	body, err := endpoint.Object(options)
	if err != nil {
		return err
	}
	nc := g.asker.Conn.NC
	inbox := nc.NewRespInbox()
	answers := make(chan *nats.Msg, ownAnswers)
	sub, err := nc.ChanSubscribe(inbox, answers)
	if err != nil {
		return err
	}
	defer func() { _ = sub.Unsubscribe() }()
	denied, ignore := g.asker.Conn.Denials()
	defer ignore()
	msg := &nats.Msg{Subject: subject, Reply: inbox, Data: body, Header: nats.Header{"Accept-Encoding": {"gzip"}}}
	asked := time.Now()
	if err := nc.PublishMsg(msg); err != nil {
		return err
	}
	seen := map[string]bool{}
	timer, end := time.NewTimer(g.asker.Timeout), time.NewTimer(g.asker.Timeout)
	defer timer.Stop()
	defer end.Stop()
	for {
		select {
		case answer := <-answers:
			if endpoint.NoResponders(answer) {
				return &failure.SilentError{Subject: subject, After: time.Since(asked)}
			}
			if err := g.take(answer, seen, take); err != nil {
				return fmt.Errorf("read %s: %w", subject, err)
			}
			timer.Reset(g.gap(asked, seen))
		case p := <-denied:
			if p.Subject == "" || p.Subject == subject || p.Subscribe && p.Subject == inbox {
				return p
			}
		case <-timer.C:
			return unheard(subject, asked, seen)
		case <-end.C:
			return unheard(subject, asked, seen) // answers without end
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// unheard is the error of a request that nobody answered, or nil.
func unheard(subject string, asked time.Time, seen map[string]bool) error {
	if len(seen) > 0 {
		return nil
	}
	return &failure.SilentError{Subject: subject, After: time.Since(asked)}
}

const (
	// ownAnswers is how many answers may wait to be read.
	ownAnswers = 4096
	// maxOwnServers is how many servers one account is told of.
	maxOwnServers = 4096
)

// gap is how long to wait for the next answer: longer while one is out that
// came in the round before.
func (g *gatherer) gap(asked time.Time, seen map[string]bool) time.Duration {
	quiet := max(g.asker.Quiet, 3*time.Since(asked))
	if g.known.awaits(seen) {
		return max(quiet, min(g.asker.Timeout, ownPatience)-time.Since(asked))
	}
	return quiet
}

// ownPatience bounds the wait for a server that answered in the round before.
const ownPatience = time.Second

// take reads one answer. A leafnode that shares two accounts hands on the
// answers of its servers twice.
func (g *gatherer) take(msg *nats.Msg, seen map[string]bool, take func(*fleet.Server, json.RawMessage) error) error {
	data, err := endpoint.Body(msg)
	if err != nil {
		return err
	}
	var env struct {
		Server server.ServerInfo `json:"server"`
		Data   json.RawMessage   `json:"data"`
		Error  *server.ApiError  `json:"error"`
	}
	if err := json.Unmarshal(data, &env); err != nil {
		return err
	}
	if env.Server.ID == "" || seen[env.Server.ID] || len(seen) >= maxOwnServers {
		return nil
	}
	seen[env.Server.ID] = true
	if env.Error != nil {
		return &failure.RefusedError{Server: env.Server.Name, Kind: endpoint.AccountConnz, Code: env.Error.Code, Words: endpoint.Reason(env.Error)}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	sv := g.servers[env.Server.ID]
	if sv == nil {
		sv = &fleet.Server{Info: env.Server}
		g.servers[env.Server.ID] = sv
		g.snap.Servers = append(g.snap.Servers, sv)
	}
	return take(sv, env.Data)
}
