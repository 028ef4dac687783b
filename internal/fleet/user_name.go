package fleet

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
)

// UserName returns the operator's name for the user of a connection that is
// identified by a public key, from the JWT that the server accepted; "" without
// a JWT, as in a recording. The JWT is not verified again.
func UserName(c *server.ConnInfo) string {
	_, rest, _ := strings.Cut(c.JWT, ".")
	payload, _, found := strings.Cut(rest, ".")
	if !found {
		return ""
	}
	body, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return ""
	}
	var claims struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(body, &claims) != nil {
		return ""
	}
	return claims.Name
}

// FindUser returns the name that servers use for the user with this name in the
// connections of a snapshot. An unknown name is returned unchanged; a name that
// several users share is an [AmbiguousUserError]. No name is no user.
func FindUser(s *Snapshot, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	var keys []string
	for _, sv := range s.Servers {
		if sv.Connz == nil {
			continue
		}
		for _, c := range sv.Connz.Conns {
			if c.AuthorizedUser == name {
				return name, nil
			}
			if UserName(c) == name && c.AuthorizedUser != "" {
				keys = append(keys, c.AuthorizedUser)
			}
		}
	}
	slices.Sort(keys)
	switch keys = slices.Compact(keys); len(keys) {
	case 0:
		return name, nil
	case 1:
		return keys[0], nil
	}
	return "", &AmbiguousUserError{Name: name, Keys: keys}
}

// AmbiguousUserError reports that several connected users share a name.
type AmbiguousUserError struct {
	Name string
	Keys []string // of the users, sorted
}

// Error lists the keys.
func (e *AmbiguousUserError) Error() string {
	return fmt.Sprintf("%d users are named %q: %s", len(e.Keys), e.Name, strings.Join(e.Keys, ", "))
}
