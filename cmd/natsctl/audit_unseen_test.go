package main

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestUnseenIsNotShown plays a fleet in which nothing ever happened and nothing
// is limited: what servers say for that (the year 1, -1, the largest number) is
// shown as a value nowhere, and no age counts from the year 1 or 1970.
func TestUnseenIsNotShown(t *testing.T) {
	rec := unseenRecording(t)
	sentinel := regexp.MustCompile(`^(-1|2147483647|4294967295|9223372036854775807|18446744073709551615|\d{3,}y.*|0001-.*|1970-.*|-\d.*)$`)
	for _, cmd := range append(replayCommands(), []string{"server", "ls"}) {
		for _, format := range []string{"csv", "table", "wide", "json"} {
			if !slices.Contains(formatsOf(cmd), format) {
				continue
			}
			out, words, _ := play(t, format == "wide", append(slices.Clone(cmd), "--replay", rec, "--csv-raw", "-o", format)...)
			if format != "csv" { // which shows cells alone
				for _, bad := range placeholders {
					if at := strings.Index(out+words, bad); at >= 0 {
						t.Errorf("%v -o %s shows %q: ...%q", cmd, format, bad, (out + words)[max(0, at-60):at+len(bad)])
					}
				}
				continue
			}
			rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
			if err != nil || len(rows) < 1 {
				t.Errorf("%v: %v, %.200s", cmd, err, out+words)
				continue
			}
			for _, row := range rows[1:] {
				for i, cell := range row {
					if sentinel.MatchString(cell) {
						t.Errorf("%v: column %s shows %q", cmd, rows[0][i], cell)
					}
				}
			}
		}
	}
}

// unseenRecording is the snapshots of a recording with every number, time and duration
// that servers tell at the value that means nothing.
func unseenRecording(t *testing.T) string {
	t.Helper()
	in, err := os.Open(superRecording)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	plain, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(plain)
	lines.Buffer(nil, 64<<20)
	var rec strings.Builder
	for lines.Scan() {
		var snap map[string]any
		if err := json.Unmarshal(lines.Bytes(), &snap); err != nil {
			t.Fatal(err)
		}
		servers, _ := snap["servers"].([]any)
		for _, sv := range servers {
			for name, told := range sv.(map[string]any) {
				if name != "server" {
					sv.(map[string]any)[name] = unseen(name, told)
				}
			}
		}
		body, err := json.Marshal(snap)
		if err != nil {
			t.Fatal(err)
		}
		if servers != nil {
			rec.Write(append(body, '\n'))
		}
	}
	path := filepath.Join(t.TempDir(), "unseen.ndjson")
	if err := os.WriteFile(path, []byte(rec.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// unseen replaces what a value tells, and keeps the shape and the names.
func unseen(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = unseen(key, inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = unseen(name, inner)
		}
	case float64:
		switch name {
		case "max_msgs", "max_bytes", "max_consumers", "max_msg_size", "max_msgs_per_subject", "max_deliver", "max_ack_pending", "max_subscriptions":
			return -1
		}
		return 0
	case string:
		if _, err := time.Parse(time.RFC3339Nano, v); err == nil {
			return "0001-01-01T00:00:00Z"
		}
		if _, err := time.ParseDuration(v); err == nil {
			return "0s"
		}
	}
	return v
}
