package endpoint

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
	"pgregory.net/rapid"
)

// accountJWT is the JWT of an account that imports with an activation, and the
// activation.
func accountJWT(t testing.TB) (account, activation string) {
	t.Helper()
	pair := func(make func() (nkeys.KeyPair, error)) (nkeys.KeyPair, string) {
		kp, err := make()
		if err != nil {
			t.Fatal(err)
		}
		id, err := kp.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		return kp, id
	}
	op, _ := pair(nkeys.CreateOperator)
	exporter, exporterID := pair(nkeys.CreateAccount)
	_, id := pair(nkeys.CreateAccount)
	act := jwt.NewActivationClaims(id)
	act.ImportSubject, act.ImportType = "orders.>", jwt.Stream
	activation, err := act.Encode(exporter)
	if err != nil {
		t.Fatal(err)
	}
	claims := jwt.NewAccountClaims(id)
	claims.Name = "APP"
	claims.Imports.Add(&jwt.Import{Name: "orders", Account: exporterID, Subject: "orders.>", Type: jwt.Stream, Token: activation})
	account, err = claims.Encode(op)
	if err != nil {
		t.Fatal(err)
	}
	return account, activation
}

// signature is the last part of a JWT.
func signature(token string) string { return token[strings.LastIndexByte(token, '.')+1:] }

// claimsOf decodes the claims of a JWT, signed or not.
func claimsOf(t testing.TB, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("not a JWT: %s", token)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestRedactedJWT: a JWT keeps its claims and loses its signature, alone, in JSON
// and in a list; so does the activation in its claims.
func TestRedactedJWT(t *testing.T) {
	account, activation := accountJWT(t)
	for name, body := range map[string]string{
		"alone":   account,
		"in JSON": `{"jwt":"` + account + `","imports":[{"token":"` + activation + `"}],"n":1}`,
		"a list":  "AAA|" + account + "\nBBB|" + account,
		"twice":   account + " " + activation,
	} {
		got := string(Redacted("2.12.0", []byte(body)))
		if strings.Contains(got, signature(account)) || strings.Contains(got, signature(activation)) {
			t.Errorf("%s: a signature is left: %s", name, got)
		}
	}
	got := string(Redacted("2.12.0", []byte(account)))
	claims := claimsOf(t, got)
	if claims["name"] != "APP" || !strings.HasSuffix(got, "."+mask) {
		t.Errorf("claims %v of %s", claims, got)
	}
	nested := claims["nats"].(map[string]any)["imports"].([]any)[0].(map[string]any)["token"].(string)
	if inner := claimsOf(t, nested); !strings.HasSuffix(nested, "."+mask) || inner["nats"].(map[string]any)["subject"] != "orders.>" {
		t.Errorf("the activation within is %s", nested)
	}
	if _, err := jwt.Decode(got); err == nil {
		t.Error("it still is a valid JWT")
	}
	again := Redacted("2.12.0", []byte(got))
	if string(again) != got {
		t.Errorf("redacted twice: %s", again)
	}
}

// TestDeepJWTs hides the signatures of JWTs in the claims of JWTs, however deep a
// server puts them.
func TestDeepJWTs(t *testing.T) {
	encode := base64.RawURLEncoding.EncodeToString
	token := "no token"
	for depth := range 7 {
		token = encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(`{"token":"`+token+`"}`)) + ".signed"
		layers := 0
		for left := string(Redacted("2.12.0", []byte(token))); strings.Contains(left, ".") && layers <= depth; layers++ {
			if strings.Contains(left, ".signed") {
				t.Errorf("depth %d: the signature of layer %d is left: %s", depth, layers, left)
			}
			inner, err := base64.RawURLEncoding.DecodeString(strings.Split(left, ".")[1])
			if err != nil {
				break // it is masked
			}
			left = strings.TrimSuffix(strings.TrimPrefix(string(inner), `{"token":"`), `"}`)
		}
		if layers < min(depth+1, maxNested) {
			t.Errorf("depth %d: only %d layers are left", depth, layers)
		}
	}
}

// TestRedactedMembers hides members that grant access, marks that they were there,
// and touches nothing else.
func TestRedactedMembers(t *testing.T) {
	for body, want := range map[string]string{
		`{"nonce":"abc","user":"bob"}`:                   `{"nonce":"********","user":"bob"}`,
		`{"a":{"auth_token" : "x\"y","pass":"p","n":1}}`: `{"a":{"auth_token" : "********","pass":"********","n":1}}`,
		`{"sig":"s","password":"","seed":7}`:             `{"sig":"********","password":"","seed":7}`,
		`{"note":"\"token\":\"kept\""}`:                  `{"note":"\"token\":\"kept\""}`,
		`["token","x"]`:                                  `["token","x"]`,
		`{"token":"plain"}`:                              `{"token":"********"}`,
		`{"tokens":"plain","my_token":"x"}`:              `{"tokens":"plain","my_token":"x"}`,
		`{"pass":"never ends`:                            `{"pass":"********`,
		`{"file":"a.eyes.b","host":"key.eyx"}`:           `{"file":"a.eyes.b","host":"key.eyx"}`,
	} {
		if got := string(Redacted("2.12.0", []byte(body))); got != want {
			t.Errorf("%s\nbecame %s\nwant   %s", body, got, want)
		}
	}
}

// TestRedactedProperty: what is JSON stays JSON of the same shape, without secrets
// it stays as it is, and the second time changes nothing.
func TestRedactedProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SampledFrom([]string{"name", "sig", "token", "user", "pass", "n", "url"})
		value := rapid.OneOf(rapid.StringN(0, 20, 40), rapid.Just("nats://u:p@h"), rapid.Just("eyJ.eyJ.c2ln"), rapid.Just(`\"`))
		in := rapid.MapOf(names, value).Draw(t, "in")
		body, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		got := Redacted("2.12.0", body)
		var out map[string]string
		if err := json.Unmarshal(got, &out); err != nil || len(out) != len(in) {
			t.Fatalf("%s became %s: %v", body, got, err)
		}
		if again := Redacted("2.12.0", got); !bytes.Equal(again, got) {
			t.Errorf("%s became %s the second time", got, again)
		}
		for k, v := range in {
			secret := k == "sig" || k == "token" || k == "pass"
			switch {
			case secret && v != "" && out[k] == v && !strings.HasSuffix(v, mask):
				t.Errorf("%s is left: %s", k, v)
			case !secret && !strings.Contains(v, "://") && !strings.Contains(v, ".ey") && out[k] != v:
				t.Errorf("%s became %q from %q", k, out[k], v)
			}
		}
	})
}

// TestMaskingIsLinear gives texts that are made to take long.
func TestMaskingIsLinear(t *testing.T) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := pair.Seed()
	if err != nil {
		t.Fatal(err)
	}
	const size = 8 << 20
	fill := func(s string) []byte { return bytes.Repeat([]byte(s), size/len(s)) }
	for name, body := range map[string][]byte{
		"seeds":         fill(string(seed)),
		"like seeds":    fill("SUAB"),
		"schemes":       fill("a://"),
		"at signs":      append([]byte("a://"), fill("@")...),
		"like JWTs":     fill("ey.ey"),
		"dots":          fill("ey.ey.ey."),
		"members":       fill(`"sig":"x`),
		"open strings":  fill(`"token":`),
		"backslashes":   append([]byte(`{"pass":"`), fill(`\`)...),
		"nothing":       fill("x"),
		"old and large": append([]byte(`{"reason":"Authentication Failure","l":"`), fill("u")...),
	} {
		began := time.Now()
		Redacted("2.9.1", body)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: %v for 8 MB", name, took)
		}
	}
	if got := Masked(fill(string(seed))); bytes.Contains(got, seed) {
		t.Error("a seed is left among many")
	}
	if n := bytes.Count(Masked(fill(fmt.Sprintf("%s ", seed))), []byte(mask)); n != size/(len(seed)+1) {
		t.Errorf("%d seeds are hidden", n)
	}
}
