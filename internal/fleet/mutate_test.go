package fleet_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// hostile is text as a stranger may choose it: a window title, a screen that
// is cleared, a C1 control, a second line, a reversed direction, a byte that is
// not UTF-8.
const hostile = "x\x1b]0;owned\x07\x1b[2J\u009b31m\nsecond line\u202egnirts\xff"

// clone copies the recording deeply, through its JSON.
func (p fixture) clone(t *testing.T) fixture {
	t.Helper()
	var out fixture
	for _, s := range p.snapshots {
		data, err := json.Marshal(s)
		must(t, err)
		c := &fleet.Snapshot{}
		must(t, json.Unmarshal(data, c))
		out.snapshots = append(out.snapshots, c)
	}
	out.events = append(out.events, p.events...)
	return out
}

// degrade turns a healthy recording into one of a bad day: from the third
// round, west-3 is silent, east-2 has lost its route to east-3 while east-3
// still lists it, east-3 has no gateway to west, a replica lags, clients are slow; in the last round all is
// well but the version of east-1.
func (p fixture) degrade(t *testing.T) fixture {
	t.Helper()
	out := p.clone(t)
	for i, s := range out.snapshots {
		if i < 2 || i == len(out.snapshots)-1 {
			continue
		}
		silence(s, "west-3")
		forget(s.Server("east-2"), "east-3")
		lag(s, "ORDERS", uint64(400*i))
		delete(s.Server("east-3").Gatewayz.OutboundGateways, "west")
		east1 := s.Server("east-1")
		east1.Statsz.SlowConsumers = int64(3 * i)
		east1.Varz.SlowConsumers = east1.Statsz.SlowConsumers
		east1.Statsz.CPU, east1.Varz.CPU = 88, 88
		for _, c := range east1.Connz.Conns {
			if c.Name == "dash-feed-1" {
				c.Pending = i * 12_000_000
			}
		}
	}
	last := out.snapshots[len(out.snapshots)-1].Server("east-1")
	last.Info.Version, last.Varz.Version = "2.14.9", "2.14.9"
	return out
}

// silence takes a server out of the answers, as one that hangs: the others
// still list their links to it.
func silence(s *fleet.Snapshot, name string) {
	for i, sv := range s.Servers {
		if sv.Info.Name == name {
			s.Servers = append(s.Servers[:i:i], s.Servers[i+1:]...)
			s.Missing = append(s.Missing, fleet.Missing{
				ID: sv.Info.ID, Name: name, Cluster: sv.Info.Cluster, Reason: fleet.Silent,
				SeenBy: []string{"west-1", "west-2"}, LastSeen: s.Time.Add(-41 * time.Second).Truncate(time.Second),
			})
			return
		}
	}
}

func forget(sv *fleet.Server, peer string) {
	var kept []*server.RouteInfo
	for _, r := range sv.Routez.Routes {
		if r.RemoteName != peer {
			kept = append(kept, r)
		}
	}
	sv.Routez.Routes, sv.Routez.NumRoutes = kept, len(kept)
	var stats []*server.RouteStat
	for _, r := range sv.Statsz.Routes {
		if r.Name != peer {
			stats = append(stats, r)
		}
	}
	sv.Statsz.Routes = stats
}

// lag puts the first replica of a stream behind its leader.
func lag(s *fleet.Snapshot, stream string, by uint64) {
	for _, sv := range s.Servers {
		for _, acc := range sv.Jsz.AccountDetails {
			for i := range acc.Streams {
				st := &acc.Streams[i]
				if st.Name != stream || st.Cluster == nil || len(st.Cluster.Replicas) == 0 {
					continue
				}
				r := st.Cluster.Replicas[0]
				r.Current, r.Lag, r.Active = false, by, 14*time.Second
			}
		}
	}
}

// vandalize puts hostile text wherever a stranger chooses it.
func (p fixture) vandalize(t *testing.T) fixture {
	t.Helper()
	out := p.clone(t)
	out.snapshots = out.snapshots[:3]
	for _, s := range out.snapshots {
		silence(s, "west-3")
		s.Missing[0].Name += hostile
		s.Problems = append(s.Problems, fleet.Problem{
			ServerID: s.Servers[0].Info.ID, Server: s.Servers[0].Info.Name, Kind: fleet.Healthz, Reason: fleet.Refused, Detail: hostile,
		})
		for _, sv := range s.Servers {
			vandalizeServer(sv)
		}
	}
	for i := range out.events {
		e := &out.events[i]
		e.Who, e.Why, e.Where, e.Account = e.Who+hostile, hostile, hostile, e.Account+hostile
	}
	return out
}

func vandalizeServer(sv *fleet.Server) {
	if sv.Info.Name == "edge" {
		sv.Info.Name += hostile
		sv.Info.Tags = []string{hostile}
		sv.Info.Domain = hostile
	}
	for _, c := range sv.Connz.Conns {
		c.Name += hostile
		c.AuthorizedUser += hostile
		c.Lang, c.Version, c.Reason, c.NameTag, c.IP = hostile, hostile, hostile, hostile, "10.0.0.1"+hostile
		c.Subs = []string{hostile}
	}
	for _, l := range sv.Leafz.Leafs {
		l.Name += hostile
		l.Account += hostile
	}
	for _, a := range sv.AccountStatz.Accounts {
		a.Account, a.Name = a.Account+hostile, a.Name+hostile
	}
	for i := range sv.Accountz.Accounts {
		sv.Accountz.Accounts[i] += hostile
	}
	for _, acc := range sv.Jsz.AccountDetails {
		acc.Name += hostile
		for i := range acc.Streams {
			st := &acc.Streams[i]
			st.Name += hostile
			st.Mirror = &server.StreamSourceInfo{
				Name: hostile, FilterSubject: hostile, External: &server.ExternalStream{ApiPrefix: hostile}, Active: time.Second, Error: &server.ApiError{Description: hostile},
			}
			if st.Config != nil {
				st.Config.Description, st.Config.Subjects = hostile, []string{hostile}
			}
			for _, c := range st.Consumer {
				c.Name, c.Stream = c.Name+hostile, c.Stream+hostile
			}
		}
	}
	sv.Healthz.Status, sv.Healthz.StatusCode, sv.Healthz.Error = "error", 503, hostile
	sv.Healthz.Errors = []server.HealthzError{{Type: server.HealthzErrorStream, Account: hostile, Stream: hostile, Error: hostile}}
}
