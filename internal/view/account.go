package view

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Account is everything known about one account, as JSON and as text.
type Account struct {
	Schema    string                        `json:"schema"`
	Time      time.Time                     `json:"time"`
	Name      string                        `json:"account"`
	User      *server.UserInfo              `json:"user,omitempty"`    // the requesting user, if it is in this account
	Details   *server.AccountInfo           `json:"details,omitempty"` // as one server reports it; for a system user
	JetStream *server.JetStreamAccountStats `json:"jetstream,omitempty"`
	Hidden    []string                      `json:"not_visible,omitempty"`
	Row       *fleet.AccountRow             `json:"-"` // the servers' statistics; in JSON as usage
}

// MarshalJSON adds the row of the table of accounts, as usage.
func (a Account) MarshalJSON() ([]byte, error) {
	type plain Account
	var usage *Record
	if a.Row != nil {
		usage = &NewGrid(Accounts(false), slices.Values([]*fleet.AccountRow{a.Row})).Records()[0]
	}
	return json.Marshal(struct {
		plain
		Usage *Record `json:"usage,omitempty"`
	}{plain(a), usage})
}

// tag is the operator's name for the account; empty if unknown.
func (a Account) tag() string {
	switch {
	case a.Details != nil && a.Details.NameTag != "":
		return a.Details.NameTag
	case a.Row != nil && a.Row.Label != "":
		return a.Row.Label
	case a.User != nil:
		return a.User.AccountName
	}
	return ""
}

// Lines returns the names and values to print, safe for a terminal.
func (a Account) Lines() [][2]string {
	lines := [][2]string{{"Account", Text(a.Name)}}
	if tag := a.tag(); tag != "" && tag != a.Name {
		lines = [][2]string{{"Account", Text(tag)}, {"Public key", Text(a.Name)}}
	}
	if u := a.User; u != nil {
		lines = append(lines, [2]string{"You are", Text(cmp.Or(u.UserName, u.UserID))})
		if u.UserName != "" && u.UserName != u.UserID {
			lines = append(lines, [2]string{"Your key", Text(u.UserID)})
		}
		lines = append(lines, [2]string{"Permissions", Permissions(u.Permissions)})
		if u.Expires > 0 {
			lines = append(lines, [2]string{"Expires in", Duration(u.Expires.Seconds())})
		}
	}
	if d := a.Details; d != nil {
		lines = append(lines,
			[2]string{"System account", Plain.Format(d.IsSystem)},
			[2]string{"Expired", Plain.Format(d.Expired)}, [2]string{"JetStream", Plain.Format(d.JetStream)},
			[2]string{"Exports", fmt.Sprint(len(d.Exports))}, [2]string{"Imports", fmt.Sprint(len(d.Imports))},
			[2]string{"Mappings", fmt.Sprint(len(d.Mappings))},
		)
	}
	if a.Row != nil {
		cols := Accounts(false)
		for i, cell := range Cells(cols, a.Row) {
			if cell.Raw != nil && !a.said(cols[i].Name) {
				lines = append(lines, [2]string{cols[i].Title, cell.Text()})
			}
		}
	}
	lines = append(lines, jetStreamLines(a.JetStream)...)
	for i, what := range a.Hidden {
		name := "Not visible"
		if i > 0 {
			name = ""
		}
		lines = append(lines, [2]string{name, Text(what)})
	}
	return lines
}

// said reports whether another line already shows a column of the row, or
// whether it is a rate, which needs two snapshots.
func (a Account) said(column string) bool {
	switch column {
	case "account", "label":
		return true
	case "system":
		return a.Details != nil
	}
	return strings.HasSuffix(column, "_per_second")
}

func joined(list []string) string { return strings.Join(list, ", ") }

// Permissions describes what a user may publish and subscribe to, safe for a
// terminal; nil means everything in its account.
func Permissions(p *server.Permissions) string {
	if p == nil {
		return "everything in the account"
	}
	part := func(what string, sp *server.SubjectPermission) string {
		switch {
		case sp == nil || len(sp.Allow)+len(sp.Deny) == 0:
			return what + " everything"
		case len(sp.Deny) == 0:
			return what + " " + joined(sp.Allow)
		case len(sp.Allow) == 0:
			return what + " everything but " + joined(sp.Deny)
		}
		return what + " " + joined(sp.Allow) + " but not " + joined(sp.Deny)
	}
	return Text(part("publish", p.Publish) + "; " + part("subscribe", p.Subscribe))
}

// jetStreamLines returns the JetStream usage and limits of an account.
func jetStreamLines(js *server.JetStreamAccountStats) [][2]string {
	if js == nil {
		return nil
	}
	lines := [][2]string{
		{"JetStream domain", Text(js.Domain)},
		{"Streams", of(js.Streams, int64(js.Limits.MaxStreams), Count)},
		{"Consumers", of(js.Consumers, int64(js.Limits.MaxConsumers), Count)},
		{"Store", of(js.Store, js.Limits.MaxStore, Bytes)},
		{"Memory", of(js.Memory, js.Limits.MaxMemory, Bytes)},
	}
	for name, tier := range js.Tiers {
		lines = append(lines, [2]string{"Tier " + Text(name), fmt.Sprintf("%s streams, %s store",
			of(tier.Streams, int64(tier.Limits.MaxStreams), Count), of(tier.Store, tier.Limits.MaxStore, Bytes))})
	}
	slices.SortStableFunc(lines[5:], func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return lines
}

// of formats a usage with its limit, if there is one.
func of(used any, limit int64, unit Unit) string {
	if limit <= 0 {
		return unit.Format(used)
	}
	return unit.Format(used) + " of " + unit.Format(limit)
}
