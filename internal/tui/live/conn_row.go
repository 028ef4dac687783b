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

// ConnRTTWarn is the round-trip time in seconds above which a connection is
// marked.
const ConnRTTWarn = 0.250

// newConnRows lists every connection that the servers reported, and the
// leafnode connections, which CONNZ of newer servers omits.
func newConnRows(snap *fleet.Snapshot, d *fleet.Delta) []*fleet.ConnRow {
	return append(fleet.ConnRows(snap, d), fleet.LeafRows(snap, d)...)
}

// ConnRowKey identifies a connection from answer to answer.
func ConnRowKey(r *fleet.ConnRow) string {
	return r.Server.Info.ID + "/" + strconv.FormatUint(r.Info.Cid, 10)
}

// ConnKind is the short name of the kind of connection.
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

// ConnLabel is the client's name, with its kind unless that is an ordinary
// client.
func ConnLabel(r *fleet.ConnRow) string {
	kind := ConnKind(r.Info)
	switch {
	case kind == "client" && r.Own():
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

// ConnAddress is the client's address and port; empty if not reported.
func ConnAddress(c *server.ConnInfo) string {
	if c.IP == "" {
		return ""
	}
	return net.JoinHostPort(c.IP, strconv.Itoa(c.Port))
}

// ConnSlow reports whether the round-trip time of a connection is long.
func ConnSlow(r *fleet.ConnRow) bool {
	s, ok := Seconds(r.Info.RTT).(float64)
	return ok && s > ConnRTTWarn
}

// ConnLevel is the level of one value of a connection, as in its column.
func ConnLevel(r *fleet.ConnRow, column string) view.Level {
	for _, c := range view.Connections(true, false) {
		if c.Name == column && c.Level != nil {
			return c.Level(r)
		}
	}
	return fleet.OK
}
