package checks

import (
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestFindingsOfNamesakes checks that accounts of one name are named with their keys
// where something is found, so that no two findings read the same, and that others
// go by their names alone.
func TestFindingsOfNamesakes(t *testing.T) {
	for _, c := range []struct {
		second string // the name of the second account
		want   []string
	}{
		{"CHAT", []string{"CHAT (ONE)", "CHAT (TWO)"}},
		{"SHOP", []string{"CHAT", "SHOP"}},
	} {
		in := healthy()
		in.Snapshot.Want = WantFor(All())
		detail := func(id, name string) *server.AccountDetail {
			st := server.StreamDetail{
				Name: "S", Created: in.Snapshot.Time.Add(-time.Hour), Config: &server.StreamConfig{Replicas: 3, MaxBytes: 100, Discard: server.DiscardNew},
				State: server.StreamState{Bytes: 100}, Cluster: &server.ClusterInfo{Leader: "a"}, Mirror: &server.StreamSourceInfo{Name: "GONE", Active: -1},
				Consumer: []*server.ConsumerInfo{{Name: "C", Created: in.Snapshot.Time.Add(-time.Hour), Config: &server.ConsumerConfig{Replicas: 3}, Cluster: &server.ClusterInfo{Leader: "a"}}},
			}
			return &server.AccountDetail{Id: id, Name: name, Streams: []server.StreamDetail{st}}
		}
		first(&in).Jsz.AccountDetails = []*server.AccountDetail{detail("ONE", "CHAT"), detail("TWO", c.second)}
		in.Snapshot.Sharing = []fleet.Share{
			{Importer: "ONE", ImporterName: "CHAT", Exporter: "X", ExporterName: "X", Subject: "a", Type: "stream", State: "no export"},
			{Importer: "TWO", ImporterName: c.second, Exporter: "X", ExporterName: "X", Subject: "a", Type: "stream", State: "no export"},
		}
		seen, found := map[string]bool{}, map[string]int{}
		for _, res := range Run(in, All()) {
			for _, f := range res.Findings {
				if f.About.Account == "" {
					continue
				}
				if key := f.Check + "|" + f.Object + "|" + f.Where; seen[key] || seen[f.What] {
					t.Errorf("%s: two findings are %q in %q: %s", c.second, f.Object, f.Where, f.What)
				} else {
					seen[key], seen[f.What] = true, true
				}
				for i, id := range []string{"ONE", "TWO"} {
					if f.About.Account == id {
						found[f.Check+id]++
						if !strings.Contains(f.What, "account "+c.want[i]+" ") && !strings.Contains(f.What, "account "+c.want[i]+":") || strings.Contains(f.What, "(") != strings.Contains(c.want[i], "(") {
							t.Errorf("%s: %s", c.second, f.What)
						}
					}
				}
			}
		}
		for _, check := range []string{"replicas", "origins", "stream-limits", "sharing"} {
			if found[check+"ONE"] == 0 || found[check+"ONE"] != found[check+"TWO"] {
				t.Errorf("%s: %d and %d findings of %s", c.second, found[check+"ONE"], found[check+"TWO"], check)
			}
		}
	}
}
