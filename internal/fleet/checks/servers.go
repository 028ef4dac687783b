package checks

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// fleetChecks examine the servers themselves.
var fleetChecks = []*Check{
	{
		Name: "servers", About: "Every server that should answer does.",
		Why:  "A silent server serves its clients badly or not at all, and everything else known here is incomplete.",
		Next: "Look at the host and the log of that server; `natsctl server ping` shows when it is back.",
		find: findMissing,
	},
	{
		Name: "answers", About: "Every server answers every request.",
		Why:  "No other check can judge what a server does not report.",
		Next: "Ask that server alone with `natsctl server request`; raise --timeout where it is slow.",
		find: findProblems,
	},
	{
		Name: "names", About: "No two servers have the same name.",
		Why:  "JetStream and every operator tell servers apart by name; two of one name act on each other's behalf.",
		Next: "Give each server its own server_name and restart it.",
		find: findTwins,
	},
	{
		Name: "versions", About: "The servers of a cluster run one version.",
		Why:  "A mixed cluster behaves as its oldest server and hides bugs that are already fixed.",
		Next: "Finish the upgrade, one server at a time.",
		find: findVersions,
	},
	{
		Name: "config", About: "The servers of a cluster that mostly share one configuration all do.",
		Why:  "A server with another configuration refuses what the others allow, or the other way round.",
		Next: "Compare the files, then `natsctl server reload` the server that differs.", Needs: []fleet.Kind{fleet.Varz},
		find: findConfigs,
	},
	{
		Name: "settings", About: "The servers of a cluster agree in the settings that clients and other servers notice.",
		Why:  refusals,
		Next: "Give the servers of the cluster the same settings, then `natsctl server reload` those that differed.", Needs: []fleet.Kind{fleet.Varz},
		find: findSettings,
	},
	{
		Name: "uptime", About: "No server started a short while ago.",
		Why:  "A server that keeps restarting drops all its clients each time.",
		Next: "Read the end of its log before the start: a crash, the OOM killer, or a deployment.",
		Limits: []Limit{
			{Name: "uptime_seconds", About: "age of the youngest server", Warn: 60, Crit: never(), Below: true},
		},
		find: findYoung,
	},
	{
		Name: "clock", About: "The servers' clocks agree with the one here.",
		Why:  "JWT lifetimes, message ages and every log are judged by the server's clock.",
		Next: "Check the time synchronisation (chrony, ntpd) of that host; when all servers differ, check it here.",
		Limits: []Limit{
			{Name: "clock_skew_seconds", About: "difference, beyond what the answer's travel time explains", Warn: 1, Crit: 10},
		},
		find: findSkew,
	},
	{
		Name: "health", About: "Every server reports itself healthy.",
		Why:  "An unhealthy server is not ready to serve: its JetStream assets are not current, or its listener is closed.",
		Next: "Wait if it has just started; otherwise see `natsctl server report health` for the assets concerned.", Needs: []fleet.Kind{fleet.Healthz},
		find: findUnhealthy,
	},
}

func findMissing(c *checkup) {
	c.result.Objects = c.Snapshot.Expected
	for _, m := range c.Snapshot.Missing {
		f := Finding{Level: fleet.Crit, Object: m.Label(), Where: m.Cluster, What: m.Label() + " " + m.Note(), About: Subject{Servers: []ServerRef{RefOfMissing(m)}}}
		switch m.Reason {
		case fleet.Draining:
			f.Level = fleet.Warn
			f.Next = "Wait until its clients have moved; if nobody meant it, start it again once it has ended."
		case fleet.Behind:
			f.Next = "See to " + cmp.Or(m.Via, "the silent server") + " first; then ask again."
		}
		if len(m.SeenBy) > 0 {
			f.What += "; still linked to " + strings.Join(m.SeenBy, ", ")
		}
		c.add(f)
	}
}

func findProblems(c *checkup) {
	c.result.Objects = len(c.Snapshot.Servers)
	for _, p := range c.Snapshot.Problems {
		f := Finding{
			Level: fleet.Warn, Object: p.Server, Where: string(p.Kind),
			What:  fmt.Sprintf("%s of %s is %s", p.Kind, p.Server, p.Reason),
			About: Subject{Servers: []ServerRef{{ID: p.ServerID, Name: p.Server}}},
		}
		if p.Reason == fleet.Unsupported {
			f.Level, f.Next = fleet.Info, "Nothing; a newer server reports it."
		}
		if p.Detail != "" {
			f.What += ": " + p.Detail
		}
		c.add(f)
	}
}

func findTwins(c *checkup) {
	clusters := map[string][]string{} // of the servers with one name
	for _, sv := range c.Snapshot.Servers {
		c.countObject()
		clusters[sv.Info.Name] = append(clusters[sv.Info.Name], sv.Info.Cluster)
	}
	for _, name := range slices.Sorted(maps.Keys(clusters)) {
		if n := len(clusters[name]); n > 1 && name != "" {
			where := slices.Compact(slices.Sorted(slices.Values(clusters[name])))
			c.add(Finding{
				Level: fleet.Warn, Object: name, Where: strings.Join(where, ", "),
				What: fmt.Sprintf("%d servers are named %s", n, name), Value: float64(n), Unit: "count",
			})
		}
	}
}

func findVersions(c *checkup) {
	for _, cl := range c.Topology.Clusters {
		for _, n := range cl.Nodes {
			if n.Server == nil {
				continue
			}
			c.countObject()
			if n.VersionSkew {
				c.add(Finding{
					Level: fleet.Warn, Object: n.Name, Where: cl.Name,
					What:  fmt.Sprintf("%s runs %s, most of %s runs %s", n.Name, n.Version, cl.Name, cl.Version),
					About: on(n.Server),
				})
			}
		}
	}
}

func findConfigs(c *checkup) {
	for _, n := range c.Topology.Nodes {
		if n.ConfigDigest() == "" {
			continue
		}
		c.countObject()
		if n.ConfigSkew {
			c.add(Finding{
				Level: fleet.Warn, Object: n.Name, Where: n.Cluster,
				What:  fmt.Sprintf("the configuration of %s differs from most of %s", n.Name, n.Cluster),
				About: Subject{Servers: []ServerRef{{n.ID, n.Name, n.Cluster}}},
			})
		}
	}
}

// findYoung finds servers that are younger than most. A fleet that started as a
// whole is not a problem of any server: it is told, and is no warning.
func findYoung(c *checkup) {
	ages := map[*fleet.Server]float64{}
	young, oldest, limit := 0, 0.0, c.limit("uptime_seconds")
	for _, sv := range c.Snapshot.Servers {
		if sv.Statsz == nil || sv.Statsz.Start.IsZero() || sv.Info.Time.IsZero() {
			continue
		}
		c.countObject()
		ages[sv] = sv.Info.Time.Sub(sv.Statsz.Start).Seconds()
		if level, _ := limit.Judge(ages[sv]); level != fleet.OK {
			young++
			oldest = max(oldest, ages[sv])
		}
	}
	if young*2 > len(ages) {
		c.add(Finding{
			Object: "fleet", What: fmt.Sprintf("%d of %d servers started within the last %s", young, len(ages), fleet.Lasting(oldest)),
			Level: fleet.Info, Next: "Nothing, if the fleet was just started.",
		})
		return
	}
	for _, sv := range c.Snapshot.Servers {
		age, known := ages[sv]
		if !known {
			continue
		}
		c.measure("uptime_seconds", age, Finding{
			Object: sv.Info.Name, Where: sv.Info.Cluster, What: sv.Info.Name + " started " + fleet.Lasting(age) + " ago", About: on(sv),
		})
	}
}

// findSkew compares each server's clock with the midpoint of its round trip.
// What the round trip cannot explain is skew.
func findSkew(c *checkup) {
	s := c.Snapshot
	for _, sv := range s.Servers {
		if sv.Info.Time.IsZero() || s.Time.IsZero() {
			continue
		}
		c.countObject()
		first := s.Time.Add(-time.Duration(s.TookSeconds * float64(time.Second)))
		behind, ahead := first.Sub(sv.Info.Time).Seconds(), sv.Info.Time.Sub(s.Time).Seconds()
		way := "ahead of"
		if behind > ahead {
			way = "behind"
		}
		skew := max(behind, ahead, 0)
		c.measure("clock_skew_seconds", skew, Finding{
			Object: sv.Info.Name, Where: sv.Info.Cluster,
			What:  fmt.Sprintf("the clock of %s is %s %s the one here", sv.Info.Name, fleet.Lasting(skew), way),
			About: on(sv),
		})
	}
}

func findUnhealthy(c *checkup) {
	for _, sv := range c.Snapshot.Servers {
		h := sv.Healthz
		if h == nil {
			continue
		}
		c.countObject()
		if h.Status == "ok" && (h.StatusCode == 0 || h.StatusCode == 200) {
			continue
		}
		what := sv.Info.Name + " is unhealthy"
		if detail := healthDetail(h); detail != "" {
			what += ": " + detail
		}
		c.add(Finding{Level: fleet.Crit, Object: sv.Info.Name, Where: sv.Info.Cluster, What: what, Value: float64(h.StatusCode), Unit: "status", About: onHealth(sv)})
	}
}

// onHealth is the subject of a finding about what a server says of its health.
func onHealth(sv *fleet.Server) Subject {
	s := on(sv)
	s.Meta = strings.Contains(healthDetail(sv.Healthz), "meta leader")
	if list := sv.Healthz.Errors; len(list) > 0 {
		s.Account, s.Stream, s.Consumer = list[0].Account, list[0].Stream, list[0].Consumer
	}
	return s
}

// healthDetail is the server's error text: all errors from a new server, the
// first from an old one.
func healthDetail(h *server.HealthStatus) string {
	if h.Error != "" || len(h.Errors) == 0 {
		return h.Error
	}
	if more := len(h.Errors) - 1; more > 0 {
		return fmt.Sprintf("%s, and %d more", h.Errors[0].Error, more)
	}
	return h.Errors[0].Error
}
