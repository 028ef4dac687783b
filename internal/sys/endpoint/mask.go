package endpoint

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

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

// Masked returns what a server told without passwords in URLs and without seeds
// of nkeys, wherever in it they are: in names, tags, descriptions, metadata.
// Without any, it is body itself.
func Masked(body []byte) []byte {
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

// WithoutSecrets returns what a server of a version told without the credentials
// that are in it.
func WithoutSecrets(version string, body []byte) json.RawMessage {
	var v any
	dec := json.NewDecoder(strings.NewReader(string(body)))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		return nil
	}
	strip(v)
	if tellsTokens(version) {
		safeObjects(version, "", v)
	}
	out, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return out
}

// strip removes user JWTs and the nonces that prove them, wherever they are.
func strip(v any) {
	switch x := v.(type) {
	case map[string]any:
		for k, sub := range x {
			if text, ok := sub.(string); ok && k == "token" && strings.HasPrefix(text, "ey") {
				delete(x, k)
				continue
			}
			if k == "jwt" || k == "nonce" || k == "sig" || k == "auth_token" || k == "pass" {
				delete(x, k)
				continue
			}
			strip(sub)
		}
	case []any:
		for _, sub := range x {
			strip(sub)
		}
	}
}
