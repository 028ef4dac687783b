package sys

import (
	"bytes"
	"regexp"

	"github.com/nats-io/nkeys"
)

// mask stands for a secret that somebody put where servers tell it to others:
// the same as everywhere, see the package context.
const mask = "********"

// userinfo is what stands before the host in a URL; a password may hold nearly
// anything, so that rather too much of a list of URLs goes than too little.
var userinfo = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)[^\s"<>]*@`)

// seedLength is that of the text of a seed of nkeys.
const seedLength = 58

// masked returns what a server told without passwords in URLs and without seeds
// of nkeys, wherever in it they are: in names, tags, descriptions, metadata.
// Without any, it is body itself.
func masked(body []byte) []byte {
	if bytes.Contains(body, []byte("://")) && bytes.IndexByte(body, '@') >= 0 {
		body = userinfo.ReplaceAll(body, []byte("${1}"+mask+"@"))
	}
	for at := 0; ; {
		i := bytes.IndexByte(body[at:], 'S')
		if i < 0 || at+i+seedLength > len(body) {
			return body
		}
		at += i
		if seed := body[at : at+seedLength]; isSeed(seed) {
			body = append(append(bytes.Clone(body[:at]), mask...), body[at+seedLength:]...)
		}
		at++
	}
}

// isSeed tells a seed from a word that only looks like one by its checksum.
func isSeed(text []byte) bool {
	for _, c := range text {
		if (c < 'A' || c > 'Z') && (c < '2' || c > '7') {
			return false
		}
	}
	pair, err := nkeys.FromSeed(text)
	if err != nil {
		return false
	}
	pair.Wipe()
	return true
}
