package exporter

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// hostileName has what a terminal interprets, and what an exposition must
// escape.
const hostileName = "a\x1b[31m\x07b\nc\"d\\e\u202ef\xff"

// No label carries what a terminal would interpret: names, reasons and
// subjects have the same visible escapes as on every screen.
func TestHostileLabels(t *testing.T) {
	snap := sampleFleet()
	snap.Servers[0].Info.Name, snap.Servers[0].Info.Host = hostileName, hostileName
	snap.Servers[0].AccountStatz.Accounts[0].Name = hostileName
	snap.Servers[0].Jsz.AccountDetails[0].Streams[0].Name, snap.Servers[0].Jsz.AccountDetails[0].Streams[0].Cluster.Leader = hostileName, hostileName
	snap.Servers[0].Connz.Conns = append(snap.Servers[0].Connz.Conns, &server.ConnInfo{Account: hostileName, Kind: hostileName, Lang: hostileName})
	snap.Missing = append(snap.Missing, fleet.Missing{ID: hostileName, Name: hostileName, Cluster: hostileName, Reason: fleet.Silent, Via: hostileName})
	e := exporterOf(t, snap, everything(), WithExporterNames(""))
	e.own.events.count(fleet.Event{Kind: fleet.EventDisconnect, Server: hostileName, Account: hostileName, Why: hostileName})
	e.own.events.count(fleet.Event{Kind: fleet.EventAdvisory, Account: hostileName, Subject: advisoryPrefix + hostileName + "." + hostileName + ".x"})
	text := scrapeText(t, e)
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if !utf8.ValidString(line) || strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) || r == 0x202e }) {
			t.Errorf("%q", line)
		}
	}
	const want = `a\x1b[31m\x07b\nc"d\e\u202ef\xff`
	series := seriesOf(t, text)
	for _, labels := range []string{"server_name=", "account_name=", "stream=", "lang=", "via=", "reason="} {
		found := false
		for key := range series {
			found = found || strings.Contains(key, labels+want)
		}
		if !found {
			t.Errorf("no series with %s%s", labels, want)
		}
	}
}

// A name of a megabyte does not make a page of a megabyte for each metric.
func TestLongLabelsAreCut(t *testing.T) {
	long := strings.Repeat("é", 1<<20)
	for _, tt := range []struct {
		name string
		size int
	}{{strings.Repeat("x", 1024), 1024}, {strings.Repeat("x", 1025), 1024}, {long, 1023}} {
		snap := oneServer()
		snap.Servers[0].Info.Host = tt.name
		for _, labels := range labelsOf(seriesOf(t, textOf(t, snap, false)), "nats_server_info") {
			if got := labels["host"]; len(got) != tt.size || !utf8.ValidString(got) {
				t.Errorf("%d bytes of %d", len(got), len(tt.name))
			}
		}
	}
}
