package own

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/sys/failure"
)

// User returns what the connected server knows of the connection's own
// user: its account, permissions and expiry. It works in any account, from
// nats-server 2.10 on; a user who may not publish to its subject gets an
// [failure.ErrPermission].
func (a Asker) User(ctx context.Context) (*server.UserInfo, error) {
	if err := a.Conn.Err(); err != nil {
		return nil, err
	}
	subject, inbox := endpoint.Lookup(string(endpoint.UserInfo)).Subject, a.Conn.NC.NewRespInbox()
	answers := make(chan *nats.Msg, ownAnswers)
	denied, ignore := a.Conn.Denials() // before the inbox, which may be denied as soon as it is subscribed to
	defer ignore()
	sub, err := a.Conn.NC.ChanSubscribe(inbox, answers)
	if err != nil {
		return nil, err
	}
	defer func() { _ = sub.Unsubscribe() }()
	timer, again := time.NewTimer(a.Timeout), time.NewTimer(0)
	defer timer.Stop()
	defer again.Stop()
	for {
		select {
		case <-again.C:
			if err := a.Conn.NC.PublishRequest(subject, inbox, nil); err != nil {
				return nil, fmt.Errorf("ask %s: %w", subject, err)
			}
		case msg := <-answers:
			info, err := a.readUser(subject, msg)
			if info != nil || err != nil {
				return info, err
			}
			again.Reset(userInfoPatience)
		case p := <-denied:
			if p.Subject == "" || p.Subject == subject || p.Subscribe && p.Subject == inbox {
				return nil, p
			}
		case <-timer.C:
			return nil, &failure.SilentError{Subject: subject, Server: a.Conn.NC.ConnectedServerName(), After: a.Timeout}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// userInfoPatience is how much later than a leafnode's the connected server's own
// answer may arrive: where a leafnode shares the system account, a server forwards
// only the first answer.
const userInfoPatience = 50 * time.Millisecond

// readUser reads an answer; it returns nil without an error for that of a leafnode,
// which reports the user of its link.
func (a Asker) readUser(subject string, msg *nats.Msg) (*server.UserInfo, error) {
	if endpoint.NoResponders(msg) {
		return nil, &failure.TooOldError{Server: a.Conn.NC.ConnectedServerName(), Version: a.Conn.NC.ConnectedServerVersion(), Kind: endpoint.UserInfo, Since: "2.10.0"}
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
	case env.Server.ID != "" && env.Server.ID != a.Conn.NC.ConnectedServerId():
		return nil, nil
	case env.Error != nil:
		return nil, &failure.RefusedError{Server: a.Conn.NC.ConnectedServerName(), Kind: endpoint.UserInfo, Code: env.Error.Code, Words: endpoint.Reason(env.Error)}
	case env.Data == nil:
		return nil, fmt.Errorf("read %s: answer has no data", subject)
	}
	return env.Data, nil
}
