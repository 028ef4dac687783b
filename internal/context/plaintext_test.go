package natsctx

import (
	"slices"
	"testing"
)

func TestPlaintextHosts(t *testing.T) {
	for _, c := range []struct {
		set  Settings
		want []string
	}{
		{Settings{URL: "nats://b.example.net,tls://c.example.net,nats://a.example.net:4223", Password: "x"}, []string{"a.example.net", "b.example.net"}},
		{Settings{URL: "nats://127.0.0.1,nats://localhost:4222", Token: "x"}, nil},
		{Settings{URL: "nats://a.example.net"}, nil},
		{Settings{URL: "nats://a.example.net", UserJWT: "bearer"}, []string{"a.example.net"}},
		{Settings{URL: "nats://a.example.net", UserJWT: "x", UserSeed: "signs the nonce"}, nil},
		{Settings{URL: "nats://a.example.net", Password: "x", CA: "ca.pem"}, nil},
		{Settings{URL: "nats://a.example.net", Password: "x", TLSFirst: true}, nil},
	} {
		if got := c.set.PlaintextHosts(); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.set.URL, got, c.want)
		}
	}
}
