package probe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/context/connect"
)

// as is errors.As, for switch cases.
func as[E error](err error, target *E) bool { return errors.As(err, target) }

// auth logs in, with a connection of nats.go itself.
func (p *probe) auth(ctx context.Context) (r Result, err error) {
	if p.conn != nil {
		_ = p.conn.Close()
	}
	o := p.opts
	o.Url, o.AllowReconnect, o.Name = p.raw, false, "natsctl context validate"
	o.AsyncErrorCB = func(*nats.Conn, *nats.Subscription, error) {} // awaitPong reads the last one
	p.nc, err = connect.Connect(ctx, o)
	if err != nil {
		return r, err
	}
	server := p.nc.ConnectedServerName()
	if err := p.nc.FlushWithContext(ctx); err != nil {
		return r, err
	}
	rtt, err := p.nc.RTT()
	r.Detail = fmt.Sprintf("logged in to %s, round trip %s", server, rtt.Round(10*time.Microsecond))
	return r, err
}

// userInfo is the part of the server's answer about the user that matters here.
type userInfo struct {
	Data struct {
		UserID  string        `json:"user"`
		Account string        `json:"account"`
		Expires time.Duration `json:"expires"`
	} `json:"data"`
}

// permission checks that replies can arrive, and requests the user's name and account.
func (p *probe) permission(ctx context.Context) (r Result, err error) {
	inbox := p.nc.NewRespInbox()
	sub, err := p.nc.SubscribeSync(inbox)
	if err != nil {
		return r, err
	}
	if err := p.awaitPong(ctx); err != nil {
		return r, fmt.Errorf("receive answers on %q: %w", inbox, err)
	}
	if err := p.nc.PublishRequest("$SYS.REQ.USER.INFO", inbox, nil); err != nil {
		return r, err
	}
	if err := p.awaitPong(ctx); err != nil {
		r.Detail = "answers can be received; the user may not ask the server who it is"
		return r, nil //nolint:nilerr // a user without that permission is a working one
	}
	msg, err := sub.NextMsgWithContext(ctx)
	var who userInfo
	if err != nil || json.Unmarshal(msg.Data, &who) != nil || who.Data.Account == "" {
		r.Detail = "answers can be received; the server does not say who the user is"
		return r, nil //nolint:nilerr // servers before 2.10 do not answer
	}
	r.Detail = fmt.Sprintf("user %q in account %q", who.Data.UserID, who.Data.Account)
	if who.Data.Expires > 0 {
		r.Expires = time.Now().Add(who.Data.Expires).UTC()
	}
	return r, nil
}

// awaitPong waits until the server has read everything, and returns the error that it
// sent until then: it sends errors before the PONG.
func (p *probe) awaitPong(ctx context.Context) error {
	if err := p.nc.FlushWithContext(ctx); err != nil {
		return err
	}
	return p.nc.LastError()
}
