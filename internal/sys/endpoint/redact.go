package endpoint

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
)

// secretMembers are the members of JSON objects that grant access or prove an
// identity.
var secretMembers = []string{"nonce", "sig", "auth_token", "pass", "password", "token", "seed"}

const (
	// maxTree is the size up to which an answer of an old server is parsed to hide
	// what may be tokens; in a larger one every user is hidden.
	maxTree = 4 << 20
	// maxNested limits the nesting depth of JWTs: an account's claims contain
	// activations.
	maxNested = 3
)

// Redacted returns an answer of a server of this version without anything that
// grants access or proves an identity. A JWT keeps its claims and loses its
// signature, as do those in its claims, so it cannot be used to log in or import.
// The result is also [Masked]. Without any secret, it is body itself.
func Redacted(version string, body []byte) []byte {
	body = unsigned(Masked(body), maxNested)
	for _, name := range secretMembers {
		body = hideMember(body, name, mask)
	}
	if !revealsTokens(version) || !bytes.Contains(body, []byte(`"Authentication`)) {
		return body
	}
	return withoutTokens(version, body)
}

// hideMember replaces every string value of a member of this name by with. A JWT
// stays, since it has lost its signature. A quote within a string is escaped, so
// text is not mistaken for a member.
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

// stringEnd returns the end of a JSON string whose opening quote was read.
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

// unsigned removes the signatures of all JWTs, and of those in their claims. A JWT
// is header, claims and signature, separated by dots; the first two begin like the
// base64 of a JSON object.
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

// span returns the number of URL-safe base64 characters at the start of a text,
// or with step -1 at its end.
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
