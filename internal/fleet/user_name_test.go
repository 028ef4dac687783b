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

// TestUsersAreFoundByEitherName takes what servers call a user, and what its
// operator calls it; a name of several is none of them.
func TestUsersAreFoundByEitherName(t *testing.T) {
	// Payloads of JWTs: {"name":"kim"} and {"name":"lee"}.
	const kim, lee = "h.eyJuYW1lIjoia2ltIn0.s", "h.eyJuYW1lIjoibGVlIn0.s"
	s := &Snapshot{Servers: []*Server{
		{Connz: &server.Connz{Conns: []*server.ConnInfo{{AuthorizedUser: "UKIM", JWT: kim}, {AuthorizedUser: "UKIM", JWT: kim}, {AuthorizedUser: "ULEE2", JWT: lee}}}},
		{},
		{Connz: &server.Connz{Conns: []*server.ConnInfo{{AuthorizedUser: "ULEE1", JWT: lee}, {AuthorizedUser: "bob"}, {AuthorizedUser: "app"}, {JWT: "h.eyJuYW1lIjoiZ2hvc3QifQ.s"}}}},
	}}
	for asked, want := range map[string]string{"kim": "UKIM", "UKIM": "UKIM", "ULEE1": "ULEE1", "bob": "bob", "none": "none", "ghost": "ghost", "": ""} {
		if got, err := FindUser(s, asked); got != want || err != nil {
			t.Errorf("%q: %q %v, want %q", asked, got, err, want)
		}
	}
	got, err := FindUser(s, "lee")
	if got != "" || err == nil || err.Error() != `2 users are named "lee": ULEE1, ULEE2` {
		t.Errorf("%q, %v", got, err)
	}
}
