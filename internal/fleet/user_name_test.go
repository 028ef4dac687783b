package fleet

import (
	"testing"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

func TestUserName(t *testing.T) {
	account, err := nkeys.CreateAccount()
	if err != nil {
		t.Fatal(err)
	}
	user, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	key, err := user.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	claims := jwt.NewUserClaims(key)
	claims.Name = "ölice <1>"
	token, err := claims.Encode(account)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{token: "ölice <1>", "": "", "a": "", "a.b": "", "a.!.c": "", "a.bnVsbA.c": "", "a.WzFd.c": "", "a.e30.c": ""} {
		if got := UserName(&server.ConnInfo{JWT: text}); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
