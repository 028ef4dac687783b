package sys

import "time"

// Config identifies a configuration that a server runs with.
type Config struct {
	Digest string    `json:"digest,omitempty"` // empty for servers before 2.11
	Loaded time.Time `json:"loaded"`
}

// Reloaded is how a server's configuration changed.
type Reloaded struct {
	Server  string `json:"server"`
	ID      string `json:"id"`
	Cluster string `json:"cluster,omitempty"`
	Before  Config `json:"before"`
	After   Config `json:"after"`
}

// Changed reports whether the server runs with another configuration now. It is
// false for a server that reports no digest.
func (r Reloaded) Changed() bool { return r.Before.Digest != r.After.Digest }
