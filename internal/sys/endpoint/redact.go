package endpoint

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
)

// secretMembers are the members of JSON objects that grant access or prove who
// somebody is.
var secretMembers = []string{"nonce", "sig", "auth_token", "pass", "password", "token", "seed"}

const (
	// maxTree is the size up to which an answer of an old server is taken apart to
	// hide what may be tokens; of a larger one every user is hidden.
	maxTree = 4 << 20
	// maxNested is how deep JWTs may be within each other: an account's claims hold
	// activations.
	maxNested = 3
)

// Redacted returns what a server of a version told without what grants access or
// proves who somebody is. A JWT keeps its claims and loses its signature, those
// within its claims too: nobody can log in or import with it. It also is [Masked].
// Without any secret, it is body itself.
func Redacted(version string, body []byte) []byte {
	body = unsigned(Masked(body), maxNested)
	for _, name := range secretMembers {
		body = hideMember(body, name, mask)
	}
	if !tellsTokens(version) || !bytes.Contains(body, []byte(`"Authentication`)) {
		return body
	}
	return withoutTokens(version, body)
}

// hideMember puts with in the place of every string that is the value of a member
// of this name. A JWT stays, since it has lost its signature. A quote within a
// string is escaped, so that text is not taken for a member.
func hideMember(body []byte, name, with string) []byte {
	e := edits{body: body}
	key := []byte(`"` + name + `"`)
	for at := 0; ; {
		i := bytes.Index(body[at:], key)
		if i < 0 {
			return e.text()
		}
		at += i + len(key)
		rest := bytes.TrimLeft(body[at:], " \t\r\n")
		if len(rest) == 0 || rest[0] != ':' {
			continue
		}
		rest = bytes.TrimLeft(rest[1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' {
			continue
		}
		start := len(body) - len(rest) + 1
		end := start + stringEnd(body[start:])
		if value := body[start:end]; len(value) > 0 && !bytes.HasSuffix(value, []byte("."+mask)) {
			e.replace(start, end, with)
		}
		at = end
	}
}

// stringEnd is where a JSON string, of which the first quote was read, ends.
func stringEnd(text []byte) int {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			return i
		case '\\':
			i++
		}
	}
	return len(text)
}

// unsigned takes the signatures off all JWTs, and off those in their claims. A JWT
// is header, claims and signature, separated by dots; both of the first begin as
// base64 of a JSON object does.
func unsigned(body []byte, depth int) []byte {
	e := edits{body: body}
	for at := 0; ; {
		i := bytes.Index(body[at:], []byte(".ey"))
		if i < 0 {
			return e.text()
		}
		dot := at + i
		head := dot - span(body[:dot], -1)
		second := dot + 1 + span(body[dot+1:], 1)
		at = dot + 1
		if !bytes.HasPrefix(body[head:dot], []byte("ey")) || second >= len(body) || body[second] != '.' || head < e.kept {
			continue
		}
		end := second + 1 + span(body[second+1:], 1)
		if end == second+1 {
			continue // it has no signature any more
		}
		e.replace(dot+1, end, withoutNested(body[dot+1:second], depth)+"."+mask)
		at = end
	}
}

// withoutNested returns the claims of a JWT, in base64, with the JWTs in them
// unsigned.
func withoutNested(claims []byte, depth int) string {
	raw, err := base64.RawURLEncoding.DecodeString(string(claims))
	if err != nil || !bytes.Contains(raw, []byte(".ey")) {
		return string(claims)
	}
	if depth == 0 {
		return mask
	}
	return base64.RawURLEncoding.EncodeToString(unsigned(raw, depth-1))
}

// span is how many letters of base64 for URLs a text begins with, or with step -1
// ends with.
func span(text []byte, step int) (n int) {
	for n < len(text) {
		c := text[n]
		if step < 0 {
			c = text[len(text)-1-n]
		}
		if !inScheme(c) && c != '_' || c == '.' || c == '+' {
			break
		}
		n++
	}
	return n
}

// withoutTokens hides what may be tokens in the answer of an old server.
func withoutTokens(version string, body []byte) []byte {
	if len(body) > maxTree {
		return hideMember(hideMember(body, "user", redacted), "authorized_user", redacted)
	}
	var v any
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return body
	}
	safeObjects(version, "", v)
	if out, err := json.Marshal(v); err == nil {
		return out
	}
	return body
}
