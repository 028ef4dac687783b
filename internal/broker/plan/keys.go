package plan

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"github.com/nats-io/nkeys"
)

// keyPair is a key as text.
func keyPair(kp nkeys.KeyPair) (public, seed string, err error) {
	if public, err = kp.PublicKey(); err != nil {
		return "", "", fmt.Errorf("public key: %w", err)
	}
	s, err := kp.Seed()
	if err != nil {
		return "", "", fmt.Errorf("seed: %w", err)
	}
	return public, string(s), nil
}

// newSecret returns a password of 192 random bits, safe in a URL and in a configuration.
func newSecret() string {
	b := make([]byte, 24)
	rand.Read(b) // never fails: it crashes the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// ensureKey creates a key if there is none.
func ensureKey(seed *string, create func() (nkeys.KeyPair, error)) (err error) {
	if *seed == "" {
		_, *seed, err = newKey(create)
	}
	return err
}

func newKey(create func() (nkeys.KeyPair, error)) (public, seed string, err error) {
	kp, err := create()
	if err != nil {
		return "", "", fmt.Errorf("make a key: %w", err)
	}
	return keyPair(kp)
}

// public is the public key of a seed that this package made.
func public(seed string) string {
	kp, err := nkeys.FromSeed([]byte(seed))
	if err != nil {
		return ""
	}
	key, _ := kp.PublicKey() // a pair from a seed has both halves
	return key
}
