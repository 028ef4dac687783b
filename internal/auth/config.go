package auth

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/nats-io/nats-server/v2/server"
)

// ErrConfig is wrapped by the error of a server configuration that cannot be read.
var ErrConfig = errors.New("invalid server configuration")

// Config is what a server configuration says about users.
type Config struct {
	Callout bool // an auth callout decides about users that the configuration does not know
	TLSMap  bool // users are known by the subject of their certificate
	Token   bool // one token, no users
	users   map[string]ConfigUser
}

// ConfigUser is a user of a server configuration.
type ConfigUser struct {
	Name        string // name, or public key
	Account     string // "" for the global account
	Permissions *server.Permissions
	Types       []string // of connections; empty for all
}

// ReadConfig reads a configuration file with the server's own parser, with the
// files that it includes.
func ReadConfig(path string) (*Config, error) {
	opts, err := server.ProcessConfigFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return newConfig(opts), nil
}

func newConfig(opts *server.Options) *Config {
	c := &Config{Callout: opts.AuthCallout != nil, TLSMap: opts.TLSMap, Token: opts.Authorization != "", users: map[string]ConfigUser{}}
	for _, u := range opts.Users {
		c.users[u.Username] = ConfigUser{u.Username, accountName(u.Account), u.Permissions, slices.Sorted(maps.Keys(u.AllowedConnectionTypes))}
	}
	for _, u := range opts.Nkeys {
		c.users[u.Nkey] = ConfigUser{u.Nkey, accountName(u.Account), u.Permissions, slices.Sorted(maps.Keys(u.AllowedConnectionTypes))}
	}
	if opts.Username != "" {
		c.users[opts.Username] = ConfigUser{Name: opts.Username}
	}
	return c
}

func accountName(a *server.Account) string {
	if a == nil {
		return ""
	}
	return a.GetName()
}

// User returns the user with a name or public key.
func (c *Config) User(name string) (ConfigUser, bool) {
	u, ok := c.users[name]
	return u, ok
}

// Users returns all users, by name.
func (c *Config) Users() []ConfigUser {
	out := make([]ConfigUser, 0, len(c.users))
	for _, name := range slices.Sorted(maps.Keys(c.users)) {
		out = append(out, c.users[name])
	}
	return out
}
