package sys

import (
	"strings"
	"testing"

	"github.com/nats-io/nkeys"
)

// TestMasked finds passwords in URLs and seeds wherever they are, and changes
// nothing else.
func TestMasked(t *testing.T) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := pair.Seed()
	if err != nil {
		t.Fatal(err)
	}
	key, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		`{"urls":["nats://u:p@h:4222"]}`:                     `{"urls":["nats://********@h:4222"]}`,
		`{"error":"dial tls://tok%2Fen@h:1: no","n":1}`:      `{"error":"dial tls://********@h:1: no","n":1}`,
		`{"urls":["nats://a:1,nats://u:p,w/@h:2","x@y"]}`:    `{"urls":["nats://********@h:2","x@y"]}`,
		`{"tags":["` + string(seed) + `","S"],"name":"SUB"}`: `{"tags":["********","S"],"name":"SUB"}`,
		`{"a":"x` + string(seed) + string(seed) + `y"}`:      `{"a":"x****************y"}`,
		`{"key":"` + key + `","mail":"a@b","u":"http://h"}`:  `{"key":"` + key + `","mail":"a@b","u":"http://h"}`,
		`{"seed":"S` + strings.Repeat("A", 57) + `"}`:        `{"seed":"S` + strings.Repeat("A", 57) + `"}`,
		"":  "",
		"S": "S",
	} {
		if got := string(masked([]byte(body))); got != want {
			t.Errorf("%s\nbecame %s\nwant   %s", body, got, want)
		}
	}
}
