package sys

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestWhoCouldNotLogInIsNamed reads the JWT of a refused client: name, account
// and issuer are told, and never a part of the token.
func TestWhoCouldNotLogInIsNamed(t *testing.T) {
	key := func(make func() (nkeys.KeyPair, error)) (nkeys.KeyPair, string) {
		pair, err := make()
		if err != nil {
			t.Fatal(err)
		}
		public, err := pair.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		return pair, public
	}
	_, user := key(nkeys.CreateUser)
	account, accountKey := key(nkeys.CreateAccount)
	signer, signerKey := key(nkeys.CreateAccount)
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		change       func(*jwt.UserClaims)
		by           nkeys.KeyPair
		who, why     string
		account, key string
	}{
		"signed by its account": {func(*jwt.UserClaims) {}, account, `JWT of user "orders"`, "Authentication Failure", accountKey, accountKey},
		"signed by a role":      {func(u *jwt.UserClaims) { u.IssuerAccount = accountKey }, signer, `JWT of user "orders"`, "Authentication Failure", accountKey, signerKey},
		"without a name":        {func(u *jwt.UserClaims) { u.Name = "" }, account, "JWT of user " + user, "Authentication Failure", accountKey, accountKey},
		"hostile name":          {func(u *jwt.UserClaims) { u.Name = "a\x1b[2Jb" }, account, `JWT of user "a\x1b[2Jb"`, "Authentication Failure", accountKey, accountKey},
	} {
		claims := jwt.NewUserClaims(user)
		claims.Name = "orders"
		c.change(claims)
		token, err := claims.Encode(c.by)
		if err != nil {
			t.Fatal(err)
		}
		m := server.DisconnectEventMsg{
			TypedEvent: server.TypedEvent{Time: at}, Reason: "Authentication Failure",
			Server: server.ServerInfo{Name: "n1", ID: "NA", Version: "2.12.0"},
			Client: server.ClientInfo{ID: 7, Account: "$G", Name: "shop", User: user, Jwt: token},
		}
		body, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		for subject, decode := range map[string]eventDecoder{"$SYS.SERVER.NA.CLIENT.AUTH.ERR": decodeAuthError} {
			e, err := decode(subject, body)
			if err != nil {
				t.Fatal(err)
			}
			if e.Kind != fleet.EventAuthError || e.Account != c.account || e.Why != c.why || !strings.HasPrefix(e.Who, c.who) || !strings.HasSuffix(e.Who, "issued by "+c.key) || !strings.Contains(e.Who, "shop") {
				t.Errorf("%s: %+v", name, e.Event)
			}
			said, err := json.Marshal(e.Event)
			if err != nil {
				t.Fatal(err)
			}
			for part := range strings.SplitSeq(token, ".") {
				if strings.Contains(string(said), part) {
					t.Errorf("%s: a part of the token is shown: %s", name, said)
				}
			}
		}
		m.Client.Jwt = token + "x" // not its signature
		body, err = json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if e, err := decodeAuthError("", body); err != nil || strings.Contains(e.Who, "orders") || e.Account != "" {
			t.Errorf("%s: a JWT that nobody signed is believed: %+v %v", name, e.Event, err)
		}
	}
}
