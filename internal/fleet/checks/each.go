package checks

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// eachJetStream calls f for every server that runs JetStream.
func (c *checkup) eachJetStream(f func(sv *fleet.Server, js *server.JSInfo)) {
	for _, sv := range c.Snapshot.Servers {
		if sv.Jsz != nil && !sv.Jsz.Disabled {
			c.countObject()
			f(sv, sv.Jsz)
		}
	}
}

// eachStatsz calls f for every server with its STATSZ.
func (c *checkup) eachStatsz(f func(sv *fleet.Server, st *server.ServerStats, of Finding)) {
	for _, sv := range c.Snapshot.Servers {
		if sv.Statsz != nil {
			f(sv, sv.Statsz, Finding{Object: sv.Info.Name, Where: sv.Info.Cluster, About: on(sv)})
		}
	}
}

// eachPending calls f for every open connection of a server whose pending limit
// is known.
func (c *checkup) eachPending(f func(sv *fleet.Server, conn *server.ConnInfo, most int64)) {
	for _, sv := range c.Snapshot.Servers {
		if sv.Connz == nil || sv.Varz == nil || sv.Varz.MaxPending <= 0 {
			continue
		}
		for _, conn := range sv.Connz.Conns {
			if conn.Stop == nil {
				f(sv, conn, sv.Varz.MaxPending)
			}
		}
	}
}

func (c *checkup) eachVarz(f func(sv *fleet.Server, v *server.Varz)) {
	for _, sv := range c.Snapshot.Servers {
		if sv.Varz != nil {
			f(sv, sv.Varz)
		}
	}
}

// assetKey identifies a stream of the fleet.
type assetKey struct{ domain, account, stream string }

// streamsByKey returns the streams of the snapshot by domain, account and name.
func (c *checkup) streamsByKey() map[assetKey]*fleet.StreamRow {
	rows := map[assetKey]*fleet.StreamRow{}
	for _, r := range c.streams() {
		rows[assetKey{r.Domain, r.AccountID, r.Name}] = r
	}
	return rows
}

// eachDurable calls f for every durable consumer whose leader, stream and
// configuration are known.
func (c *checkup) eachDurable(f func(r *fleet.ConsumerRow, of *fleet.StreamRow)) {
	streams := c.streamsByKey()
	for _, r := range c.consumers() {
		of := streams[assetKey{r.Domain, r.AccountID, r.Stream}]
		if r.Known && r.Info.Config != nil && r.Info.Config.Durable != "" && of != nil && of.Known && of.Detail.Config != nil {
			f(r, of)
		}
	}
}
