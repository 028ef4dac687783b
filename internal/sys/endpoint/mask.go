package endpoint

import (
	"bytes"

	"github.com/nats-io/nkeys"
)

// mask replaces a secret in a field that servers show to others: the same mask
// as everywhere, see the package context.
const mask = "********"

// Masked returns a server's answer without passwords in URLs and without nkey
// seeds, wherever they are: in names, tags, descriptions, metadata. Without any,
// it returns body itself. Its time is linear in the length of body, whatever
// its content.
func Masked(body []byte) []byte { return withoutSeeds(withoutUserinfo(body)) }

// edits replaces parts of a text, from front to back.
type edits struct {
	body, out []byte
	kept      int // body up to here is in out
}

// replace replaces body[from:to] by with.
func (e *edits) replace(from, to int, with string) {
	e.out = append(append(e.out, e.body[e.kept:from]...), with...)
	e.kept = to
}

// text returns body with all replacements; body itself if there is none.
func (e *edits) text() []byte {
	if e.kept == 0 {
		return e.body
	}
	return append(e.out, e.body[e.kept:]...)
}

// withoutUserinfo hides what precedes the host in URLs; a password may contain
// nearly anything, so it hides too much of a list of URLs rather than too little.
func withoutUserinfo(body []byte) []byte {
	e := edits{body: body}
	for at := 0; ; {
		i := bytes.Index(body[at:], []byte("://"))
		if i < 0 {
			return e.text()
		}
		start := at + i + len("://")
		end := start
		for end < len(body) && !endsURL(body[end]) {
			end++
		}
		if at+i > 0 && inScheme(body[at+i-1]) {
			if k := bytes.LastIndexByte(body[start:end], '@'); k >= 0 {
				e.replace(start, start+k, mask)
			}
		}
		at = end
	}
}

func endsURL(c byte) bool {
	return c == '"' || c == '<' || c == '>' || c == ' ' || c >= '\t' && c <= '\r'
}

func inScheme(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '.' || c == '-'
}

const (
	// seedLength is the length of an encoded nkey seed.
	seedLength = 58
	// maxLookalikes is how many words that only look like seeds are checked; in a
	// text with more, all are hidden.
	maxLookalikes = 50_000
)

// withoutSeeds hides nkey seeds, which are distinguished from other words by
// their checksum.
func withoutSeeds(body []byte) []byte {
	e := edits{body: body}
	lookalikes := 0
	for at := 0; ; {
		i := bytes.IndexByte(body[at:], 'S')
		if i < 0 || at+i+seedLength > len(body) {
			return e.text()
		}
		at += i
		word := body[at : at+seedLength]
		if bad := lastOther(word); bad >= 0 {
			at += bad + 1
			continue
		}
		if lookalikes < maxLookalikes && !isSeed(word) {
			lookalikes++
			at++
			continue
		}
		e.replace(at, at+seedLength, mask)
		at += seedLength
	}
}

// lastOther returns the last index in a word that is not a base32 letter, or -1.
func lastOther(word []byte) int {
	for i := len(word) - 1; i >= 0; i-- {
		if c := word[i]; (c < 'A' || c > 'Z') && (c < '2' || c > '7') {
			return i
		}
	}
	return -1
}

func isSeed(word []byte) bool {
	pair, err := nkeys.FromSeed(word)
	if err != nil {
		return false
	}
	pair.Wipe()
	return true
}
