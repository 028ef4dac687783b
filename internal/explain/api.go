package explain

import (
	"slices"

	"github.com/nats-io/nats-server/v2/server"
)

// topic explains errors of the JetStream API that have one cause.
type topic struct {
	codes []int
	means string
	next  []string
}

// fromAPI is where errors of the JetStream API come from.
const fromAPI = "the JetStream server that has the stream or the meta leader, in its reply to a request to $JS.API.> or to a publish"

// general explains a code that no topic has: of a release newer than this table.
var general = topic{means: "The server refused the request and changed nothing; its text says why.", next: []string{"server report streams", "check"}}

// apiEntries are the errors that the linked server knows, by code.
func apiEntries() []Entry {
	byCode := map[int]topic{}
	for _, t := range slices.Concat(systemTopics, limitTopics, streamTopics, consumerTopics, publishTopics) {
		for _, code := range t.codes {
			byCode[code] = t
		}
	}
	out := make([]Entry, 0, len(server.ApiErrors))
	for _, e := range server.ApiErrors {
		t, ok := byCode[int(e.ErrCode)]
		if !ok {
			t = general
		}
		out = append(out, Entry{Kind: API, Code: int(e.ErrCode), Status: e.Code, Text: e.Description, Means: t.means, From: fromAPI, Next: t.next})
	}
	slices.SortFunc(out, func(a, b Entry) int { return a.Code - b.Code })
	return out
}
