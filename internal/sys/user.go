package sys

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// UserInfo returns what the connected server knows of the connection's own
// user: its account, permissions and expiry. It works in any account, from
// nats-server 2.10 on; a user who may not publish to its subject gets an
// [ErrPermission].
func (c *Client) UserInfo(ctx context.Context) (*server.UserInfo, error) {
	subject := Lookup(string(UserInfo)).Subject
	msg, err := c.askOnce(ctx, c.timeout, &nats.Msg{Subject: subject})
	if err != nil {
		if errors.Is(err, nats.ErrNoResponders) {
			return nil, &TooOldError{Server: c.nc.ConnectedServerName(), Version: c.nc.ConnectedServerVersion(), Kind: UserInfo, Since: "2.10.0"}
		}
		return nil, err
	}
	var env struct {
		Data  *server.UserInfo `json:"data"`
		Error *server.ApiError `json:"error"`
	}
	if err := json.Unmarshal(msg.Data, &env); err != nil {
		return nil, fmt.Errorf("read %s: %w", subject, err)
	}
	if env.Error != nil {
		return nil, &RefusedError{Server: c.nc.ConnectedServerName(), Kind: UserInfo, Code: env.Error.Code, Words: apiText(env.Error)}
	}
	if env.Data == nil {
		return nil, fmt.Errorf("read %s: answer has no data", subject)
	}
	return env.Data, nil
}
