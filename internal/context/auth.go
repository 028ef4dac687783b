package natsctx

import (
	"bytes"
	"context"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

// userJWT is the head of the JWT in a credentials file.
var userJWT = []byte("BEGIN NATS USER JWT")

// credsOption reads credentials once to validate them. A file is passed to nats.go,
// which reads it again at each reconnect.
func (r resolver) credsOption(ctx context.Context, ref string) (nats.Option, error) {
	data, err := r.fetch(ctx, "creds", ref)
	if err != nil {
		return nil, err
	}
	defer wipe(data)
	if !bytes.Contains(data, userJWT) && looksLikeSeed(string(data)) {
		return nil, &InvalidError{Key: "creds", Reason: redactRef(ref, SecretFile) + " holds a seed alone; use nkey for it"}
	}
	jwt, err := nkeys.ParseDecoratedJWT(data)
	if err != nil {
		return nil, badSecret("creds", ref, err)
	}
	r.sees("creds", jwt)
	pair, err := nkeys.ParseDecoratedUserNKey(data)
	if err != nil {
		return nil, badSecret("creds", ref, err)
	}
	if scheme, _ := splitRef(ref); scheme != "" && scheme != schemeFile {
		return nats.UserJWT(func() (string, error) { return jwt, nil }, pair.Sign), nil
	}
	pair.Wipe()
	path, err := r.path("creds", ref)
	return nats.UserCredentials(path), err
}

// nkeyOption signs with the seed of a file or reference.
func (r resolver) nkeyOption(ctx context.Context, ref string) (nats.Option, error) {
	data, err := r.fetch(ctx, "nkey", ref)
	if err != nil {
		return nil, err
	}
	defer wipe(data)
	if bytes.Contains(data, userJWT) {
		return nil, &InvalidError{Key: "nkey", Reason: redactRef(ref, SecretFile) + " is a credentials file; use creds for it"}
	}
	pair, err := nkeys.ParseDecoratedNKey(data)
	if err != nil {
		return nil, badSecret("nkey", ref, err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		return nil, badSecret("nkey", ref, err)
	}
	if !nkeys.IsValidPublicUserKey(public) {
		return nil, &InvalidError{Key: "nkey", Reason: "not the seed of a user"}
	}
	return nats.Nkey(public, pair.Sign), nil
}

// jwtOption signs with the inline seed; a JWT without one is a bearer token.
func (r resolver) jwtOption(ctx context.Context, set *Settings) (nats.Option, error) {
	jwt, err := r.literal(ctx, "user_jwt", set.UserJWT)
	if err != nil {
		return nil, err
	}
	r.sees("user_jwt", jwt)
	sign := func([]byte) ([]byte, error) { return nil, nil }
	if set.UserSeed != "" {
		seed, err := r.literal(ctx, "user_seed", set.UserSeed)
		if err != nil {
			return nil, err
		}
		pair, err := nkeys.ParseDecoratedUserNKey([]byte(seed))
		if err != nil {
			return nil, badSecret("user_seed", Mask, err)
		}
		sign = pair.Sign
	}
	return nats.UserJWT(func() (string, error) { return jwt, nil }, sign), nil
}

// wipe overwrites a secret that is no longer needed.
func wipe(secret []byte) { clear(secret) }
