package authcmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/testcluster/trusted"
)

const configuration = `accounts: {
  APP: {
    users: [
      {user: dave, password: secret-word, permissions: {publish: {allow: ["orders.*"], deny: "orders.secret"}, subscribe: ["orders.> workers", "news"], allow_responses: {max: 3}}}
      {user: "e\x1b[31mve", password: secret-word}
    ]
  }
}`

// TestCan asks about every kind of user, in every way, and holds answers and exit
// codes.
func TestCan(t *testing.T) {
	r := newRoom(t, 2)
	r.claims.Mappings = jwt.Mapping{"chat.dave.old": {{Subject: "chat.dave.new", Weight: 80}}}
	r.claims.Imports.Add(&jwt.Import{Account: r.System.Public, Subject: "sys.ping", LocalSubject: "chat.dave.ping", Type: jwt.Service})
	r.Store(t, r.claims)
	creds, _ := r.connected("dave")
	chain := filepath.Join(t.TempDir(), "APP.jwt")
	config := filepath.Join(t.TempDir(), "nats.conf")
	for path, text := range map[string]string{chain: trusted.Encode(t, r.claims, r.Key), config: configuration} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for question, want := range map[string]struct {
		answer string
		code   int
	}{
		"dave pub chat.dave.hello":                            {`"yes"`, 0},
		"dave publish chat.eve.hello":                         {`"no"`, 4},
		"dave pub chat.>":                                     {`"partly"`, 4},
		"dave sub anything workers":                           {`"yes"`, 0},
		"dave pub chat.dave.old":                              {"mapped from chat.dave.old to chat.dave.new, 80%", 0},
		"dave pub chat.dave.ping":                             {"goes to the service sys.ping", 0},
		"--creds " + creds + " pub chat.dave.hello":           {`"rights_of": "signing key of role member"`, 0},
		"--creds " + creds + " pub x":                         {`"no"`, 4},
		"--creds " + creds + " --chain " + chain + " pub x":   {`"no"`, 4},
		"pub anything":                                        {`"account": "SYS"`, 0},
		"pub $NRG.x":                                          {"the server reserves", 4},
		"--config " + config + " dave pub orders.new":         {`"rule": "orders.*"`, 0},
		"--config " + config + " dave pub orders.secret":      {`"reply"`, 4},
		"--config " + config + " dave sub orders.new workers": {`"yes"`, 0},
		"--config " + config + " dave sub orders.new":         {`"no"`, 4},
		"--config " + config + " dave sub *":                  {`"no"`, 4},
		"--config " + config + " --as leafnode dave sub *":    {`"yes"`, 0},
		"--config " + config + " eve pub x":                   {"", 1},
		"nobody pub x":                                        {"", 1},
		"dave pub":                                            {"", 2},
		"dave pub a..b":                                       {"", 2},
		"dave pub a queue":                                    {"", 2},
		"--creds " + creds + " dave pub x":                    {"", 2},
		"--creds " + creds + " --chain " + creds + " pub x":   {"", 2},
		"--list dave pub x":                                   {"", 2},
		"--who dave pub x":                                    {"", 2},
		"--list dave":                                         {`"subject": "chat.dave.`, 0},
		"--list --config " + config + " dave":                 {`"subject": "orders.secret"`, 0},
		"--who pub chat.dave.hello":                           {`"user": "dave"`, 0},
		"--who pub chat.eve.hello":                            {`"rule": "chat.*.`, 0},
		"--who --config " + config + " pub orders.new":        {`"user": "dave"`, 0},
		"--who --account SYS pub x":                           {`"account": "` + r.System.Public + `"`, 0},
	} {
		out, words, code := r.run(append([]string{"can", "-o", "json"}, strings.Fields(question)...)...)
		if code != want.code || !strings.Contains(out, want.answer) || want.answer == "" && (out != "" || !strings.Contains(words, "error")) {
			t.Errorf("%s: exit %d, want %d: %s%s", question, code, want.code, out, words)
		}
		secretsIn(t, out+words, creds)
		if strings.Contains(out+words, "secret-word") {
			t.Errorf("%s: a password is shown: %s%s", question, out, words)
		}
	}
	for _, tty := range []bool{true, false} {
		r.tty = tty
		for _, question := range [][]string{{"--who", "--config", config, "pub", "x"}, {"--config", config, "e\x1b[31mve", "pub", "x"}, {"--config", config, "e\x1b[31mv", "pub", "x"}, {"--list", "dave"}, {"dave", "pub", "x"}} {
			if out, words, _ := r.run(append([]string{"can"}, question...)...); strings.ContainsAny(out+words, "\x1b") || out+words == "" {
				t.Errorf("%q: %q %q", question, out, words)
			}
		}
	}
}

// TestCanOfRefused refuses to decide about a user that servers refuse.
func TestCanOfRefused(t *testing.T) {
	r := newRoom(t, 1)
	user, other := trusted.New(t, nkeys.CreateUser), trusted.New(t, nkeys.CreateAccount)
	c := jwt.NewUserClaims(user.Public)
	c.IssuerAccount = r.app.Public
	creds := trusted.Creds(t, trusted.Encode(t, c, other), user)
	if out, words, code := r.run("can", "--creds", creds, "pub", "x"); code != cli.ExitAuth || out != "" {
		t.Errorf("exit %d: %s%s", code, out, words)
	}
}
