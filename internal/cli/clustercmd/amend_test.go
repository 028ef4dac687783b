package clustercmd

import (
	"strings"
	"testing"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// parsed is the command with flags as a person types them.
func parsed(t *testing.T, flags string) *clusterUp {
	t.Helper()
	c := &clusterUp{}
	app := kingpin.New("natsctl", "").Terminate(nil)
	c.Setup(app.Command("up", ""))
	if _, err := app.Parse(append([]string{"up"}, strings.Fields(flags)...)); err != nil {
		t.Fatal(err)
	}
	c.shape.Topology, c.shape.Clusters = spec.Topology(c.topology), split(c.clusters)
	return c
}

// rich is a specification with everything that flags could lose.
func rich() spec.Spec {
	return spec.Spec{
		Name: "mm", Auth: spec.AuthOperator, TLS: spec.TLS{Mode: spec.TLSMutual, CA: spec.CAPerCluster, Validity: "720h"}, Faults: true,
		Clusters: []spec.Cluster{{Name: "east", Nodes: 5, Tags: []string{"zone:a"}, Websocket: true}, {Name: "west", Nodes: 2, MQTT: true}},
		Leafs:    []spec.Leaf{{Name: "leaf", Count: 2, Remote: "west", Account: "CHAT", Isolated: true, Tags: []string{"rack:7"}}},
		Accounts: []spec.Account{{Name: "APP", Users: []spec.User{{Name: "app", Permissions: spec.Permissions{DenyPub: []string{"x"}}}}}, {Name: "CHAT", Users: []spec.User{{Name: "chat"}}}},
	}
}

// TestFlagsThatAreNotGivenKeepWhatIs changes a cluster that has everything by each flag alone: nothing but what the flag says is
// different.
func TestFlagsThatAreNotGivenKeepWhatIs(t *testing.T) {
	t.Parallel()
	for flags, want := range map[string][]string{
		"--nodes 4":           {"~ clusters[east].nodes: 5 -> 4", "~ clusters[west].nodes: 2 -> 4"},
		"--auth users":        {"~ auth: operator -> users"},
		"--tls":               {"~ tls.mode: mutual -> server"},
		"--mtls":              nil,
		"--no-mtls":           {"~ tls.mode: mutual -> server"},
		"--no-tls":            {"- tls.ca: per-cluster", "- tls.mode: mutual", "- tls.validity: 720h"},
		"--ca shared":         {"~ tls.ca: per-cluster -> shared"},
		"--cert-validity 1h":  {"~ tls.validity: 720h -> 1h"},
		"--websocket":         {"+ clusters[west].websocket: true"},
		"--no-websocket":      {"- clusters[east].websocket: true"},
		"--mqtt":              {"+ clusters[east].mqtt: true"},
		"--no-mqtt":           {"- clusters[west].mqtt: true"},
		"--no-jetstream":      {"+ noJetStream: true"},
		"--direct":            {"- faults: true"},
		"--no-direct":         nil,
		"--accounts APP,NEW":  {"- accounts[CHAT].users[chat]: {}", "+ accounts[NEW].users[new]: {}"},
		"--accounts APP,CHAT": nil,
		"--clusters east,west,eu": {
			"+ clusters[eu].nodes: 3",
		},
		"--clusters east,west,eu --nodes 2": {"~ clusters[east].nodes: 5 -> 2", "+ clusters[eu].nodes: 2"},
		"--leaf 1@west:CHAT":                {"~ leafnodes[leaf].count: 2 -> 1"},
		"--leaf 2@east":                     {"~ leafnodes[leaf].remote: west -> east"},
		"--topology super":                  {"- leafnodes[leaf].account: CHAT", "- leafnodes[leaf].count: 2", "- leafnodes[leaf].isolated: true", "- leafnodes[leaf].remote: west", "- leafnodes[leaf].tags[0]: rack:7"},
		"--topology mixed":                  nil,
	} {
		now := rich()
		got, err := parsed(t, flags).amend(now)
		if err == nil {
			got, err = got.Complete()
		}
		if err != nil {
			if flags == "--no-jetstream" && strings.Contains(err.Error(), "MQTT") || flags == "--accounts APP,NEW" && strings.Contains(err.Error(), "CHAT") {
				continue // refused, and nothing is lost
			}
			t.Errorf("%s: %v", flags, err)
			continue
		}
		if diff := spec.Diff(now, got); strings.Join(diff, "; ") != strings.Join(want, "; ") {
			t.Errorf("%s:\n got %s\nwant %s", flags, strings.Join(diff, "; "), strings.Join(want, "; "))
		}
		if d := spec.Diff(now, rich()); len(d) > 0 {
			t.Errorf("%s: the specification of now was changed: %v", flags, d)
		}
	}
}

// TestTopologyOfAClusterThatExists shrinks and grows a cluster by its topology alone: clusters keep their size.
func TestTopologyOfAClusterThatExists(t *testing.T) {
	t.Parallel()
	one := spec.Spec{Name: "one", Clusters: []spec.Cluster{{Name: "one", Nodes: 5}}}
	for flags, want := range map[string]string{
		"--topology single": "one:1", "--topology cluster": "one:5", "--topology hub": "one:5 leaf:2@one", "--topology super": "east:3 west:3",
		"--nodes 1": "one:1", "--leaf 1@one": "one:5 leaf:1@one", "--clusters one,two": "one:5 two:3",
	} {
		got, err := parsed(t, flags).amend(one)
		if err != nil {
			t.Errorf("%s: %v", flags, err)
			continue
		}
		if shape := shapeOf(got); shape != want {
			t.Errorf("%s: %s, want %s", flags, shape, want)
		}
	}
	if _, err := parsed(t, "--topology ring").amend(one); err == nil {
		t.Error("an unknown topology")
	}
}

func shapeOf(s spec.Spec) string {
	var out []string
	for _, c := range s.Clusters {
		out = append(out, c.Name+":"+string(rune('0'+c.Nodes)))
	}
	for _, l := range s.Leafs {
		out = append(out, l.Name+":"+string(rune('0'+l.Count))+"@"+l.Remote)
	}
	return strings.Join(out, " ")
}

// TestWhatIsGiven tells a command line that says what the cluster is to be from one that only starts it.
func TestWhatIsGiven(t *testing.T) {
	t.Parallel()
	for flags, want := range map[string]bool{
		"": false, "mm": false, "--wait 1s": false, "--slot 3": false, "--dry-run": false, "--yes": false, "--select": false, "--foreground": false,
		"--nodes 1": true, "--auth users": true, "--tls": true, "--no-tls": true, "--mtls": true, "--ca shared": true, "--cert-validity 1h": true, "--websocket": true,
		"--no-mqtt": true, "--accounts A": true, "--clusters a,b": true, "--leaf 1@a": true, "--topology hub": true, "--no-jetstream": true, "--direct": true,
	} {
		if got := parsed(t, flags).describesCluster(); got != want {
			t.Errorf("%q: given %v", flags, got)
		}
	}
}
