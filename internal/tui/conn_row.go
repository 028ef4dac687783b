package tui

import (
	"cmp"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// connRTTWarn is the round trip in seconds beyond which a connection is marked.
const connRTTWarn = 0.250

// con is one connection of one server.
type con = *fleet.ConnRow

// connDress is what the Connections page adds to its columns.
func (m *Model) connDress() map[string]dress[con] {
	return map[string]dress[con]{
		"cid":         {text: connID},
		"name":        {text: connLabel},
		"account":     {text: func(r con) string { return m.label(r.Info.Account) }},
		"ip":          {text: m.addressText},
		"rtt_seconds": {level: judged(fleet.Warn, connSlow)},
	}
}

// newConnRows lists every connection that the servers reported, and the
// leafnode connections that CONNZ of newer servers leaves out.
func newConnRows(snap *fleet.Snapshot, d *fleet.Delta) []con {
	return append(fleet.ConnRows(snap, d), fleet.LeafRows(snap, d)...)
}

func connKey(r con) string {
	return r.Server.Info.ID + "/" + strconv.FormatUint(r.Info.Cid, 10)
}

// connKind is the short word for what is connected.
func connKind(c *server.ConnInfo) string {
	switch {
	case c.Kind == "Leafnode":
		return "leaf"
	case c.Type != "" && c.Type != "nats":
		return c.Type
	case c.Kind == "":
		return "client"
	}
	return strings.ToLower(c.Kind)
}

// connID is the connection id, with a letter in front for a leafnode.
func connID(r con) string {
	id := strconv.FormatUint(r.Info.Cid, 10)
	if r.Info.Kind == "Leafnode" {
		return "L" + id
	}
	return id
}

// connLabel is the client's name with its kind, where that is not plain.
func connLabel(r con) string {
	kind := connKind(r.Info)
	if kind == "client" {
		return r.Info.Name
	}
	name := r.Info.Name
	if kind == "mqtt" {
		name = cmp.Or(r.Info.MQTTClient, name)
	}
	return strings.TrimSpace(fmt.Sprintf("%s (%s)", name, kind))
}

func connAddress(c *server.ConnInfo) string {
	if c.IP == "" {
		return ""
	}
	return net.JoinHostPort(c.IP, strconv.Itoa(c.Port))
}

func connSlow(r con) bool {
	s, ok := span(r.Info.RTT).(float64)
	return ok && s > connRTTWarn
}

// connLevel judges one figure of a connection as its column does.
func connLevel(r con, column string) view.Level {
	for _, c := range view.Connections(true, false) {
		if c.Name == column && c.Level != nil {
			return c.Level(r)
		}
	}
	return fleet.OK
}
