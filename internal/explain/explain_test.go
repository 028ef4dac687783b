package explain

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
)

// TestEveryCodeIsExplained finds each error of the JetStream API of the linked
// server in exactly one topic, and no topic with a code that no server has.
func TestEveryCodeIsExplained(t *testing.T) {
	topics := map[int]int{}
	for _, topic := range slices.Concat(systemTopics, limitTopics, streamTopics, consumerTopics, publishTopics) {
		for _, code := range topic.codes {
			topics[code]++
		}
	}
	for _, e := range server.ApiErrors {
		if n := topics[int(e.ErrCode)]; n != 1 {
			t.Errorf("%d topics explain %d %s", n, e.ErrCode, e.Description)
		}
		delete(topics, int(e.ErrCode))
	}
	for code := range topics {
		t.Errorf("no server tells %d", code)
	}
}

// TestEveryCloseReasonIsExplained goes through the reasons of the linked server:
// they are numbered from 1.
func TestEveryCloseReasonIsExplained(t *testing.T) {
	rows := map[server.ClosedState]int{}
	for _, r := range closedRows {
		rows[r.reason]++
	}
	for reason := server.ClientClosed; reason.String() != server.ClosedState(0).String(); reason++ {
		if rows[reason] != 1 {
			t.Errorf("%d rows explain %s", rows[reason], reason)
		}
	}
}

// TestEntries wants everything of each entry, its sentences whole.
func TestEntries(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range All() {
		if e.Text == "" || e.From == "" || e.Kind == "" || e.Label() == "" {
			t.Errorf("incomplete: %+v", e)
		}
		if n := len(e.Means); n < 20 || e.Means[n-1] != '.' {
			t.Errorf("%s: %q is no sentence", e.Label(), e.Means)
		}
		key := string(e.Kind) + "/" + strconv.Itoa(e.Code) + "/" + e.Text
		if seen[key] {
			t.Errorf("twice: %s", key)
		}
		seen[key] = true
		if (e.Kind == API) != (e.Status >= 400) {
			t.Errorf("%s: status %d", e.Label(), e.Status)
		}
	}
}

// TestStatusCodes wants each code of a reply beside the words that servers send with it.
func TestStatusCodes(t *testing.T) {
	want := map[int]string{
		100: "Idle Heartbeat", 400: "Bad Request", 404: "No Messages", 408: "Request Timeout",
		409: "Exceeded MaxWaiting", 423: "Nats-Pin-Id mismatch", 503: "No Responders",
	}
	for _, e := range All() {
		if e.Kind != Status {
			continue
		}
		if text := want[e.Code]; text == "" || !strings.HasPrefix(e.Text, text) {
			t.Errorf("%d is %q, want %q", e.Code, e.Text, text)
		}
		delete(want, e.Code)
	}
	if len(want) > 0 {
		t.Errorf("not explained: %v", want)
	}
}

// TestFind asks as people do: by code, by the text of a log, of a client and of
// CONNZ, by a few words.
func TestFind(t *testing.T) {
	for _, tt := range []struct {
		query string
		want  []string
	}{
		{"10059", []string{"10059"}},
		{" 10059 ", []string{"10059"}},
		{"503", []string{"503"}},
		{"stream not found", []string{"10059"}},
		{"Stream Not Found.", []string{"10059"}},
		{"nats: API error: code=404 err_code=10059 description=stream not found", []string{"10059"}},
		{`{"code":400,"err_code":10005,"description":"no suitable peers for placement"}`, []string{"10005"}},
		{"err_code=10058 while 10059 others wait", []string{"10058"}},
		{"wrong last sequence: 17", []string{"10071", "10164"}},
		{"wrong last sequence", []string{"10164"}},
		{"nats: authorization violation", []string{"Authorization Violation"}},
		{"-ERR 'Authorization Violation'", []string{"Authorization Violation"}},
		{`nats: Permissions Violation for Publish to "orders.10003"`, []string{`Permissions Violation for Publish to "{subject}"`}},
		{`Permissions Violation for Subscription to "a.b" using queue "q"`, []string{`Permissions Violation for Subscription to "{subject}" using queue "{queue}"`, `Permissions Violation for Subscription to "{subject}"`}},
		{"Slow Consumer (Write Deadline)", []string{"Slow Consumer (Write Deadline)"}},
		{"stale connection", []string{"Stale Connection", "Stale Connection"}},
		{"consumer priority group exist", []string{"10160"}},
		{"maxwaiting", []string{"409"}},
	} {
		found, err := Find(tt.query)
		var got []string
		for _, e := range found {
			got = append(got, e.Label())
		}
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, %v; want %q", tt.query, got, err, tt.want)
		}
	}
	for _, query := range []string{"", "  ", "'", "9", "10001", "99999", "the moon is full", "err_code", "err_code=1", "{"} {
		if found, err := Find(query); !errors.Is(err, ErrUnknown) || len(found) > 0 {
			t.Errorf("%q: %d errors, %v", query, len(found), err)
		}
	}
}
