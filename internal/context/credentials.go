package natsctx

import (
	"fmt"
	"slices"
	"strings"
)

// credential is one kind of credentials. The first key identifies the user, the
// optional second one proves the identity.
type credential struct {
	keys []string
}

// credentials is the table of all kinds, in the precedence of the nats CLI
// when a context holds several.
var credentials = []credential{
	{[]string{"user", "password"}},
	{[]string{"creds"}},
	{[]string{"nkey"}},
	{[]string{"user_jwt", "user_seed"}},
	{[]string{"nsc"}},
	{[]string{"token"}},
}

// sets reports whether any key of the kind is set.
func (k credential) sets(s *Settings) bool {
	return slices.ContainsFunc(k.keys, func(key string) bool { return field(key).IsSet(s) })
}

// kinds lists the first set key of every kind that s holds.
func kinds(s *Settings) []string {
	var out []string
	for _, k := range credentials {
		if k.sets(s) {
			out = append(out, k.keys[0])
		}
	}
	return out
}

// Auth names the credentials that s uses: user, creds, nkey, user_jwt, nsc or
// token, key for a client certificate alone, or "" for none.
func (s *Settings) Auth() string {
	if all := kinds(s); len(all) > 0 {
		return all[0]
	}
	if s.Key != "" || s.WinCertStore != "" {
		return "key"
	}
	return ""
}

// Overlay overrides s with what over sets. Credentials of other kinds than those in
// over are removed, as is a password of another user. A user without a password
// becomes a token, as in the nats CLI. Several kinds in over are an [InvalidError].
func (s *Settings) Overlay(over *Settings) error {
	if err := oneKind(over, FromFlag); err != nil {
		return err
	}
	overlay(s, over, map[string]Origin{}, FromFlag)
	if over.User != "" && s.Password == "" {
		s.Token, s.User = s.User, ""
	}
	return nil
}

// oneKind rejects flags, or variables, that set several kinds of credentials.
func oneKind(s *Settings, origin Origin) error {
	all := kinds(s)
	if len(all) < 2 {
		return nil
	}
	return &InvalidError{
		Key:    strings.Join(all, " and "),
		Reason: fmt.Sprintf("the %s names %d kinds of credentials; only one is allowed", origin, len(all)),
	}
}

// dropReplaced removes from base the credentials of other kinds than those in over,
// and the proof that belongs to another identity than the one over names.
func dropReplaced(base, over *Settings, origins map[string]Origin) {
	if len(kinds(over)) == 0 {
		return
	}
	for _, k := range credentials {
		id := field(k.keys[0])
		same := k.sets(over) && (!id.IsSet(over) || id.Value(over) == id.Value(base) || !id.IsSet(base))
		if same {
			continue
		}
		for _, key := range k.keys {
			field(key).copyTo(&Settings{}, base)
			delete(origins, key)
		}
	}
}

// exclusive lists the kinds of credentials that exclude each other. A token is not among them.
func exclusive(s *Settings) []string {
	without := *s
	without.Token = ""
	return kinds(&without)
}
