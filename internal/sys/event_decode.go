package sys

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/claims"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
)

// decoded is an event with what is needed to recognize a repetition.
type decoded struct {
	fleet.Event
	serverID string
	version  string // of the server
	key      string // if it has no id: the same key within a short time is the same event
	state    string // for periodic events: only a new state is reported

	attempt *auth.Attempt // of a refused login, which is to be judged
}

// eventDecoder reads one message.
type eventDecoder func(subject string, body []byte) (decoded, error)

// leafKind is the client kind of a leafnode connection.
const leafKind = "Leafnode"

func decodeConnect(_ string, body []byte) (decoded, error) {
	var m server.ConnectEventMsg
	if err := json.Unmarshal(body, &m); err != nil {
		return decoded{}, err
	}
	e := clientEvent(fleet.EventConnect, m.TypedEvent, m.Server, m.Client)
	if m.Client.Kind == leafKind {
		e.Kind = fleet.EventLeafConnect
	}
	return e, nil
}

func decodeDisconnect(_ string, body []byte) (decoded, error) {
	var m server.DisconnectEventMsg
	if err := json.Unmarshal(body, &m); err != nil {
		return decoded{}, err
	}
	m.Client.User = endpoint.SafeUser(m.Server.Version, m.Client.User, m.Reason)
	e := clientEvent(fleet.EventDisconnect, m.TypedEvent, m.Server, m.Client)
	e.Why = m.Reason
	if m.Client.Kind == leafKind {
		e.Kind, e.Level = fleet.EventLeafDisconnect, fleet.Warn
	}
	if unhealthy(m.Reason) {
		e.Level = fleet.Warn
	}
	if claims.RefusedLogin(m.Reason) {
		return authError(e, m), nil // some are reported twice: as a failed authentication, and as a disconnect
	}
	return e, nil
}

// unhealthy reports whether a disconnect needs attention, rather than being
// intended (nats-server, monitor.go, ClosedState).
func unhealthy(reason string) bool {
	for _, sign := range [...]string{"Slow Consumer", "Stale Connection", "Write Deadline", "TLS Handshake", "Protocol Violation", "Parse Error", "Maximum", "Authentication", "Revoked", "Missing Account", "Conflict", "Minimum Version"} {
		if strings.Contains(reason, sign) {
			return true
		}
	}
	return false
}

func decodeAuthError(_ string, body []byte) (decoded, error) {
	var m server.DisconnectEventMsg
	if err := json.Unmarshal(body, &m); err != nil {
		return decoded{}, err
	}
	m.Client.User = endpoint.SafeUser(m.Server.Version, m.Client.User, m.Reason)
	return authError(clientEvent(fleet.EventAuthError, m.TypedEvent, m.Server, m.Client), m), nil
}

// clientEvent fills in what all events about clients have in common.
func clientEvent(kind fleet.EventKind, t server.TypedEvent, sv server.ServerInfo, c server.ClientInfo) decoded {
	e := fromServer(kind, sv)
	e.ID, e.Time = t.ID, t.Time
	e.Account, e.AccountName, e.Who = c.Account, c.NameTag, clientName(c)
	e.Where = c.Host
	return e
}

// clientName returns a client's own name, its user and its cid.
func clientName(c server.ClientInfo) string {
	var parts []string
	if name := cmp.Or(c.Name, c.MQTTClient); name != "" {
		parts = append(parts, name)
	}
	if c.User != "" {
		parts = append(parts, "user "+c.User)
	}
	parts = append(parts, "cid "+strconv.FormatUint(c.ID, 10))
	if c.Lang != "" {
		parts = append(parts, strings.TrimSpace(c.Lang+" "+c.Version))
	}
	return strings.Join(parts, ", ")
}

func decodeLameDuck(subject string, body []byte) (decoded, error) {
	e, err := serverEvent(fleet.EventLameDuck, subject, body)
	e.Level, e.Why = fleet.Warn, "lame duck mode: its clients are asked to reconnect elsewhere, and it no longer answers system requests"
	return e, err
}

func decodeShutdown(subject string, body []byte) (decoded, error) {
	e, err := serverEvent(fleet.EventShutdown, subject, body)
	e.Level, e.Why = fleet.Warn, "the server is shutting down"
	return e, err
}

// serverEvent reads an event whose body is the server alone.
func serverEvent(kind fleet.EventKind, subject string, body []byte) (decoded, error) {
	var sv server.ServerInfo
	if err := json.Unmarshal(body, &sv); err != nil {
		return decoded{}, err
	}
	e := fromServer(kind, sv)
	e.Who, e.Where, e.key = sv.Name, sv.Host, subject
	return e, nil
}

func fromServer(kind fleet.EventKind, sv server.ServerInfo) decoded {
	return decoded{
		Event:    fleet.Event{Kind: kind, Level: fleet.OK, Time: sv.Time, Server: sv.Name, Cluster: sv.Cluster},
		serverID: sv.ID, version: sv.Version,
	}
}

func decodeAccountConns(_ string, body []byte) (decoded, error) {
	var m server.AccountNumConns
	if err := json.Unmarshal(body, &m); err != nil {
		return decoded{}, err
	}
	e := fromServer(fleet.EventAccountConns, m.Server)
	e.ID, e.Time = m.ID, m.Time
	e.Account, e.Who = m.Account, cmp.Or(m.Name, m.Account)
	e.Why = fmt.Sprintf("%s and %s on this server, %s in all", some(m.Conns, "client"), some(m.LeafNodes, "leafnode"), some(m.TotalConns, "connection"))
	e.key = "conns " + m.Server.ID + " " + m.Account
	e.state = e.Why
	return e, nil
}

// some returns a count with its noun.
func some(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func decodeOCSPReject(_ string, body []byte) (decoded, error) {
	var m server.OCSPPeerRejectEventMsg
	if err := json.Unmarshal(body, &m); err != nil {
		return decoded{}, err
	}
	e := fromServer(fleet.EventOCSP, m.Server)
	e.ID, e.Time, e.Level = m.ID, m.Time, fleet.Warn
	e.Who, e.Why = m.Peer.Subject, "certificate of the "+m.Kind+" peer rejected: "+m.Reason
	return e, nil
}

func decodeOCSPLink(_ string, body []byte) (decoded, error) {
	var m server.OCSPPeerChainlinkInvalidEventMsg
	if err := json.Unmarshal(body, &m); err != nil {
		return decoded{}, err
	}
	e := fromServer(fleet.EventOCSP, m.Server)
	e.ID, e.Time, e.Level = m.ID, m.Time, fleet.Warn
	e.Who, e.Why = m.Peer.Subject, "certificate "+m.Link.Subject+" in its chain is invalid: "+m.Reason
	return e, nil
}

// advisory holds the fields that JetStream's advisories share.
type advisory struct {
	server.TypedEvent
	Account  string             `json:"account"`
	Stream   string             `json:"stream"`
	Consumer string             `json:"consumer"`
	Leader   string             `json:"leader"`
	Domain   string             `json:"domain"`
	Cluster  string             `json:"cluster"`
	Server   any                `json:"server"`
	Reason   string             `json:"reason"`
	Error    string             `json:"error"`
	Action   string             `json:"action"`
	Dropped  int64              `json:"dropped"`
	Replicas []*server.PeerInfo `json:"replicas"`
}

func decodeAdvisory(subject string, body []byte) (decoded, error) {
	var m advisory
	if err := json.Unmarshal(body, &m); err != nil {
		return decoded{}, err
	}
	e := decoded{Event: fleet.Event{
		ID: m.ID, Time: m.Time, Kind: fleet.EventAdvisory, Level: advisoryLevel(subject),
		Account: m.Account, Cluster: m.Cluster, Who: m.subject(), Why: m.words(),
	}}
	if name, ok := m.Server.(string); ok {
		e.Server = name
	}
	return e, nil
}

// advisoryLevels are the severities of advisories, by a part of their subject.
var advisoryLevels = []struct {
	sign  string
	level fleet.Level
}{
	{"QUORUM_LOST", fleet.Crit},
	{"OUT_OF_STORAGE", fleet.Crit},
	{"META_RESCUE", fleet.Crit},
	{"SERVER.REMOVED", fleet.Warn},
	{"LIMIT_REACHED", fleet.Warn},
	{"MAX_DELIVERIES", fleet.Warn},
	{"LEADER_ELECTED", fleet.Info},
}

func advisoryLevel(subject string) fleet.Level {
	for _, row := range advisoryLevels {
		if strings.Contains(subject, row.sign) {
			return row.level
		}
	}
	return fleet.OK
}

// subject says what the advisory is about.
func (m advisory) subject() string {
	switch {
	case m.Consumer != "":
		return "consumer " + m.Stream + " > " + m.Consumer
	case m.Stream != "":
		return "stream " + m.Stream
	case m.Domain != "":
		return "domain " + m.Domain
	}
	return "JetStream"
}

// words says what happened in the server's terms: the last part of the type.
func (m advisory) words() string {
	what := m.Type[strings.LastIndexByte(m.Type, '.')+1:]
	parts := []string{strings.ReplaceAll(what, "_", " ")}
	add := func(label, s string) {
		if s != "" {
			parts = append(parts, label+s)
		}
	}
	add("", m.Action)
	add("leader ", m.Leader)
	add("", m.Reason)
	add("", m.Error)
	if m.Dropped > 0 {
		add("", strconv.FormatInt(m.Dropped, 10)+" requests dropped")
	}
	for _, p := range m.Replicas {
		if p != nil && p.Offline {
			add("offline: ", p.Name)
		}
	}
	return strings.Join(parts, ", ")
}

// orNow replaces a time that a server did not send.
func orNow(t time.Time) time.Time {
	if t.IsZero() {
		return time.Now()
	}
	return t
}
