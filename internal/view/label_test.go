package view_test

import (
	"bytes"
	"encoding/json"
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
	grids := map[string]view.Grid{
		"connections": view.NewGrid(view.Connections(false, false), slices.Values([]*fleet.ConnRow{conn(key, "CHAT"), conn("APP", "")})),
		"accounts":    view.NewGrid(view.Accounts(false), slices.Values([]*fleet.AccountRow{{Name: key, Label: "CHAT"}, {Name: "APP"}})),
		"sharing":     view.NewGrid(view.Sharing(), slices.Values([]*fleet.SharingRow{{Account: key, Label: "CHAT"}, {Account: "APP"}})),
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
