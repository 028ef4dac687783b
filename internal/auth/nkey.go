package auth

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nkeys"
)

// The ways in which work with keys fails.
var (
	ErrKeyType   = errors.New("no such type of key")
	ErrNoSeed    = errors.New("no seed")
	ErrSignature = errors.New("the signature does not verify")
)

// KeyTypes are the types of keys that [NewKey] makes.
func KeyTypes() []string {
	return []string{"operator", "account", "user", "server", "cluster", "curve"}
}

// NewKey makes a key and returns its seed, as nk writes it, and its public key.
func NewKey(kind string) (seed []byte, public string, err error) {
	prefixes := map[string]nkeys.PrefixByte{
		"operator": nkeys.PrefixByteOperator, "account": nkeys.PrefixByteAccount, "user": nkeys.PrefixByteUser,
		"server": nkeys.PrefixByteServer, "cluster": nkeys.PrefixByteCluster,
	}
	var pair nkeys.KeyPair
	prefix, ok := prefixes[kind]
	switch {
	case ok:
		pair, err = nkeys.CreatePair(prefix)
	case kind == "curve":
		pair, err = nkeys.CreateCurveKeys()
	default:
		err = fmt.Errorf("%w %q", ErrKeyType, kind)
	}
	if err != nil {
		return nil, "", err
	}
	if seed, err = pair.Seed(); err != nil {
		return nil, "", err
	}
	public, err = pair.PublicKey()
	return seed, public, err
}

// Sign signs data with the first seed in a text, and returns the signature as nk
// writes it: URL-safe base64 without padding.
func Sign(text, data []byte) (string, error) {
	for _, word := range seedPattern.FindAll(text, -1) {
		pair, err := nkeys.FromSeed(bytes.Clone(word))
		if err != nil {
			continue // a word that only looks like a seed, or the seed of a curve key, which does not sign
		}
		defer pair.Wipe()
		sig, err := pair.Sign(data)
		if err != nil {
			return "", err
		}
		return base64.RawURLEncoding.EncodeToString(sig), nil
	}
	return "", fmt.Errorf("%w that can sign", ErrNoSeed)
}

// Verify verifies a signature, in base64 with or without padding, by a public key.
func Verify(public string, data []byte, signature string) error {
	pair, err := nkeys.FromPublicKey(public)
	if err != nil {
		return fmt.Errorf("%w: %q is not a key that signs", ErrSignature, public)
	}
	signature = strings.TrimRight(strings.TrimSpace(signature), "=")
	sig, err := base64.RawURLEncoding.DecodeString(strings.NewReplacer("+", "-", "/", "_").Replace(signature))
	if err != nil || pair.Verify(data, sig) != nil {
		return fmt.Errorf("%w by %s", ErrSignature, public)
	}
	return nil
}
