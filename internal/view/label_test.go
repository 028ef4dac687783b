package view_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// TestLabelsAreForPeople shows the name of an account in a table, and its key in
// every other form.
func TestLabelsAreForPeople(t *testing.T) {
	const key = "ACRJNOYAXTHP73XNUQTKCBYQSWS7DR6RSP7K3CKOOSIHUPHHSKEQBDV5"
	conn := func(account, tag string) *fleet.ConnRow {
		return &fleet.ConnRow{Server: &fleet.Server{}, Info: &server.ConnInfo{Account: account, NameTag: tag}}
	}
	stream := func(id, name string) *fleet.StreamRow {
		return &fleet.StreamRow{AccountID: id, Account: name, Detail: &server.StreamDetail{}}
	}
	grids := map[string]view.Grid{
		"connections": view.NewGrid(view.Connections(false, false), slices.Values([]*fleet.ConnRow{conn(key, "CHAT"), conn("APP", "")})),
		"accounts":    view.NewGrid(view.Accounts(false), slices.Values([]*fleet.AccountRow{{Name: key, Label: "CHAT"}, {Name: "APP"}})),
		"sharing":     view.NewGrid(view.Sharing(), slices.Values([]*fleet.SharingRow{{Account: key, Label: "CHAT"}, {Account: "APP"}})),
		"streams":     view.NewGrid(view.Streams(false), slices.Values([]*fleet.StreamRow{stream(key, "CHAT"), stream("APP", "APP")})),
		"consumers":   view.NewGrid(view.Consumers(false), slices.Values([]*fleet.ConsumerRow{{AccountID: key, Account: "CHAT", Info: &server.ConsumerInfo{}}, {AccountID: "APP", Account: "APP", Info: &server.ConsumerInfo{}}})),
		"origins":     view.NewGrid(view.Origins(), slices.Values([]*fleet.OriginRow{{AccountID: key, Account: "CHAT", Server: &fleet.Server{}}, {AccountID: "APP", Account: "APP", Server: &fleet.Server{}}})),
		"events":      view.NewGrid(view.Events(), slices.Values([]fleet.Event{{Account: key, AccountName: "CHAT"}, {Account: "APP"}})),
	}
	for name, grid := range grids {
		at, err := grid.Index("account")
		if err != nil {
			t.Fatal(err)
		}
		labeled := grid.Labeled()
		if got := labeled.Rows[0][at].Raw; got != "CHAT" || labeled.Rows[1][at].Raw != "APP" {
			t.Errorf("%s: a table shows %v and %v", name, got, labeled.Rows[1][at].Raw)
		}
		if grid.Rows[0][at].Raw != key {
			t.Errorf("%s: the grid itself was changed to %v", name, grid.Rows[0][at].Raw)
		}
		body, err := json.Marshal(grid.Records())
		if err != nil {
			t.Fatal(err)
		}
		var csv, wide bytes.Buffer
		if err := view.CSV(&csv, grid, true); err != nil {
			t.Fatal(err)
		}
		if err := view.TSV(&wide, grid, true); err != nil {
			t.Fatal(err)
		}
		for form, text := range map[string]string{"JSON": string(body), "CSV": csv.String(), "wide": wide.String()} {
			if !strings.Contains(text, key) {
				t.Errorf("%s: %s lacks the key: %s", name, form, text)
			}
		}
		groups, err := grid.GroupBy("account")
		if err != nil {
			t.Fatal(err)
		}
		if got := groups.Labeled().Rows[0][0].Raw; got != "CHAT" {
			t.Errorf("%s: a group is shown as %v", name, got)
		}
	}
}

// TestFilterTakesNameOrKey compares an account by its name or by its key, and
// refuses a name that several accounts have.
func TestFilterTakesNameOrKey(t *testing.T) {
	const chat, other, app = "ACRJNOYAXTHP73XNUQTKCBYQSWS7DR6RSP7K3CKOOSIHUPHHSKEQBDV5", "AA7CWIENNJ5BXZ5HZSUOKNO2JO6RYUNVK4TZUIZKWMLZUAP3UNFZPHPE", "APP"
	grid := func(accounts ...*fleet.AccountRow) view.Grid {
		return view.NewGrid(view.Accounts(false), slices.Values(accounts))
	}
	both := grid(&fleet.AccountRow{Name: chat, Label: "CHAT"}, &fleet.AccountRow{Name: app})
	twins := grid(&fleet.AccountRow{Name: chat, Label: "CHAT"}, &fleet.AccountRow{Name: app}, &fleet.AccountRow{Name: other, Label: "CHAT"})
	for _, c := range []struct {
		grid   view.Grid
		filter string
		want   []string // nil: refused
	}{
		{both, `account = "CHAT"`, []string{chat}},
		{both, `account == '` + chat + `'`, []string{chat}},
		{both, `account != "CHAT"`, []string{app}},
		{both, `account != "` + chat + `"`, []string{app}},
		{both, `account in ["CHAT", "APP"]`, []string{chat, app}},
		{both, `account startsWith "CH"`, []string{chat}},
		{both, `account = "ACRJNO"`, []string{}},
		{twins, `account = "APP"`, []string{app}},
		{twins, `account = "` + other + `"`, []string{other}},
		{twins, `account startsWith "CHA"`, []string{chat, other}},
		{twins, `account = "CHAT"`, nil},
		{twins, "account != `CHAT`", nil},
	} {
		got, err := view.Shape{Filter: c.filter}.Apply(c.grid)
		if c.want == nil {
			if !errors.Is(err, view.ErrFilter) || !strings.Contains(err.Error(), other+", "+chat) {
				t.Errorf("%s: %v", c.filter, err)
			}
			continue
		}
		keys := []string{}
		for _, row := range got.Rows {
			keys = append(keys, row[0].Raw.(string))
		}
		if err != nil || !slices.Equal(keys, c.want) {
			t.Errorf("%s: %q, %v", c.filter, keys, err)
		}
	}
}

// TestOwnConnections marks the connections of natsctl in a table, for filters
// and for programs, and no client that has a similar name.
func TestOwnConnections(t *testing.T) {
	conn := func(name, kind, form string) *fleet.ConnRow {
		return &fleet.ConnRow{Server: &fleet.Server{}, Info: &server.ConnInfo{Name: name, Kind: kind, Type: form}}
	}
	rows := []*fleet.ConnRow{conn("natsctl v1", "Client", "nats"), conn("natsctl v1", "", ""), conn("natsctl v1", "Client", "websocket"), conn("natsctl v1", "Leafnode", ""), conn("natsctlx", "Client", "nats"), conn("my natsctl v1", "Client", "nats"), conn("", "Client", "nats")}
	grid := view.NewGrid(view.Connections(false, false), slices.Values(rows))
	name, _ := grid.Index("name")
	for i, row := range grid.Labeled().Rows {
		if marked := row[name].Raw == "natsctl v1 (own)"; marked != (i < 2) || grid.Rows[i][name].Raw != rows[i].Info.Name {
			t.Errorf("row %d is shown as %q", i, row[name].Raw)
		}
	}
	for filter, want := range map[string]int{`own`: 2, `not own`: 5, `name = "natsctl v1"`: 4} {
		if got, err := (view.Shape{Filter: filter}).Apply(grid); err != nil || len(got.Rows) != want {
			t.Errorf("%s: %d rows, want %d, %v", filter, len(got.Rows), want, err)
		}
	}
}
