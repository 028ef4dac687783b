package fleet

import (
	"encoding/json"
	"time"
)

// EventKind names what happened.
type EventKind string

// The kinds of event. The subscription table of internal/sys documents the
// subject of each; derived events come from two snapshots.
const (
	EventConnect        EventKind = "connect"
	EventDisconnect     EventKind = "disconnect"
	EventAuthError      EventKind = "auth_error"
	EventLeafConnect    EventKind = "leaf_connect"
	EventLeafDisconnect EventKind = "leaf_disconnect"
	EventLameDuck       EventKind = "lame_duck"
	EventShutdown       EventKind = "shutdown"
	EventAccountConns   EventKind = "account_conns"
	EventOCSP           EventKind = "ocsp"
	EventAdvisory       EventKind = "advisory"
	EventGap            EventKind = "gap" // from natsctl: events may have been missed

	// Derived by comparing snapshots.
	EventServerUp      EventKind = "server_up"
	EventServerDown    EventKind = "server_down"
	EventServerRestart EventKind = "server_restart"
	EventLinkUp        EventKind = "link_up"
	EventLinkDown      EventKind = "link_down"
	EventConfigChange  EventKind = "config_change"
	EventVersionChange EventKind = "version_change"
)

// Event is one thing that happened in the fleet, reported once.
type Event struct {
	ID      string    `json:"id,omitempty"` // the server's event id, if it has one
	Time    time.Time `json:"time"`         // by the server's clock; by the local clock if it sends no time
	Kind    EventKind `json:"kind"`
	Level   Level     `json:"level"`
	Server  string    `json:"server,omitempty"` // name of the server that reported it
	Cluster string    `json:"cluster,omitempty"`
	Account string    `json:"account,omitempty"`
	// AccountName is the operator's name for an account that is identified by its
	// key.
	AccountName string          `json:"account_name,omitempty"`
	Who         string          `json:"who,omitempty"`   // client, user, stream or link concerned
	Where       string          `json:"where,omitempty"` // its address
	Why         string          `json:"why,omitempty"`   // the reason, in the server's words
	Derived     bool            `json:"derived,omitempty"`
	Subject     string          `json:"subject,omitempty"` // where it was published
	Body        json.RawMessage `json:"body,omitempty"`    // as published, with credentials removed
}
