package exporter

import (
	"regexp"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
)

// descText extracts the name and help from client_golang's description, which
// has no accessors for them.
var descText = regexp.MustCompile(`fqName: "([^"]+)", help: "((?:[^"\\]|\\.)*)", .*variableLabels: \{([^}]*)\}`)

// ownDescriptions lists the exporter's metrics about itself and about events:
// name, help and labels.
func ownDescriptions() [][3]string {
	own := newOwnMetrics(&config{surveyor: true})
	own.connection(&connection{})
	all := slices.Concat(own.counted, newLatencyMetrics().all(), newAccountMetrics().all())
	var out [][3]string
	for _, c := range all {
		ch := make(chan *prometheus.Desc, 8)
		c.Describe(ch)
		close(ch)
		for d := range ch {
			if m := descText.FindStringSubmatch(d.String()); m != nil {
				out = append(out, [3]string{m[1], m[2], m[3]})
			}
		}
	}
	return out
}

// ownNames lists only the names.
func ownNames() []string {
	var names []string
	for _, d := range ownDescriptions() {
		names = append(names, d[0])
	}
	return names
}
