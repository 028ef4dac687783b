package sys

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
)

// Own is what a user of any account can see: itself and its account.
type Own struct {
	User      *server.UserInfo              // nil when the server is older than 2.10, or the user may not ask
	JetStream *server.JetStreamAccountStats // nil when the account has none, or none can be reached
	Snapshot  *fleet.Snapshot               // ACCOUNT.STATZ and CONNZ of its account, of the servers that answered
	Denied    []*PermissionError            // what the user's permissions, or the role of its signing key, do not let it ask
}

// The services that the system account exports to every account.
const (
	ownConnz = "$SYS.REQ.ACCOUNT.PING.CONNZ"
	ownStatz = "$SYS.REQ.ACCOUNT.PING.STATZ"
)

// OwnAccount asks, as a user of any account, what that account may know about
// itself. Which servers there are, it may not know; so the answer is whoever
// answers until nothing more comes, and nobody can be said to be missing. What
// the user may not ask is left out and named in Denied.
func (c *Client) OwnAccount(ctx context.Context, conns fleet.ConnWant) (*Own, error) {
	return c.ownAccount(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Connz, fleet.AccountStatz}, Conns: conns}, newRoster())
}

// ownAccount asks for ACCOUNT.STATZ, and for CONNZ if it is wanted. It waits
// for the servers that are known from rounds before.
func (c *Client) ownAccount(ctx context.Context, want fleet.Want, known *roster) (*Own, error) {
	begun := time.Now()
	own := &Own{Snapshot: &fleet.Snapshot{
		Schema: fleet.Schema, Context: c.name, AskedBy: c.nc.ConnectedServerName(), Want: want,
	}}
	gather := ownGather{client: c, own: own, snap: own.Snapshot, known: known, servers: map[string]*fleet.Server{}}
	if err := gather.run(ctx, want); err != nil {
		return nil, err
	}
	if !own.deaf() { // requests share one inbox, of which a server denies only the first subscription
		if err := c.ownself(ctx, own); err != nil {
			return nil, err
		}
	}
	own.Snapshot.Problems = append(own.Snapshot.Problems, known.learn(own.Snapshot.Servers)...)
	own.Snapshot.Time = time.Now().UTC()
	own.Snapshot.TookSeconds = time.Since(begun).Seconds()
	own.Snapshot.Expected = len(own.Snapshot.Servers)
	own.Snapshot.Sort()
	return own, nil
}

// ownself asks who the user is, and what its account has in JetStream.
func (c *Client) ownself(ctx context.Context, own *Own) (err error) {
	if own.User, err = c.UserInfo(ctx); own.without(err) != nil && !errors.Is(err, ErrTooOld) {
		return err
	}
	own.JetStream, err = c.ownJetStream(ctx)
	return own.without(err)
}

// ownJetStream asks for the account's JetStream; nil if it has none.
func (c *Client) ownJetStream(ctx context.Context) (*server.JetStreamAccountStats, error) {
	msg, err := c.askOnce(ctx, c.timeout, &nats.Msg{Subject: server.JSApiAccountInfo})
	var silent *SilentError
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

// ownGather collects what the servers say about one account.
type ownGather struct {
	client *Client
	snap   *fleet.Snapshot
	known  *roster

	mu      sync.Mutex
	own     *Own
	servers map[string]*fleet.Server
}

// run asks both questions at once; one that is denied does not end the other.
func (g *ownGather) run(ctx context.Context, want fleet.Want) error {
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

func (g *ownGather) denied(err error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.own.without(err)
}

// connz asks for the connections, page by page. A page goes to all servers, since
// an ordinary user can ask none by its id; those that are through send nothing.
func (g *ownGather) connz(ctx context.Context, conns fleet.ConnWant) error {
	want := fleet.Want{Conns: conns}
	p := connzPager{}.first(want)
	owing := map[string]bool{} // by server id: its last page was full
	for back := 0; ; {
		gap, answered := false, map[string]bool{}
		err := g.scatter(ctx, ownConnz, connzBody(want, p), func(sv *fleet.Server, data json.RawMessage) error {
			id := sv.Info.ID
			if answered[id] = true; p.offset > 0 && !owing[id] {
				return nil
			}
			var z server.Connz
			if err := json.Unmarshal(data, &z); err != nil {
				return err
			}
			if p.offset > 0 && leavesGap(sv.Connz.Conns, z.Conns) {
				gap = true
				return nil
			}
			safeConns(sv.Info.Version, z.Conns)
			owing[id] = joinConns(sv, &z, p, conns)
			return nil
		})
		if err != nil {
			return err
		}
		switch {
		case gap:
			back = max(2*back, connOverlap)
			p.offset = max(0, p.offset-back)
			continue
		case g.settle(owing, answered):
			return nil
		}
		back = 0
		p.offset += max(p.limit-connOverlap, 1)
	}
}

// joinConns adds a page to the ones before, and tells whether there is more.
// Pages overlap, so that a connection that closed meanwhile shows as a gap.
func joinConns(sv *fleet.Server, z *server.Connz, p page, conns fleet.ConnWant) (more bool) {
	full := len(z.Conns) >= p.limit
	if sv.Connz == nil {
		sv.Connz = z
	} else {
		sv.Connz.Conns = appendAfter(sv.Connz.Conns, z.Conns)
	}
	if n := conns.Limit; n > 0 && len(sv.Connz.Conns) >= n {
		sv.Connz.Conns, full = sv.Connz.Conns[:n], false
	}
	sv.Connz.NumConns = len(sv.Connz.Conns)
	return full && !onePage(conns)
}

// settle notes the servers that did not answer with the page that they owed, and
// tells whether no server owes one.
func (g *ownGather) settle(owing, answered map[string]bool) bool {
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
func (g *ownGather) scatter(ctx context.Context, subject string, options any, take func(*fleet.Server, json.RawMessage) error) error {
	body, err := object(options)
	if err != nil {
		return err
	}
	nc := g.client.nc
	inbox := nc.NewRespInbox()
	answers := make(chan *nats.Msg, ownAnswers)
	sub, err := nc.ChanSubscribe(inbox, answers)
	if err != nil {
		return err
	}
	defer func() { _ = sub.Unsubscribe() }()
	denied, ignore := g.client.denied.listen()
	defer ignore()
	msg := &nats.Msg{Subject: subject, Reply: inbox, Data: body, Header: nats.Header{"Accept-Encoding": {"gzip"}}}
	asked := time.Now()
	if err := nc.PublishMsg(msg); err != nil {
		return err
	}
	seen := map[string]bool{}
	timer := time.NewTimer(g.client.timeout)
	defer timer.Stop()
	for {
		select {
		case answer := <-answers:
			if isNoResponders(answer) {
				return &SilentError{Subject: subject, After: time.Since(asked)}
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
			if len(seen) == 0 {
				return &SilentError{Subject: subject, After: time.Since(asked)}
			}
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ownAnswers is how many answers may wait to be read.
const ownAnswers = 4096

// gap is how long to wait for the next answer: longer while one is out that
// came in the round before.
func (g *ownGather) gap(asked time.Time, seen map[string]bool) time.Duration {
	quiet := max(g.client.quiet, 3*time.Since(asked))
	if g.known.awaits(seen) {
		return max(quiet, min(g.client.timeout, ownPatience)-time.Since(asked))
	}
	return quiet
}

// ownPatience bounds the wait for a server that answered in the round before.
const ownPatience = time.Second

// isNoResponders tells the server's word that nobody listens to a subject.
func isNoResponders(m *nats.Msg) bool { return len(m.Data) == 0 && m.Header.Get("Status") == "503" }

// take reads one answer. A leafnode that shares two accounts hands on the
// answers of its servers twice.
func (g *ownGather) take(msg *nats.Msg, seen map[string]bool, take func(*fleet.Server, json.RawMessage) error) error {
	data, err := unpack(msg)
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
	if env.Server.ID == "" || seen[env.Server.ID] {
		return nil
	}
	seen[env.Server.ID] = true
	if env.Error != nil {
		return &RefusedError{Server: env.Server.Name, Kind: AccountConnz, Code: env.Error.Code, Words: apiText(env.Error)}
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
