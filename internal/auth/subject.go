package auth

import (
	"strings"

	"github.com/nats-io/nats-server/v2/server"
)

// rule is one entry of a list of permissions: a subject, and for subscriptions
// the queue groups that it is limited to.
type rule struct {
	text   string // as it was written
	tokens []string
	queue  string // "" for any subscription
}

// rules compiles a list of permissions. As in the server, an entry that is not a
// valid subject has no effect (nats-server, client.go, setPermissions). Entries
// of publish lists have no queue group; one in a deny list loses it.
func rules(list []string, queues bool) []rule {
	out := make([]rule, 0, len(list))
	for _, text := range list {
		subject, queue, ok := text, "", server.IsValidSubject(text)
		if !ok || queues {
			subject, queue, ok = splitQueue(text)
		}
		if ok {
			out = append(out, rule{text: text, tokens: strings.Split(subject, "."), queue: queue})
		}
	}
	return out
}

// literalRules is rules for the publish allow list, where an entry with a queue
// group is invalid.
func literalRules(list []string) []rule {
	var valid []string
	for _, text := range list {
		if server.IsValidSubject(text) {
			valid = append(valid, text)
		}
	}
	return rules(valid, false)
}

// splitQueue splits "subject queue" (nats-server, client.go, splitSubjectQueue).
func splitQueue(text string) (subject, queue string, ok bool) {
	words := strings.Fields(text)
	switch len(words) {
	case 1:
		return words[0], "", server.IsValidSubject(words[0])
	case 2:
		return words[0], words[1], server.IsValidSubject(words[0]) && server.IsValidSubject(words[1])
	}
	return "", "", false
}

// matches reports whether a rule applies to a subject as the server's own lists
// of permissions do: a wildcard of the rule matches any token, a wildcard of the
// subject included (nats-server, sublist.go, matchLevel).
func (r rule) matches(tokens []string) bool {
	for i, token := range r.tokens {
		switch {
		case token == ">":
			return len(tokens) > i
		case i >= len(tokens):
			return false
		case token != "*" && token != tokens[i]:
			return false
		}
	}
	return len(tokens) == len(r.tokens)
}

// serves reports whether a queue group is one that the rule names; a name of the
// rule may hold wildcards.
func (r rule) serves(queue string) bool {
	return r.queue == queue || strings.ContainsAny(r.queue, "*>") && server.SubjectMatchesFilter(queue, r.queue)
}

func (r rule) subject() string { return strings.Join(r.tokens, ".") }

// tokensOf splits a subject; nil if a token is empty, which no rule matches.
func tokensOf(subject string) []string {
	tokens := strings.Split(subject, ".")
	for _, t := range tokens {
		if t == "" {
			return nil
		}
	}
	return tokens
}

// hasWildcard reports whether a subject holds a wildcard token.
func hasWildcard(subject string) bool {
	for token := range strings.SplitSeq(subject, ".") {
		if token == "*" || token == ">" {
			return true
		}
	}
	return false
}
