package fleet

import (
	"encoding/base64"
	"encoding/json"
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
