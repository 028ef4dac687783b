package fleet

import "github.com/nats-io/nats-server/v2/server"

// Own is what a user outside the system account knows of itself and of its
// account, beside what the servers count of it.
type Own struct {
	Account   string                        `json:"account"`
	User      *server.UserInfo              `json:"user,omitempty"`      // nil where the server is older than 2.10
	JetStream *server.JetStreamAccountStats `json:"jetstream,omitempty"` // nil when the account has none, or none can be reached
}
