package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/cli"
)

// rows runs a command over a recording and returns the rows of its table.
func rows(t *testing.T, args ...string) []map[string]any {
	t.Helper()
	out, words, _ := play(t, false, append(args, "-o", "json")...)
	var doc struct{ Rows []map[string]any }
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Fatalf("%v: %v: %s", args, err, words)
	}
	return doc.Rows
}

// column is one column of rows, as text.
func column(rows []map[string]any, name string) (values []string) {
	for _, r := range rows {
		values = append(values, fmt.Sprint(r[name]))
	}
	return values
}

// TestShapeOfEveryTable sorts, reverses, cuts and filters every table that a
// recording gives: the flags act on rows, and always in the same sense.
func TestShapeOfEveryTable(t *testing.T) {
	tables := [][]string{{"server", "ls"}}
	for _, name := range reportNames() {
		if name != "sharing" {
			tables = append(tables, []string{"server", "report", name})
		}
	}
	cut := 0
	for _, cmd := range tables {
		base := append(slices.Clone(cmd), "--replay", superRecording)
		all := rows(t, base...)
		if len(all) < 2 {
			continue
		}
		cut++
		if got := rows(t, append(base, "--limit", "1")...); len(got) != 1 || !reflect.DeepEqual(got[0], all[0]) {
			t.Errorf("%v --limit 1: %v, want the first row", cmd, got)
		}
		if got := rows(t, append(base, "--filter", "1 = 2")...); len(got) != 0 {
			t.Errorf("%v: %d rows pass a filter that nothing passes", cmd, len(got))
		}
		for _, name := range slices.Sorted(maps.Keys(all[0])) {
			text, _ := all[0][name].(string)
			if _, err := time.Parse(time.RFC3339Nano, text); text != "" && err != nil { // times are compared, not matched
				checkFilter(t, base, all, name, text)
				break
			}
		}
	}
	if cut < 5 {
		t.Errorf("only %d tables had rows", cut)
	}
}

// checkFilter keeps the rows that have a value, and no others.
func checkFilter(t *testing.T, base []string, all []map[string]any, name, value string) {
	t.Helper()
	want := 0
	for _, got := range column(all, name) {
		if got == value {
			want++
		}
	}
	if got := rows(t, append(base, "--filter", fmt.Sprintf("%s = %q", name, value))...); len(got) != want {
		t.Errorf("%v --filter %s = %q: %d rows, want %d", base, name, value, len(got), want)
	}
}

// TestOrderOfServers orders servers by numbers, largest first, and by words,
// from A to Z.
func TestOrderOfServers(t *testing.T) {
	ls := []string{"server", "ls", "--replay", superRecording}
	for _, tt := range []struct{ sort, column, want string }{
		{"conns", "conns", "3 3 2 1 1 1 1"},
		{"subs", "subs", "372 372 372 285 285 285 278"},
		{"name", "name", "east-1 east-2 east-3 edge west-1 west-2 west-3"},
		{"cluster", "cluster", "east east east edge west west west"},
	} {
		sorted := column(rows(t, append(ls, "--sort", tt.sort)...), tt.column)
		if got := strings.Join(sorted, " "); got != tt.want {
			t.Errorf("--sort %s: %s, want %s", tt.sort, got, tt.want)
		}
		slices.Reverse(sorted)
		for _, flag := range []string{"--reverse", "-R"} {
			if got := column(rows(t, append(ls, "--sort", tt.sort, flag)...), tt.column); !slices.Equal(got, sorted) {
				t.Errorf("--sort %s %s: %v, want %v", tt.sort, flag, got, sorted)
			}
		}
	}
	top := column(rows(t, append(ls, "--sort", "conns", "--limit", "2", "--filter", `cluster = "west"`)...), "name")
	if got := strings.Join(top, " "); got != "west-2 west-1" {
		t.Errorf("filtered, sorted, then cut: %s", got)
	}
}

// TestScopeOfServers narrows a question by each flag alone.
func TestScopeOfServers(t *testing.T) {
	for _, tt := range []struct{ flag, value, want string }{
		{"--cluster", "west", "west-1 west-2 west-3"},
		{"--name", "east-2", "east-2"},
		{"--host", "127.0.0.1", "east-1 east-2 east-3 edge west-1 west-2 west-3"},
		{"--tag", "cluster:east", "east-1 east-2 east-3"},
	} {
		got := column(rows(t, "server", "ls", "--replay", superRecording, tt.flag, tt.value), "name")
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s %s: %v, want %s", tt.flag, tt.value, got, tt.want)
		}
	}
	for _, flag := range []string{"--cluster", "--name", "--host", "--tag"} {
		if out, _, code := play(t, false, "server", "ls", "--replay", superRecording, flag, "absent", "-o", "json"); code == cli.ExitOK && strings.Contains(out, `"east-1"`) {
			t.Errorf("%s absent shows servers", flag)
		}
	}
}
