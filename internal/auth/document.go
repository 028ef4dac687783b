package auth

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// Kind says what a [Document] is about.
type Kind string

// The kinds of documents: claims by their type, and keys without claims.
const (
	Operator   Kind = "operator"
	Account    Kind = "account"
	User       Kind = "user"
	Activation Kind = "activation"
	Key        Kind = "key"
)

// ErrUnreadable is wrapped by the error of text that holds no claims and no key.
var ErrUnreadable = errors.New("neither a JWT, a credentials file, a seed nor a public key")

// Document is what a file, or an answer of a server, holds of one identity: its
// claims, or only a key.
type Document struct {
	Kind   Kind
	Claims jwt.Claims // nil for a key
	Key    string     // the public key of the identity
	Seed   string     // the public key of the seed that is with it; "" without a seed
	Broken error      // why the JWT does not verify by the key that it names as its issuer; nil if it does
}

// Read reads the text of a JWT, a credentials file, a seed or a public key, as
// nsc, nk and the nats CLI write them. Claims whose signature does not verify are
// returned with [Document.Broken] set.
func Read(text []byte) (Document, error) {
	var d Document
	if token := Token(text); token != "" {
		claims, broken, err := decode(token)
		if err != nil {
			return d, err
		}
		d = Document{Kind: Kind(claims.ClaimType()), Claims: claims, Key: claims.Claims().Subject, Broken: broken}
	}
	if seed := findSeed(text); seed != "" {
		d.Seed = seed
	}
	if d.Claims == nil {
		d.Kind, d.Key = Key, d.Seed
		if d.Key == "" {
			d.Key = findPublic(text)
		}
	}
	if d.Key == "" {
		return d, ErrUnreadable
	}
	return d, nil
}

// tokenPattern matches a JWT: three parts of URL-safe base64, of which the first
// two begin like a JSON object.
var tokenPattern = regexp.MustCompile(`eyJ[A-Za-z0-9_-]*\.eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*`)

// Token returns the first JWT in a text, or "". It is a secret.
func Token(text []byte) string { return string(tokenPattern.Find(text)) }

// seedPattern matches what may be a seed; its checksum decides.
var seedPattern = regexp.MustCompile(`\bS[A-Z2-7]{57}\b`)

// findSeed returns the public key of the first seed in a text.
func findSeed(text []byte) string {
	for _, word := range seedPattern.FindAll(text, -1) {
		if public := publicOf(word); public != "" {
			return public
		}
	}
	return ""
}

// publicOf returns the public key of a seed, or "".
func publicOf(seed []byte) string {
	pair, err := nkeys.FromSeed(bytes.Clone(seed))
	if err != nil {
		pair, err = nkeys.FromCurveSeed(bytes.Clone(seed))
	}
	if err != nil {
		return ""
	}
	defer pair.Wipe()
	public, err := pair.PublicKey()
	if err != nil {
		return ""
	}
	return public
}

// findPublic returns the text itself if it is one public key.
func findPublic(text []byte) string {
	word := strings.TrimSpace(string(text))
	if KindOfKey(word) == "" {
		return ""
	}
	return word
}

// KindOfKey returns what a public key is for: operator, account, user, server,
// cluster or curve; "" if it is not one.
func KindOfKey(key string) string {
	switch {
	case nkeys.IsValidPublicOperatorKey(key):
		return "operator"
	case nkeys.IsValidPublicAccountKey(key):
		return "account"
	case nkeys.IsValidPublicUserKey(key):
		return "user"
	case nkeys.IsValidPublicServerKey(key):
		return "server"
	case nkeys.IsValidPublicClusterKey(key):
		return "cluster"
	case nkeys.IsValidPublicCurveKey(key):
		return "curve"
	}
	return ""
}

// decode reads a JWT. broken says why its signature does not verify; err, why it
// cannot be read at all. Claims with a wrong signature are decoded once more
// without their signature being checked.
func decode(token string) (claims jwt.Claims, broken, err error) {
	if claims, broken = jwt.Decode(token); broken == nil {
		return claims, nil, nil
	}
	if claims, err = unverified(token); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrUnreadable, broken)
	}
	return claims, broken, nil
}

// AccountClaims returns the claims of an account, if a document holds them.
func AccountClaims(d Document) (*jwt.AccountClaims, bool) {
	claims, ok := d.Claims.(*jwt.AccountClaims)
	return claims, ok
}
