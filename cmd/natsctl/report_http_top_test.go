package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/cli"
)

// pageOf is the page of the dashboard that shows what a report does.
var pageOf = map[string]string{
	"connections": "conns", "accounts": "accounts", "routes": "links", "gateways": "links", "leafnodes": "links",
	"streams": "streams", "consumers": "consumers", "jetstream": "peers",
}

// compareDashboard compares the pages of the dashboard and its header with what
// the monitoring ports say, as [compareReports] does the reports.
func compareDashboard(t *testing.T, url string, nodes []monitored) {
	t.Helper()
	pages := map[string][]object{}
	for _, r := range httpReports() {
		page, ok := pageOf[r.name]
		if !ok {
			continue
		}
		t.Run(page+" of "+r.name, func(t *testing.T) {
			before := r.rows(scrapeAll(t, nodes, r.paths))
			pages[page] = rowsOf(t, url, "top", "--once", "--every", "1s", "--view", page, "-o", "json")
			after := r.rows(scrapeAll(t, nodes, r.paths))
			found := 0
			for _, row := range pages[page] {
				key := keyOf(r, row)
				if later := after[key]; before[key] != nil && later != nil {
					found++
					compareCells(t, key, row, before[key], later)
				}
			}
			if found < len(before) {
				t.Errorf("%d rows of %d", found, len(before))
			}
		})
	}
	t.Run("header", func(t *testing.T) { compareHeader(t, url, nodes) })
}

// keyOf is the key of a row as the report has it; the links of all kinds stand
// on one page, under from and to.
func keyOf(r httpReport, row object) string {
	var parts []string
	for _, k := range r.key {
		switch k {
		case "hub":
			k = "from"
		case "spoke":
			k = "to"
		}
		parts = append(parts, fmt.Sprint(row[k]))
	}
	return strings.Join(parts, " ")
}

// compareCells compares what the ports tell of a row; rates and what a page
// adds they do not.
func compareCells(t *testing.T, key string, row, before, after object) {
	t.Helper()
	for column, got := range row {
		a, known := before[column]
		if !known || a == nil || strings.HasSuffix(column, "_per_second") || linkWords[column] {
			continue
		}
		if !agrees(got, a, after[column]) {
			t.Errorf("%s: %s is %v, the monitoring port says %v, then %v", key, column, got, a, after[column])
		}
	}
}

// linkWords are columns of links that mean another thing in the report of one
// kind, and are texts.
var linkWords = map[string]bool{"to": true, "from": true, "cluster": true, "pool": true, "connections": true, "accounts": true}

var headerNumber = regexp.MustCompile(`(\d+)/(\d+) servers|conns ([\d,]+)|slow (\d+)|js (\d+) srv`)

// compareHeader compares the sums of the header.
func compareHeader(t *testing.T, url string, nodes []monitored) {
	before := scrapeAll(t, nodes, nil)
	var frame string
	insist(t, func() error {
		out, words, code := ask(t, url, "top", "--once", "--every", "1s", "--width", "200")
		frame = out
		return when(code == cli.ExitOK, words)
	})
	rows := rowsOf(t, url, "top", "--once", "--every", "1s", "--view", "servers", "-o", "json")
	after := scrapeAll(t, nodes, nil)
	has := map[string]float64{}
	for _, m := range headerNumber.FindAllStringSubmatch(frame, -1) {
		for i, name := range []string{"answered", "expected", "conns", "slow", "js"} {
			if m[i+1] != "" {
				has[name], _ = strconv.ParseFloat(strings.ReplaceAll(m[i+1], ",", ""), 64)
			}
		}
	}
	sum := func(all []scrape, field string) (n float64) {
		for _, s := range all {
			n += num(s.at["/varz"], field)
		}
		return n
	}
	own := 1.0
	for name, field := range map[string]string{"conns": "connections", "slow": "slow_consumers"} {
		if lo, hi := sum(before, field), sum(after, field); has[name] < min(lo, hi) || has[name] > max(lo, hi)+own {
			t.Errorf("%s %v, the servers' sum is %v, then %v", name, has[name], lo, hi)
		}
	}
	if n := float64(len(nodes)); has["answered"] != n || has["expected"] != n || has["js"] != n {
		t.Errorf("%v of %d servers", has, len(nodes))
	}
	if _, ok := has["slow"]; !ok {
		t.Errorf("the header is not read:\n%s", frame)
	}
	if len(rows) != len(nodes) {
		t.Errorf("%d rows of servers", len(rows))
	}
	for _, row := range rows {
		for i, s := range before {
			if s.name == row["name"] {
				compareServer(t, row, s.at["/varz"], after[i].at["/varz"])
			}
		}
	}
}

// compareServer compares one row of the Servers page.
func compareServer(t *testing.T, row, before, after object) {
	t.Helper()
	for column, field := range map[string]string{
		"conns": "connections", "slow_consumers": "slow_consumers", "leafs": "leafnodes", "in_msgs": "in_msgs", "out_bytes": "out_bytes", "cores": "cores",
	} {
		got, ok := row[column].(float64)
		if lo, hi := num(before, field), num(after, field); ok && (got < min(lo, hi) || got > max(lo, hi)+1) {
			t.Errorf("%v: %s is %v, the monitoring port says %v, then %v", row["name"], column, got, lo, hi)
		}
	}
	if row["version"] != before["version"] {
		t.Errorf("%v: version %v, not %v", row["name"], row["version"], before["version"])
	}
}

type notYet string

func (n notYet) Error() string { return string(n) }

func when(ok bool, not string) error {
	if ok {
		return nil
	}
	return notYet(not)
}
