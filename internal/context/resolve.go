package natsctx

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// DefaultTimeout is how long to wait for an answer by default.
const DefaultTimeout = 5 * time.Second

// Overrides are the settings of the command line. The zero value sets nothing.
type Overrides struct {
	Context   string // a name, or the path of a .json file that exists
	NoContext bool   // use no context, whatever is selected
	IgnoreEnv bool   // ignore the NATS_ variables
	Settings         // what is not empty overrides environment and context
	Timeout   time.Duration
	// Insecure skips the verification of the server's certificate.
	Insecure bool
	// AllowURLOverride sends a context's credentials to a URL that is not its own.
	AllowURLOverride bool
}

// Target is where to connect and as whom: the context, overridden by the environment
// and the command line. It must not be saved.
type Target struct {
	Context
	Mark
	Timeout       time.Duration
	Insecure      bool
	ContextOrigin Origin // what named the context
	origins       map[string]Origin
	stored        Settings // as the file has them
	saved         bool     // the context is one of the store
	getenv        func(string) string
}

// Origin says where the value of one of the 24 keys came from.
func (t *Target) Origin(key string) Origin { return t.origins[key] }

// Saved is the name of the saved context, "" when there is none or the context is a
// file elsewhere.
func (t *Target) Saved() string {
	if !t.saved {
		return ""
	}
	return t.Name
}

// Variable is the environment variable that a key's value came from, "" when
// it came from elsewhere.
func (t *Target) Variable(key string) string {
	env := fromEnv(t.getenv)
	for _, f := range fields {
		if f.Key == key && t.origins[key] == FromEnv && f.IsSet(&env) {
			return f.Env
		}
	}
	return ""
}

// Resolve finds the context and applies environment and overrides to it, field by
// field: flags take precedence over the environment, and that over the context.
// Credentials are one group: setting one kind overrides the other kinds of lower
// precedence, and a password is only combined with its own user. A user without a
// password, from a flag or the environment, is a token, and userinfo in a URL from
// there counts as user and password.
//
// A named or selected context must load. Without one, the target is the default URL
// without credentials. A URL from elsewhere receives a context's
// credentials only when its host and port are those of a server of the context, or
// with AllowURLOverride; otherwise it is a [URLOverrideError].
func Resolve(s *Store, o Overrides, getenv func(string) string) (*Target, error) {
	t := &Target{origins: map[string]Origin{}, getenv: getenv, Insecure: o.Insecure}
	if err := t.pick(s, o); err != nil {
		return nil, err
	}
	t.stored = t.Settings
	for _, f := range fields {
		if f.IsSet(&t.Settings) {
			t.origins[f.Key] = FromContext
		}
	}
	env := t.env(o.IgnoreEnv)
	if err := errors.Join(env.LiftUserinfo(), o.LiftUserinfo()); err != nil {
		return nil, err
	}
	if err := t.overlay(&env, &o.Settings); err != nil {
		return nil, err
	}
	if err := t.setTimeout(o.Timeout, o.IgnoreEnv); err != nil {
		return nil, err
	}
	return t, t.guard(o.AllowURLOverride)
}

// pick loads the requested context, if any.
func (t *Target) pick(s *Store, o Overrides) error {
	if o.NoContext {
		return nil
	}
	name, origin := o.Context, FromFlag
	if name == "" && !o.IgnoreEnv {
		name, origin = t.getenv("NATS_CONTEXT"), FromEnv
	}
	if name == "" {
		selected, err := s.Selected()
		if err != nil || selected == "" {
			return err
		}
		name, origin = selected, FromSelection
	}
	t.ContextOrigin = origin
	c, err := find(s, name)
	if unknown, ok := err.(*UnknownError); ok { //nolint:errorlint // built by us a moment ago, never wrapped
		unknown.Origin = origin
	}
	if err != nil {
		return err
	}
	t.Context = *c
	if t.saved = sameFile(c.Path, s.Path(c.Name)); t.saved {
		t.Mark, err = s.Mark(c.Name)
	}
	return err
}

// sameFile reports whether two paths lead to one file, however they are written.
func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// find loads a context by name, or by the path of a .json file.
func find(s *Store, name string) (*Context, error) {
	isPath := strings.ContainsAny(name, `/\`)
	if strings.HasSuffix(name, ".json") && (isPath || s.Known(name) != nil) {
		if info, err := os.Stat(name); isPath || err == nil && info.Mode().IsRegular() {
			return LoadFile(filepath.Clean(name))
		}
	}
	return s.Load(name)
}

// fromEnv collects the settings that the environment gives.
func fromEnv(getenv func(string) string) Settings {
	var s Settings
	for _, f := range fields {
		if f.Env != "" {
			*f.text(&s) = getenv(f.Env)
		}
	}
	return s
}

// overlay applies environment and flags to the context.
func (t *Target) overlay(env, flags *Settings) error {
	over := *env
	from := map[string]Origin{}
	for _, f := range fields {
		if f.IsSet(env) {
			from[f.Key] = FromEnv
		}
	}
	if err := oneKind(flags, FromFlag); err != nil {
		return err
	}
	if err := oneKind(env, FromEnv); err != nil && len(kinds(flags)) == 0 {
		return err
	}
	overlay(&over, flags, from, FromFlag)
	outranked := t.Settings
	overlay(&outranked, &over, t.origins, FromEnv)
	for key, origin := range from {
		t.origins[key] = origin
	}
	if over.User != "" && outranked.Password == "" {
		outranked.Token, outranked.User = outranked.User, ""
		t.origins["token"] = t.origins["user"]
		delete(t.origins, "user")
	}
	t.Settings = outranked
	return nil
}

// overlay overrides base with what over sets, and removes the credentials of base that
// those in over outrank.
func overlay(base, over *Settings, origins map[string]Origin, origin Origin) {
	dropReplaced(base, over, origins)
	for _, f := range fields {
		if f.IsSet(over) {
			f.copyTo(over, base)
			origins[f.Key] = origin
		}
	}
}

// env returns the settings of the environment, or none if it is ignored.
func (t *Target) env(ignore bool) Settings {
	if ignore {
		return Settings{}
	}
	return fromEnv(t.getenv)
}

// setTimeout sets the timeout from the flag, the variable or the default.
func (t *Target) setTimeout(flag time.Duration, ignoreEnv bool) error {
	t.Timeout = DefaultTimeout
	if text := t.getenv("NATS_TIMEOUT"); text != "" && !ignoreEnv {
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			return &InvalidError{Key: "NATS_TIMEOUT", Reason: fmt.Sprintf("invalid duration %q (examples: 500ms, 5s)", text)}
		}
		t.Timeout = d
	}
	if flag > 0 {
		t.Timeout = flag
	}
	return nil
}

// EnvOverrides returns the variables that override a setting of the context.
func (t *Target) EnvOverrides() []string {
	var names []string
	for _, f := range fields {
		if t.origins[f.Key] == FromEnv && f.IsSet(&t.stored) && f.Value(&t.stored) != f.Value(&t.Settings) {
			names = append(names, f.Env)
		}
	}
	return names
}
