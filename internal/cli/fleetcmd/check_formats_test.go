package fleetcmd

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/rules"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// asset is two looks at a cluster of three that holds one stream, an hour old.
func asset(version, rtt string, change func(st *server.StreamDetail, second bool)) checks.Input {
	at := func(sec float64, second bool) *fleet.Snapshot {
		servers := []*fleet.Server{fleettest.Member("a", "b", "c"), fleettest.Member("b", "a", "c"), fleettest.Member("c", "a", "b")}
		for _, sv := range servers {
			sv.Info.Version, sv.Info.Time, sv.Statsz.Cores = version, fleettest.Epoch.Add(time.Duration(sec)*time.Second), 2
			for _, r := range sv.Routez.Routes {
				if sv.Info.Name == "c" || r.RemoteName == "c" {
					r.RTT = rtt
				}
			}
		}
		st := server.StreamDetail{
			Name: "S", Created: fleettest.Epoch, Config: &server.StreamConfig{Replicas: 3},
			Cluster: &server.ClusterInfo{Leader: "a", Replicas: []*server.PeerInfo{{Name: "b", Current: true}, {Name: "c", Current: true}}},
		}
		change(&st, second)
		servers[0].Jsz = &server.JSInfo{Now: servers[0].Info.Time, AccountDetails: []*server.AccountDetail{{Name: "APP", Streams: []server.StreamDetail{st}}}}
		s := fleettest.Snapshot(sec, servers...)
		s.Want = checks.WantFor(checks.All())
		if version == "2.9.10" {
			for _, sv := range servers {
				s.Problems = append(s.Problems, fleet.Problem{Server: sv.Info.Name, ServerID: sv.Info.ID, Kind: fleet.Raftz, Reason: fleet.Unsupported})
			}
		}
		return s
	}
	return checks.Input{Before: at(3598, false), Snapshot: at(3600, true)}
}

// TestEveryFormatSaysTheSame shows fleets with one fault each, and healthy ones
// that are far away or old, in every format of the check, in the dashboard's
// look and among the exporter's alerts: the same verdict everywhere.
func TestEveryFormatSaysTheSame(t *testing.T) {
	file, err := rules.File(rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, check, what string // no check: healthy
		in                checks.Input
	}{
		{"evacuated", "replicas", "stream S in account APP has 2 of its 3 replicas", asset("2.15.2", "1ms", func(st *server.StreamDetail, _ bool) { st.Cluster.Replicas = st.Cluster.Replicas[:1] })},
		{"mirror without origin", "origins", "stream S in account APP gets nothing from GONE, its mirror: not heard from for 5m0s", asset("2.15.2", "1ms", func(st *server.StreamDetail, _ bool) {
			st.Mirror = &server.StreamSourceInfo{Name: "GONE", Active: 5 * time.Minute}
		})},
		{"unread consumer", "unread", "nobody reads consumer w of stream S in account APP: 1625 messages are pending, 9.5 a second more", asset("2.15.2", "1ms", func(st *server.StreamDetail, second bool) {
			con := &server.ConsumerInfo{Name: "w", Created: fleettest.Epoch, NumPending: 1606, Cluster: st.Cluster}
			if second {
				con.NumPending = 1625
			}
			st.Consumer = []*server.ConsumerInfo{con}
		})},
		{"far away and healthy", "", "", asset("2.15.2", "310ms", func(*server.StreamDetail, bool) {})},
		{"old and healthy", "", "", asset("2.9.10", "1ms", func(*server.StreamDetail, bool) {})},
	} {
		t.Run(c.name, func(t *testing.T) {
			report := newCheckReport(c.in, checks.All(), false)
			if want := map[bool]fleet.Level{true: fleet.Warn}[c.check != ""]; report.Level != want && report.Level != fleet.Info {
				t.Fatalf("level %s: %+v", report.Level, report.findings())
			}
			for format, says := range map[string][]string{
				"table": {c.check, c.what}, "json": {`"check": "` + c.check + `"`, c.what}, "nagios": {"WARNING", c.what},
				"junit": {`name="` + c.check + `"`, "<failure", c.what}, "prometheus": {`natsctl_check_status{check="` + c.check + `"} 1`},
			} {
				var out bytes.Buffer
				e := &cli.Env{Out: &out, Err: io.Discard, Width: func() int { return 0 }, Getenv: func(string) string { return "" }, Now: time.Now}
				if err := report.write(e, format); err != nil {
					t.Fatal(err)
				}
				for _, part := range says {
					if c.check != "" && !strings.Contains(out.String(), part) {
						t.Errorf("%s does not say %q:\n%.2000s", format, part, out.String())
					}
				}
				if calm := !strings.Contains(out.String(), "WARNING") && !strings.Contains(out.String(), "CRITICAL") && !strings.Contains(out.String(), "<failure"); c.check == "" && !calm {
					t.Errorf("%s of a healthy fleet:\n%.2000s", format, out.String())
				}
			}
			in := c.in
			in.Live = true // as the dashboard looks
			for _, res := range checks.Run(in, checks.All()) {
				for _, f := range res.Findings {
					if f.Level.Urgent() && (f.Check != c.check || f.What != c.what) {
						t.Errorf("the dashboard says %s: %s", f.Check, f.What)
					}
				}
				if res.Name == c.check && len(res.Findings) != 1 {
					t.Errorf("the dashboard finds %+v", res.Findings)
				}
			}
			if c.check != "" && !strings.Contains(string(file), "check: "+c.check+"\n") {
				t.Errorf("no alert of the exporter says the same as %s", c.check)
			}
		})
	}
}
