// Package explain says what an error of a server means, where it comes from, and
// which command looks into it: the errors of the JetStream API, the texts of -ERR,
// the reasons for which a connection was closed, and the statuses of replies.
package explain

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Kind is where an error appears.
type Kind string

// The kinds of errors.
const (
	API      Kind = "JetStream API error"
	Protocol Kind = "-ERR of the protocol"
	Closed   Kind = "close reason"
	Status   Kind = "status of a reply"
)

// Entry is one error that a server tells.
type Entry struct {
	Kind   Kind
	Code   int      // of the JetStream API, or of a status; 0: it has none
	Status int      // of an error of the JetStream API, as in HTTP
	Text   string   // as the server says it; {name} stands for a value
	Means  string   // what happened
	From   string   // what sends it, and to whom
	Next   []string // natsctl commands that look into it, the best one first
}

// Label is the code, or the text of an error without one.
func (e Entry) Label() string {
	if e.Code == 0 {
		return e.Text
	}
	return strconv.Itoa(e.Code)
}

// ErrUnknown means that no server tells such an error.
var ErrUnknown = errors.New("no such error")

// All returns every error, those of the API first, by code.
func All() []Entry {
	return slices.Concat(apiEntries(), statuses(), protocolErrors(), closeReasons())
}

// Find returns the errors that a code or a text names: those that are exactly
// it, or else those that have every word of it, or else those that stand in it,
// since it is a message of a log or a client; the longest text first.
func Find(query string) ([]Entry, error) {
	all := All()
	if code, err := strconv.Atoi(strings.TrimSpace(query)); err == nil {
		if found := keep(all, func(e Entry) bool { return e.Code == code }); len(found) > 0 {
			return found, nil
		}
		return nil, fmt.Errorf("%w: code %d", ErrUnknown, code)
	}
	text := normal(query)
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil, fmt.Errorf("%w: %q", ErrUnknown, query)
	}
	for _, fits := range []func(Entry) bool{
		func(e Entry) bool { return normal(e.Text) == text && strings.Join(parts(text), "") != "" },
		func(e Entry) bool { return e.code(text) },
		func(e Entry) bool { return hasWords(normal(e.Text), words) },
		func(e Entry) bool { return matches(normal(e.Text), text) },
	} {
		if found := keep(all, fits); len(found) > 0 {
			slices.SortStableFunc(found, func(a, b Entry) int { return fixed(b.Text) - fixed(a.Text) })
			return found, nil
		}
	}
	return nil, fmt.Errorf("%w: %q", ErrUnknown, query)
}

func keep(all []Entry, fits func(Entry) bool) (kept []Entry) {
	for _, e := range all {
		if fits(e) {
			kept = append(kept, e)
		}
	}
	return kept
}

// code tells whether a message names the code of an API error, as clients and
// servers print it: "API error: code=404 err_code=10059 description=...".
func (e Entry) code(text string) bool {
	_, after, ok := strings.Cut(text, "err_code")
	digits := strings.FieldsFunc(after, func(r rune) bool { return r < '0' || r > '9' })
	return ok && e.Kind == API && len(digits) > 0 && digits[0] == strconv.Itoa(e.Code)
}

// normal is a text without what differs from one client to the next: case,
// quotes, the name of the library, the end of the sentence.
func normal(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	for _, lead := range []string{"-err ", "nats: ", "natsctl: ", "error: "} {
		text = strings.TrimPrefix(text, lead)
	}
	return strings.Join(strings.Fields(strings.Trim(strings.NewReplacer("'", "", `"`, "", "`", "").Replace(text), ".! \t\r\n")), " ")
}

// parts are the words of a text between its {values}.
func parts(text string) (between []string) {
	for part := range strings.SplitSeq(text, "{") {
		if _, after, ok := strings.Cut(part, "}"); ok {
			part = after
		}
		if part = strings.Trim(part, " :{}"); part != "" {
			between = append(between, part)
		}
	}
	return between
}

// fixed is how much of a text is not a value.
func fixed(text string) int { return len(strings.Join(parts(text), "")) }

// matches tells whether the parts of a text between its {values} stand in a
// message, in their order. A text that is a value alone matches nothing.
func matches(text, message string) bool {
	all := parts(text)
	for _, part := range all {
		_, rest, ok := strings.Cut(message, part)
		if !ok {
			return false
		}
		message = rest
	}
	return len(all) > 0
}

// hasWords tells whether a text has every word, but for its {values}.
func hasWords(text string, words []string) bool {
	text = strings.Join(parts(text), " ")
	for _, w := range words {
		if w = strings.Trim(w, "{}"); len(w) < 2 || !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
