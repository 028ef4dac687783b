package natsctx

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats.go"
)

// Dial is what nats.Connect needs: nats.Connect(d.URL(), d.Options...).
type Dial struct {
	URLs     []string
	Options  []nats.Option
	Warnings []error // such as [ErrShared], to show before connecting
	validity validity
}

// Expired returns an [ExpiredError] when the user's JWT is not valid now, which a
// server reports like any other rejected login; nil for other credentials.
func (d Dial) Expired(now time.Time) error {
	v := d.validity
	switch {
	case !v.until.IsZero() && !now.Before(v.until):
		return &ExpiredError{Key: v.key, User: v.user, At: v.until}
	case !v.from.IsZero() && now.Before(v.from):
		return &ExpiredError{Key: v.key, User: v.user, At: v.from, Early: true}
	}
	return nil
}

// validity is the validity period of a user's JWT. Zero times are no limits.
type validity struct {
	key, user   string
	from, until time.Time
}

// sees records the validity of a JWT that is about to be used. One that cannot be
// parsed is left to the server.
func (r resolver) sees(key, text string) {
	claims, err := jwt.DecodeUserClaims(text)
	if err != nil || r.seen == nil {
		return
	}
	*r.seen = validity{key: key, user: claims.Name}
	if claims.Expires != 0 {
		r.seen.until = time.Unix(claims.Expires, 0)
	}
	if claims.NotBefore != 0 {
		r.seen.from = time.Unix(claims.NotBefore, 0)
	}
}

// URL is the comma separated list of servers.
func (d Dial) URL() string { return strings.Join(d.URLs, ",") }

// Dial checks the target and reads its secrets, running op and nsc when it
// names them, until ctx is done. Everything that is wrong without a connection is an
// error: [ErrInvalid], [ErrMissing], [ErrExposed], [ErrForeign] or [ErrSecret].
// Credential files and certificates are read again at each reconnect, so rotated ones
// are picked up.
//
// TLS is 1.2 or newer and always verifies the server unless Insecure is set.
func (t *Target) Dial(ctx context.Context) (Dial, error) {
	if err := t.Validate(); err != nil {
		return Dial{}, err
	}
	if err := t.checkOwnFile(t.stored); err != nil {
		return Dial{}, err
	}
	var warnings []error
	var seen validity
	r := resolver{getenv: t.getenv, foreign: t.foreign, warned: &warnings, seen: &seen}
	set := t.Settings
	if err := r.profile(ctx, &set); err != nil {
		return Dial{}, err
	}
	auth, err := r.auth(ctx, &set)
	if err != nil {
		return Dial{}, err
	}
	secure, err := r.tls(&set, t.Insecure)
	if err != nil {
		return Dial{}, err
	}
	opts := slices.Concat(auth, secure, []nats.Option{nats.Timeout(t.Timeout)})
	if set.SocksProxy != "" {
		dialer, err := newProxy(set.SocksProxy, t.Timeout)
		if err != nil {
			return Dial{}, err
		}
		opts = append(opts, nats.SetCustomDialer(dialer), nats.SkipHostLookup())
	}
	if set.InboxPrefix != "" {
		opts = append(opts, nats.CustomInboxPrefix(set.InboxPrefix))
	}
	return Dial{URLs: SplitURLs(set.URLOrDefault()), Options: opts, Warnings: warnings, validity: seen}, nil
}

// foreign rejects the reference of a key from a context file that others may have
// written: its host would receive files, variables and logins of this user.
func (t *Target) foreign(key string) error {
	if t.origins[key] != FromContext {
		return nil
	}
	return t.follows(key)
}

// auth builds the authentication options. Of several kinds the nats CLI's precedence
// decides; a token can be combined with any of them.
func (r resolver) auth(ctx context.Context, set *Settings) ([]nats.Option, error) {
	var opts []nats.Option
	add := func(opt nats.Option, err error) error {
		if err == nil {
			opts = append(opts, opt)
		}
		return err
	}
	var err error
	switch {
	case set.User != "":
		err = add(r.userOption(ctx, set))
	case set.Creds != "":
		err = add(r.credsOption(ctx, set.Creds))
	case set.NKey != "":
		err = add(r.nkeyOption(ctx, set.NKey))
	case set.UserJWT != "":
		err = add(r.jwtOption(ctx, set))
	}
	if err == nil && set.Token != "" {
		err = add(r.tokenOption(ctx, set.Token))
	}
	return opts, err
}

func (r resolver) userOption(ctx context.Context, set *Settings) (nats.Option, error) {
	password, err := r.literal(ctx, "password", set.Password)
	return nats.UserInfo(set.User, password), err
}

func (r resolver) tokenOption(ctx context.Context, ref string) (nats.Option, error) {
	token, err := r.literal(ctx, "token", ref)
	return nats.Token(token), err
}

// badSecret returns the error for an unusable secret, without showing it.
func badSecret(key, ref string, err error) error {
	return &SecretError{Key: key, Ref: redactRef(ref, SecretFile), Err: fmt.Errorf("cannot be parsed: %w", err)}
}
