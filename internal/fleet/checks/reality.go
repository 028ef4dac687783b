package checks

import "github.com/natsctl/natsctl/internal/fleet"

// realityChecks compare what JetStream is configured to do with what it does.
var realityChecks = []*Check{
	{
		Name: "filters", About: "Every durable consumer has messages that its filter matches.",
		Why:    "A consumer whose filter matches nothing delivers nothing, and its client gets no error.",
		Next:   "Compare the filter with the subjects that are published to; correct it with `nats consumer edit`.",
		Limits: []Limit{{Name: "unmatched_messages", About: "messages of a stream of which none matches the filter of a durable consumer", Warn: 100, Crit: never()}},
		Needs:  []fleet.Kind{fleet.Jsz}, Asset: true, find: findFilters,
	},
	{
		Name: "discarded", About: "No stream discards messages before its durable consumers got them.",
		Why:    "These messages are lost for the application: no error says so, neither to the publisher nor to the reader.",
		Next:   "Let the consumer catch up, or raise the limits of the stream; use discard: new or interest retention where nothing may be lost.",
		Limits: []Limit{{Name: "discarded_messages", About: "messages that a stream discarded before a durable consumer got them", Warn: 1, Crit: never()}},
		Needs:  []fleet.Kind{fleet.Jsz}, Asset: true, find: findDiscarded,
	},
	{
		Name: "redeliveries", About: "Consumers do not deliver many messages again.",
		Why:    "The same work is done again and again: clients fail on these messages, or need longer than ack_wait.",
		Next:   "Read the log of the application for these messages; raise ack_wait above its longest processing time, and set max_deliver.",
		Limits: []Limit{{Name: "redelivered_messages", About: "unacknowledged messages of a consumer that were delivered more than once", Warn: 100, Crit: 10_000}},
		Needs:  []fleet.Kind{fleet.Jsz}, Asset: true, find: findRedeliveries,
	},
	{
		Name: "max-waiting", About: "No consumer has as many waiting pull requests as it allows.",
		Why:   "Further pull requests are refused (409 Exceeded MaxWaiting): some clients get nothing.",
		Next:  "Raise max_waiting, or let fewer clients pull at once with shorter expiry.",
		Needs: []fleet.Kind{fleet.Jsz}, Asset: true, find: findMaxWaiting,
	},
	{
		Name: "placement", About: "Every stream is where its placement says.",
		Why:   "The stream may be moved, or cannot get a new replica, when one of its servers is lost.",
		Next:  "Correct the placement of the stream, or the server_tags of the servers.",
		Needs: []fleet.Kind{fleet.Jsz}, Asset: true, find: findPlacement,
	},
	{
		Name: "writes", About: "Every replica stores what its leader stores.",
		Why:    "A server that stopped writing loses everything since then when it becomes the leader, and it counts for the quorum until then.",
		Next:   "Look at the disk and the log of that server: full, read-only, or too slow; then restart it, so that it catches up.",
		Limits: []Limit{{Name: "unwritten_messages", About: "messages that leaders stored between two looks, of which a server stored none", Warn: 10, Crit: 1000}},
		Needs:  []fleet.Kind{fleet.Jsz}, Asset: true, Rates: true, find: findWrites,
	},
	{
		Name: "copies", About: "Replicas that are up to date hold the same messages.",
		Why:   "What a reader gets depends on which server leads; after the next election messages are missing.",
		Next:  "Look twice, and keep a backup of the stream first. Then remove the replica that differs and let it be added again, from a leader whose messages are right.",
		Needs: []fleet.Kind{fleet.Jsz}, Asset: true, Rates: true, find: findCopies,
	},
}
