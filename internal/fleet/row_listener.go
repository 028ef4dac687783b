package fleet

import (
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Listener is one listening port of a server.
type Listener struct {
	Name     string // client, route, gateway, leafnode, websocket, mqtt
	Host     string
	Port     int // 0 when it does not listen
	TLS      bool
	NotAfter time.Time // of its certificate; zero if there is none or it is not reported
}

// Listeners returns the ports that a server listens on.
func Listeners(v *server.Varz) []Listener {
	all := []Listener{
		{"client", v.Host, v.Port, v.TLSRequired, v.TLSCertNotAfter},
		{"route", v.Cluster.Host, v.Cluster.Port, v.Cluster.TLSRequired, v.Cluster.TLSCertNotAfter},
		{"gateway", v.Gateway.Host, v.Gateway.Port, v.Gateway.TLSRequired, v.Gateway.TLSCertNotAfter},
		{"leafnode", v.LeafNode.Host, v.LeafNode.Port, v.LeafNode.TLSRequired, v.LeafNode.TLSCertNotAfter},
		{"websocket", v.Websocket.Host, v.Websocket.Port, !v.Websocket.NoTLS, v.Websocket.TLSCertNotAfter},
		{"mqtt", v.MQTT.Host, v.MQTT.Port, !v.MQTT.TLSCertNotAfter.IsZero(), v.MQTT.TLSCertNotAfter},
	}
	return slices.DeleteFunc(all, func(l Listener) bool { return l.Port == 0 })
}

// ListenerRow is one port on which a server listens, with its certificate.
type ListenerRow struct {
	Server *Server
	Listener
	LeftSeconds float64 // until NotAfter, by the server's clock; negative when it has expired
}

// ListenerRows returns the listeners of every server, the earliest certificate
// expiry first.
func ListenerRows(s *Snapshot) []*ListenerRow {
	var rows []*ListenerRow
	for _, sv := range s.Servers {
		if sv.Varz == nil {
			continue
		}
		for _, l := range Listeners(sv.Varz) {
			r := &ListenerRow{Server: sv, Listener: l}
			if !l.NotAfter.IsZero() {
				r.LeftSeconds = l.NotAfter.Sub(sv.Now(s)).Seconds()
			}
			rows = append(rows, r)
		}
	}
	slices.SortStableFunc(rows, func(a, b *ListenerRow) int {
		if a.NotAfter.IsZero() != b.NotAfter.IsZero() {
			return boolSign(a.NotAfter.IsZero())
		}
		return a.NotAfter.Compare(b.NotAfter)
	})
	return rows
}

// Now returns the time by a server's clock, which decides what has expired.
func (sv *Server) Now(s *Snapshot) time.Time {
	if sv.Info.Time.IsZero() {
		return s.Time
	}
	return sv.Info.Time
}
