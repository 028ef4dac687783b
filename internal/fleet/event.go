package fleet

import (
	"encoding/json"
	"strings"
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
	Refusal     *Refusal        `json:"refusal,omitempty"` // of a refused login: why
}

// Refusal says why a server refused a login. The rules are those of package auth;
// it holds no part of a token.
type Refusal struct {
	Reason  string         `json:"reason,omitempty"` // in the server's words
	User    string         `json:"user,omitempty"`   // name in the JWT, or as presented
	Key     string         `json:"user_key,omitempty"`
	Account string         `json:"account,omitempty"`
	Name    string         `json:"account_name,omitempty"`
	Issuer  string         `json:"issuer,omitempty"`
	By      string         `json:"issuer_is,omitempty"` // which key of the account signed: "signing key of role member"
	Causes  []RefusalCause `json:"causes"`              // in the order in which a server looks
	Notes   []string       `json:"notes,omitempty"`     // what else is wrong, such as a stale resolver
}

// RefusalCause is one cause; what is likely but not proven says so.
type RefusalCause struct {
	Code   string `json:"code"`
	Text   string `json:"text"`
	Proven bool   `json:"proven"`
	Next   string `json:"next,omitempty"`
}

// Cause returns the code of the first cause; "" without one.
func (r *Refusal) Cause() string {
	if r == nil || len(r.Causes) == 0 {
		return ""
	}
	return r.Causes[0].Code
}

// Text returns the causes as one sentence.
func (r *Refusal) Text() string {
	texts := make([]string, len(r.Causes))
	for i, c := range r.Causes {
		texts[i] = c.Text
	}
	return strings.Join(texts, "; ")
}
