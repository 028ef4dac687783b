package main

import (
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
)

// failServices reaches the rows of the commands about services: first where none
// is, then with an instance that never answers.
func failServices(t *testing.T, table *usedTable, home, system, limited, app string) {
	t.Helper()
	expect := func(line string, code int, words string) {
		t.Helper()
		if got, out := runApp(t, table.program(), home, strings.Fields(line)...); got != code || !strings.Contains(out, words) {
			t.Errorf("natsctl %s: exit code %d, want %d and %q: %s", line, got, code, words, out)
		}
	}
	expect("service ls -s "+system, 2, "live in accounts")
	expect("service check -s "+app, 1, "no services")
	expect("service ls orders -s "+app, 1, "no such service")
	expect("service ls -s "+limited, 3, "cannot tell whether every instance answered")
	nc, err := nats.Connect(app)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	for _, subject := range []string{"$SRV.PING.orders.S", "$SRV.STATS", "$SRV.STATS.orders.S"} {
		if _, err := nc.Subscribe(subject, func(*nats.Msg) {}); err != nil {
			t.Fatal(err)
		}
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	expect("service ls -s "+app, 3, "instance S of orders")
	expect("service check -s "+app, 6, "services have findings: 1 in 1 service")
}
