package simfleet

import (
	"errors"

	"github.com/nats-io/nats-server/v2/server"
)

// has returns the result of an action on a client: nil, or an error if there is no such cid. It does nothing to the client.
func (n *node) has(cid uint64) error {
	z, err := n.connz(server.ConnzOptions{CID: cid})
	if err == nil && len(z.Conns) == 0 {
		err = errors.New("no such client id")
	}
	return err
}

// profilez is an invented profile, which names its server.
func (n *node) profilez(o server.ProfilezOptions) server.ProfilezStatus {
	return server.ProfilezStatus{Profile: []byte(o.Name + " profile of " + n.info.Name)}
}
