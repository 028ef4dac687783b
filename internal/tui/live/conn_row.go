package live

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

// ConnRTTWarn is the round trip in seconds beyond which a connection is marked.
const ConnRTTWarn = 0.250

// newConnRows lists every connection that the servers reported, and the
// leafnode connections that CONNZ of newer servers leaves out.
func newConnRows(snap *fleet.Snapshot, d *fleet.Delta) []*fleet.ConnRow {
	return append(fleet.ConnRows(snap, d), fleet.LeafRows(snap, d)...)
}

// ConnRowKey identifies a connection from answer to answer.
func ConnRowKey(r *fleet.ConnRow) string {
	return r.Server.Info.ID + "/" + strconv.FormatUint(r.Info.Cid, 10)
}

// ConnKind is the short word for what is connected.
func ConnKind(c *server.ConnInfo) string {
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

// ConnID is the connection id, with a letter in front for a leafnode.
func ConnID(r *fleet.ConnRow) string {
	id := strconv.FormatUint(r.Info.Cid, 10)
	if r.Info.Kind == "Leafnode" {
		return "L" + id
	}
	return id
}

// ConnOwn tells whether a connection is one of natsctl itself, which asks the
// servers: by its name, as every client says its own.
func ConnOwn(r *fleet.ConnRow) bool {
	return ConnKind(r.Info) == "client" && strings.HasPrefix(r.Info.Name, "natsctl ")
}

// ConnLabel is the client's name with its kind, where that is not plain.
func ConnLabel(r *fleet.ConnRow) string {
	kind := ConnKind(r.Info)
	switch {
	case kind == "client" && ConnOwn(r):
		return r.Info.Name + " (own)"
	case kind == "client":
		return r.Info.Name
	}
	name := r.Info.Name
	if kind == "mqtt" {
		name = cmp.Or(r.Info.MQTTClient, name)
	}
	return strings.TrimSpace(fmt.Sprintf("%s (%s)", name, kind))
}

// ConnAddress is the client's address with its port; empty: it is not told.
func ConnAddress(c *server.ConnInfo) string {
	if c.IP == "" {
		return ""
	}
	return net.JoinHostPort(c.IP, strconv.Itoa(c.Port))
}

// ConnSlow tells whether the round trip of a connection is long.
func ConnSlow(r *fleet.ConnRow) bool {
	s, ok := Seconds(r.Info.RTT).(float64)
	return ok && s > ConnRTTWarn
}

// ConnLevel judges one figure of a connection as its column does.
func ConnLevel(r *fleet.ConnRow, column string) view.Level {
	for _, c := range view.Connections(true, false) {
		if c.Name == column && c.Level != nil {
			return c.Level(r)
		}
	}
	return fleet.OK
}
