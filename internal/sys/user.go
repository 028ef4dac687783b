package sys

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// UserInfo returns what the connected server knows of the connection's own
// user: its account, permissions and expiry. It works in any account, from
// nats-server 2.10 on; a user who may not publish to its subject gets an
// [ErrPermission].
func (c *Client) UserInfo(ctx context.Context) (*server.UserInfo, error) {
	if err := c.connErr(); err != nil {
		return nil, err
	}
	subject, inbox := Lookup(string(UserInfo)).Subject, c.nc.NewRespInbox()
	answers := make(chan *nats.Msg, ownAnswers)
	sub, err := c.nc.ChanSubscribe(inbox, answers)
	if err != nil {
		return nil, err
	}
	defer func() { _ = sub.Unsubscribe() }()
	denied, ignore := c.denied.listen()
	defer ignore()
	timer, again := time.NewTimer(c.timeout), time.NewTimer(0)
	defer timer.Stop()
	defer again.Stop()
	for {
		select {
		case <-again.C:
			if err := c.nc.PublishRequest(subject, inbox, nil); err != nil {
				return nil, fmt.Errorf("ask %s: %w", subject, err)
			}
		case msg := <-answers:
			info, err := c.readUserInfo(subject, msg)
			if info != nil || err != nil {
				return info, err
			}
			again.Reset(userInfoPatience)
		case p := <-denied:
			if p.Subject == "" || p.Subject == subject || p.Subscribe && p.Subject == inbox {
				return nil, p
			}
		case <-timer.C:
			return nil, &SilentError{Subject: subject, Server: c.nc.ConnectedServerName(), After: c.timeout}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// userInfoPatience is how long the connected server's own answer may be behind
// that of a leafnode: where a leafnode shares the system account, a server hands
// on the answer that comes first, and no other.
const userInfoPatience = 50 * time.Millisecond

// readUserInfo reads an answer; nil without an error is the word of a leafnode,
// which tells of the user that it is linked as.
func (c *Client) readUserInfo(subject string, msg *nats.Msg) (*server.UserInfo, error) {
	if isNoResponders(msg) {
		return nil, &TooOldError{Server: c.nc.ConnectedServerName(), Version: c.nc.ConnectedServerVersion(), Kind: UserInfo, Since: "2.10.0"}
	}
	var env struct {
		Server server.ServerInfo `json:"server"`
		Data   *server.UserInfo  `json:"data"`
		Error  *server.ApiError  `json:"error"`
	}
	if err := json.Unmarshal(msg.Data, &env); err != nil {
		return nil, fmt.Errorf("read %s: %w", subject, err)
	}
	switch {
	case env.Server.ID != "" && env.Server.ID != c.nc.ConnectedServerId():
		return nil, nil
	case env.Error != nil:
		return nil, &RefusedError{Server: c.nc.ConnectedServerName(), Kind: UserInfo, Code: env.Error.Code, Words: apiText(env.Error)}
	case env.Data == nil:
		return nil, fmt.Errorf("read %s: answer has no data", subject)
	}
	return env.Data, nil
}
