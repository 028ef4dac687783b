package checks

import (
	"fmt"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// findRise judges the rise of a counter on every server; unknown rates are not
// judged. The text is formatted with the count.
func findRise(c *checkup, limit, what string, rate func(*fleet.ServerDelta) fleet.Rate) {
	for _, sv := range c.Snapshot.Servers {
		d := c.Delta.Server(sv.Info.ID)
		r := rate(d)
		if !r.Known {
			continue
		}
		c.countObject()
		c.measure(limit, r.Increase, Finding{
			Object: sv.Info.Name, Where: sv.Info.Cluster,
			What:  fmt.Sprintf("%s: %.0f %s in %s", sv.Info.Name, r.Increase, what, fleet.Lasting(d.ElapsedSeconds)),
			About: on(sv),
		})
	}
}

func findSlow(c *checkup) {
	findRise(c, "slow_consumers", "connections dropped as slow consumers", func(d *fleet.ServerDelta) fleet.Rate { return d.SlowConsumers })
}

func findStalled(c *checkup) {
	findRise(c, "stalled_clients", "stalls of publishers", func(d *fleet.ServerDelta) fleet.Rate { return d.StalledClients })
}

func findStale(c *checkup) {
	findRise(c, "stale_connections", "connections closed as stale", func(d *fleet.ServerDelta) fleet.Rate { return d.StaleConnections })
}

func findPending(c *checkup) {
	c.eachPending(func(sv *fleet.Server, conn *server.ConnInfo, most int64) {
		c.countObject()
		c.measure("pending_percent", percent(float64(conn.Pending), float64(most)), Finding{
			Object: connName(conn), Where: sv.Info.Name,
			What:  fmt.Sprintf("%s of at most %s wait for %s", fleet.InBytes(int64(conn.Pending)), fleet.InBytes(most), connName(conn)),
			About: onConn(sv, conn),
		})
	})
}

// findPendingRise judges how soon the buffer of a connection is full. A buffer
// that was empty before, or is almost empty now, only had a burst.
func findPendingRise(c *checkup) {
	c.eachPending(func(sv *fleet.Server, conn *server.ConnInfo, most int64) {
		rise := c.Delta.Server(sv.Info.ID).Pending(conn.Cid)
		if !rise.Known {
			return
		}
		c.countObject()
		now, before := float64(conn.Pending), float64(conn.Pending)-rise.Increase
		if rise.PerSecond <= 0 || before <= 0 || percent(now, float64(most)) < 1 {
			return
		}
		full := max(float64(most)-now, 0) / rise.PerSecond
		c.measure("pending_full_seconds", full, Finding{
			Object: connName(conn), Where: sv.Info.Name,
			What: fmt.Sprintf("%s falls behind: what waits for it grew from %s to %s in %s; at that rate the server drops it in %s", connName(conn),
				fleet.InBytes(int64(before)), fleet.InBytes(int64(now)), fleet.Lasting(rise.Increase/rise.PerSecond), fleet.Lasting(full)),
			About: onConn(sv, conn),
		})
	})
}

// onConn is the subject of a finding about a client connection.
func onConn(sv *fleet.Server, conn *server.ConnInfo) Subject {
	s := on(sv)
	s.Account, s.Conn, s.Client = conn.Account, conn.Cid, conn.Name
	return s
}

// connName is the display name of a connection.
func connName(conn *server.ConnInfo) string {
	if conn.Name == "" {
		return fmt.Sprintf("cid %d", conn.Cid)
	}
	return fmt.Sprintf("%s (cid %d)", conn.Name, conn.Cid)
}
