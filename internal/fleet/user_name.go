package fleet

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
)

// UserName is what its operator calls the user of a connection that is known by
// a public key, as the JWT says that the server accepted; "" where there is
// none, as in a recording. The JWT is not verified again.
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

// FindUser returns what servers call the user of a name in the connections of a
// snapshot. An unknown one is returned as it is; a name of several users is an
// [AmbiguousUserError].
func FindUser(s *Snapshot, name string) (string, error) {
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

// AmbiguousUserError says that several connected users have a name.
type AmbiguousUserError struct {
	Name string
	Keys []string // of the users, sorted
}

// Error lists the keys.
func (e *AmbiguousUserError) Error() string {
	return fmt.Sprintf("%d users are named %q: %s", len(e.Keys), e.Name, strings.Join(e.Keys, ", "))
}
