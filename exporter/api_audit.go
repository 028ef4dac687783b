package exporter

import (
	"encoding/json"
	"strings"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
)

// apiKinds are the requests of the JetStream API without names, longer ones
// before their prefixes. What follows a kind in a subject is a name, and names
// do not belong in the label of a counter.
var apiKinds = []string{
	"ACCOUNT.STREAM.CANCEL_MOVE", "ACCOUNT.STREAM.MOVE", "ACCOUNT.PURGE",
	"CONSUMER.DURABLE.CREATE", "CONSUMER.LEADER.STEPDOWN", "CONSUMER.MSG.NEXT", "CONSUMER.CREATE", "CONSUMER.DELETE",
	"CONSUMER.INFO", "CONSUMER.LIST", "CONSUMER.NAMES", "CONSUMER.PAUSE", "CONSUMER.PEER.EVACUATE", "CONSUMER.PEER.REMOVE", "CONSUMER.RESET", "CONSUMER.UNPIN",
	"DIRECT.GET", "META.LEADER.STEPDOWN", "META.RESCUE", "SERVER.EVACUATE", "SERVER.REMOVE",
	"STREAM.CANCEL_MOVE", "STREAM.LEADER.STEPDOWN", "STREAM.PEER.EVACUATE", "STREAM.PEER.REMOVE", "STREAM.MSG.DELETE", "STREAM.MSG.GET", "STREAM.CREATE", "STREAM.DELETE",
	"STREAM.INFO", "STREAM.LIST", "STREAM.NAMES", "STREAM.PURGE", "STREAM.RESTORE", "STREAM.SNAPSHOT", "STREAM.UPDATE",
	"INFO",
}

// apiKind returns the kind of API request of a subject.
func apiKind(subject string) string {
	_, rest, ok := strings.Cut(subject, ".API.") // "$JS.API." or "$JS.<domain>.API."
	if !ok {
		return scrape.NameOther
	}
	for _, kind := range apiKinds {
		if rest == kind || strings.HasPrefix(rest, kind+".") {
			return "$JS.API." + kind
		}
	}
	return scrape.NameOther
}

// audit counts an API request from its audit advisory.
func (m *accountMetrics) audit(account string, data []byte) {
	var a struct {
		Subject string `json:"subject"`
	}
	if json.Unmarshal(data, &a) != nil {
		return
	}
	m.apiAudit.WithLabelValues(apiKind(a.Subject), account).Inc()
}
