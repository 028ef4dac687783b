package checks

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// sharingChecks examine what accounts share with each other.
var sharingChecks = []*Check{
	{
		Name: "sharing", About: "Every import has its export, and what mirrors across accounts need is shared.",
		Why:   "Messages and requests through an import that is not active reach nobody, and nobody is told.",
		Next:  "See who shares what with whom: `natsctl auth graph`.",
		Needs: []fleet.Kind{fleet.Sharing, fleet.Jsz}, Asset: true, find: findSharing,
	},
}

// shareFault is what a state of a share means.
type shareFault struct {
	level fleet.Level
	next  string
}

// shareFaults are the states of shares, as package auth names them, but active. An
// export that no account imports is no fault.
var shareFaults = map[string]shareFault{
	"no export":       {fleet.Crit, "Export it from that account, or remove the import."},
	"no account":      {fleet.Crit, "Push the JWT of that account, or remove the import."},
	"no token":        {fleet.Crit, "Get an activation token from the exporting account, and put it into the import."},
	"token invalid":   {fleet.Crit, "Get a new activation token from the exporting account, and put it into the import."},
	"not for account": {fleet.Crit, "Import the subject that holds the key of the importing account."},
	"cycle":           {fleet.Crit, "Remove one import of the circle."},
	"invalid":         {fleet.Crit, "Look at both accounts: natsctl auth show ACCOUNT."},
	"shadows":         {fleet.Info, "Import under another local subject if the two must not be mixed."},
}

func findSharing(c *checkup) {
	for _, s := range c.Snapshot.Sharing {
		c.countObject()
		fault, ok := shareFaults[s.State]
		if !ok {
			continue
		}
		importer, exporter := c.account(s.Importer, s.ImporterName), c.account(s.Exporter, s.ExporterName)
		c.add(Finding{
			Level: fault.level, Object: importer + " " + cmp.Or(s.Local, s.Subject), Where: importer, Next: fault.next,
			What:  fmt.Sprintf("account %s imports the %s %s from account %s: %s", importer, s.Type, s.Subject, exporter, s.Why),
			About: Subject{Account: s.Importer},
		})
	}
	for _, o := range c.origins() {
		findFlowControl(c, o)
	}
}

// flowControl is the subject on which a mirror or source answers the flow control
// of its origin.
const flowControl = "$JS.FC.>"

// findFlowControl finds a mirror or source of another account that cannot answer
// the flow control of its origin.
func findFlowControl(c *checkup, o *fleet.OriginRow) {
	if o.External == "" || strings.HasPrefix(o.External, "$JS.") { // of the same account, or of another domain
		return
	}
	var from *fleet.Share
	for i, s := range c.Snapshot.Sharing {
		if s.Importer == o.AccountID && s.Type == "service" && server.SubjectsCollide(s.Local, o.External+".>") {
			from = &c.Snapshot.Sharing[i]
		}
	}
	if from == nil {
		return
	}
	c.countObject()
	for _, s := range c.Snapshot.Sharing {
		if s.Importer == o.AccountID && s.Exporter == from.Exporter && s.Type == "service" && server.SubjectsCollide(s.Local, flowControl) {
			return
		}
	}
	exporter := c.account(from.Exporter, from.ExporterName)
	c.add(Finding{
		Level: fleet.Crit, Object: o.Stream, Where: o.Account,
		What:  fmt.Sprintf("stream %s in account %s is a %s of %s in account %s, and does not import %s from there: it stalls when it gets much at once", o.Stream, o.Account, o.Role, o.Name, exporter, flowControl),
		Next:  fmt.Sprintf("Export the service %s from account %s, and import it into account %s.", flowControl, exporter, o.Account),
		About: Subject{Servers: []ServerRef{RefOf(o.Server)}, Account: o.AccountID, Stream: o.Stream},
	})
}

// ShareLevel returns the level of what accounts share, as the check judges it.
func ShareLevel(s fleet.Share) fleet.Level { return shareFaults[s.State].level }
