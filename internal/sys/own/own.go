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
	User      *server.UserInfo              // nil if the server is older than 2.10, or the user may not request it
	JetStream *server.JetStreamAccountStats // nil if the account has none, or it cannot be reached
	Snapshot  *fleet.Snapshot               // ACCOUNT.STATZ and CONNZ of its account, of the servers that answered
	Denied    []*failure.PermissionError    // requests denied by the user's permissions, or the role of its signing key
}

// The services that the system account exports to every account.
const (
	ownConnz = "$SYS.REQ.ACCOUNT.PING.CONNZ"
	ownStatz = "$SYS.REQ.ACCOUNT.PING.STATZ"
)

// Asker sends requests as a user of any account. It is safe for concurrent use.
type Asker struct {
	Conn    *wire.Conn
	Context string        // the name of the context, for snapshots
	Timeout time.Duration // of one request
	Quiet   time.Duration // the gap after which no more answers are expected
	Workers int           // how many requests are in progress at once
}

// Account requests what a user of any account may know about that account. It
// cannot list the servers, so it collects answers until no more arrive, and
// reports no server as missing. What the user may not request is left out and
// listed in Denied.
func (a Asker) Account(ctx context.Context, conns fleet.ConnWant) (*Account, error) {
	return a.account(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Connz, fleet.AccountStatz}, Conns: conns}, newRoster())
}

// account requests ACCOUNT.STATZ, and CONNZ if it is wanted. It waits for the
// servers known from earlier rounds.
func (a Asker) account(ctx context.Context, want fleet.Want, known *roster) (*Account, error) {
	begun := time.Now()
	own := &Account{Snapshot: &fleet.Snapshot{
		Schema: fleet.Schema, Context: a.Context, AskedBy: a.Conn.NC.ConnectedServerName(), Want: want,
	}}
	gather := gatherer{asker: a, own: own, snap: own.Snapshot, known: known, servers: map[string]*fleet.Server{}}
	if err := gather.run(ctx, want); err != nil {
		return nil, err
	}
	if !own.cannotReceive() { // requests share one inbox, and a server denies only its first subscription
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

// self requests the user info, and what the account has in JetStream.
func (a Asker) self(ctx context.Context, own *Account) (err error) {
	if own.User, err = a.User(ctx); own.without(err) != nil && !errors.Is(err, failure.ErrTooOld) {
		return err
	}
	own.JetStream, err = a.jetStream(ctx)
	return own.without(err)
}

// jetStream requests the account's JetStream; nil if it has none.
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

// gatherer collects what the servers report about one account.
type gatherer struct {
	asker Asker
	snap  *fleet.Snapshot
	known *roster

	mu      sync.Mutex
	own     *Account
	servers map[string]*fleet.Server
}

// run sends both requests at once; a denial of one does not end the other.
func (g *gatherer) run(ctx context.Context, want fleet.Want) error {
	both, ctx := errgroup.WithContext(ctx)
	if want.Has(fleet.Connz) {
		both.Go(func() error { return g.denied(g.connz(ctx, want.Conns)) })
	}
	both.Go(func() error {
		unused := &server.AccountStatzOptions{IncludeUnused: true} // a server may lead streams of the account without having its connections
		return g.denied(g.requestAll(ctx, ownStatz, unused, func(sv *fleet.Server, data json.RawMessage) error {
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

// connz requests the connections, page by page. Each page is requested from all
// servers, since an ordinary user cannot address one by its id; those without
// further pages send nothing.
func (g *gatherer) connz(ctx context.Context, conns fleet.ConnWant) error {
	want := fleet.Want{Conns: conns}
	connz := endpoint.Lookup(string(fleet.Connz))
	p := connz.Pager.First(want)
	due := map[string]bool{} // by server id: its last page was full
	back := 0
	for range maxOwnPages {
		gap, answered := false, map[string]bool{}
		err := g.requestAll(ctx, ownConnz, connz.Body(want, p), func(sv *fleet.Server, data json.RawMessage) error {
			id := sv.Info.ID
			if answered[id] = true; p.Offset > 0 && !due[id] {
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
			due[id] = joinConns(sv, &z, p, conns)
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
		case g.finishPage(due, answered):
			return nil
		}
		back = 0
		p.Offset += max(p.Limit-endpoint.ConnOverlap, 1)
	}
	g.finishPage(due, map[string]bool{}) // endless pages
	return nil
}

// maxOwnPages limits the pages of connections: 64,000 connections.
const maxOwnPages = 128

// joinConns adds a page to the previous ones, and reports whether there are more.
// Pages overlap, so that a connection that closed in between shows as a gap.
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

// finishPage records the servers that did not send the page that was due, and reports
// whether no page is due.
func (g *gatherer) finishPage(due, answered map[string]bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for id, isDue := range due {
		if !isDue {
			delete(due, id)
		} else if !answered[id] {
			delete(due, id)
			g.snap.Problems = append(g.snap.Problems, fleet.Problem{
				ServerID: id, Server: g.servers[id].Info.Name, Kind: fleet.Connz, Reason: fleet.Truncated, Detail: "it stopped answering",
			})
		}
	}
	return len(due) == 0
}

// requestAll sends a request to all servers and passes each one's first answer to take,
// until no more arrive and every server of the previous round has answered.
func (g *gatherer) requestAll(ctx context.Context, subject string, options any, take func(*fleet.Server, json.RawMessage) error) error {
	body, err := endpoint.Object(options)
	if err != nil {
		return err
	}
	nc := g.asker.Conn.NC
	inbox := nc.NewRespInbox()
	answers := make(chan *nats.Msg, ownAnswers)
	denied, ignore := g.asker.Conn.Denials() // before the inbox, which may be denied as soon as it is subscribed to
	defer ignore()
	sub, err := nc.ChanSubscribe(inbox, answers)
	if err != nil {
		return err
	}
	defer func() { _ = sub.Unsubscribe() }()
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
			if err := g.receive(answer, seen, take); err != nil {
				return fmt.Errorf("read %s: %w", subject, err)
			}
			timer.Reset(g.gap(asked, seen))
		case p := <-denied:
			if p.Subject == "" || p.Subject == subject || p.Subscribe && p.Subject == inbox {
				return p
			}
		case <-timer.C:
			return noAnswer(subject, asked, seen)
		case <-end.C:
			return noAnswer(subject, asked, seen) // endless answers
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// noAnswer returns the error of a request that no server answered, or nil.
func noAnswer(subject string, asked time.Time, seen map[string]bool) error {
	if len(seen) > 0 {
		return nil
	}
	return &failure.SilentError{Subject: subject, After: time.Since(asked)}
}

const (
	// ownAnswers is how many answers may be pending.
	ownAnswers = 4096
	// maxOwnServers is how many servers of one account are shown.
	maxOwnServers = 4096
)

// gap returns how long to wait for the next answer: longer while a server of the
// previous round has not answered.
func (g *gatherer) gap(asked time.Time, seen map[string]bool) time.Duration {
	quiet := max(g.asker.Quiet, 3*time.Since(asked))
	if g.known.incomplete(seen) {
		return max(quiet, min(g.asker.Timeout, ownPatience)-time.Since(asked))
	}
	return quiet
}

// ownPatience limits the wait for a server that answered in the previous round.
const ownPatience = time.Second

// receive reads one answer. A leafnode that shares two accounts forwards the answers
// of its servers twice.
func (g *gatherer) receive(msg *nats.Msg, seen map[string]bool, take func(*fleet.Server, json.RawMessage) error) error {
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
