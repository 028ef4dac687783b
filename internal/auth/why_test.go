package auth

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/testcluster/trusted"
)

// TestWhyWithoutToken judges logins by name, key, token and certificate, with
// and without the configuration of the server.
func TestWhyWithoutToken(t *testing.T) {
	known, other := trusted.New(t, nkeys.CreateUser), trusted.New(t, nkeys.CreateUser)
	file := filepath.Join(t.TempDir(), "nats.conf")
	text := `accounts: {APP: {users: [{user: dave, password: x}, {user: web, password: x, allowed_connection_types: [WEBSOCKET]}, {nkey: ` + known.Public + `}]}}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	config, err := ReadConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	callout, mapped := *config, *config
	callout.Callout, mapped.TLSMap = true, true
	user := func(name string) Attempt {
		return Attempt{Reason: "Authentication Failure", User: name, Kind: "Client", Type: "nats"}
	}
	cert := Attempt{Reason: "Authentication Failure", Cert: "CN=dave"}
	for name, c := range map[string]struct {
		attempt Attempt
		known   Known
		code    Code
		proven  bool
	}{
		"an unknown user":             {user("dave"), Known{Mode: ModeConfig}, UnknownUser, false},
		"the user is connected":       {user("dave"), Known{Mode: ModeConfig, Present: true}, WrongPassword, false},
		"the key is connected":        {user(known.Public), Known{Mode: ModeConfig, Present: true}, WrongKey, false},
		"an unknown key":              {user(known.Public), Known{Mode: ModeConfig}, UnknownUser, false},
		"the user is configured":      {user("dave"), Known{Config: config}, WrongPassword, true},
		"the user is not configured":  {user("eve"), Known{Config: config}, UnknownUser, true},
		"the key is configured":       {user(known.Public), Known{Config: config}, WrongKey, true},
		"the key is not configured":   {user(other.Public), Known{Config: config}, UnknownUser, true},
		"another way of connecting":   {user("web"), Known{Config: config}, ConnectionType, true},
		"the callout decides":         {user("eve"), Known{Config: &callout}, Unproven, false},
		"a configured user first":     {user("dave"), Known{Config: &callout}, WrongPassword, true},
		"nobody, and a callout":       {user(""), Known{Config: &callout}, Unproven, false},
		"a token":                     {user(redacted), Known{Mode: ModeConfig}, WrongToken, false},
		"nothing":                     {user(""), Known{Mode: ModeConfig}, NoCredentials, false},
		"a certificate":               {cert, Known{Mode: ModeConfig}, CertificateSubject, false},
		"a certificate, mapped":       {cert, Known{Config: &mapped}, CertificateSubject, true},
		"a certificate, not mapped":   {cert, Known{Config: config}, NoCredentials, false},
		"no certificate is known":     {user(""), Known{Config: &mapped}, CertificateSubject, false},
		"a password in operator mode": {user("dave"), Known{Mode: ModeOperator, Present: true}, NoToken, true},
		"a key in operator mode":      {user(known.Public), Known{Mode: ModeOperator}, NoToken, true},
		"too late":                    {Attempt{Reason: "Authentication Timeout"}, Known{Mode: ModeOperator}, Timeout, true},
		"full":                        {Attempt{Reason: "Maximum Connections Exceeded", User: "dave"}, Known{Config: config}, ServerFull, true},
		"a proxy that is not trusted": {Attempt{Reason: "Proxy Not Trusted"}, Known{Mode: ModeConfig}, Proxy, true},
	} {
		v := Why(c.attempt, c.known)
		if len(v.Causes) != 1 || v.Causes[0].Code != c.code || v.Causes[0].Proven != c.proven || v.Causes[0].Next == "" || v.Refused() != c.proven {
			t.Errorf("%s: %+v", name, v)
		}
		if unknown := strings.Contains(v.Causes[0].Text, "not provable from outside"); unknown != (!c.proven && (c.code == UnknownUser || c.code == Unproven)) {
			t.Errorf("%s: %q", name, v.Causes[0].Text)
		}
	}
}

// fixture is a user of an account, with its JWT.
type fixture struct {
	account, user trusted.Pair
	ac            *jwt.AccountClaims
	uc            *jwt.UserClaims
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{account: trusted.New(t, nkeys.CreateAccount), user: trusted.New(t, nkeys.CreateUser)}
	f.ac, f.uc = jwt.NewAccountClaims(f.account.Public), jwt.NewUserClaims(f.user.Public)
	f.ac.Name, f.uc.Name = "APP", "dave"
	return f
}

func (f *fixture) held(server string, issued int64) Holder {
	c := *f.ac
	c.IssuedAt = issued
	return Holder{ServerID: server, Server: strings.ToLower(server), Info: accountInfo(&c)}
}

func accountInfo(c *jwt.AccountClaims) *server.AccountInfo {
	return &server.AccountInfo{AccountName: c.Subject, Claim: c}
}

// TestWhyByClocks blames a clock only when it is off and explains the refusal.
func TestWhyByClocks(t *testing.T) {
	at := time.Now().Truncate(time.Second)
	for name, c := range map[string]struct {
		expires, before time.Duration // from the server's clock
		skew            time.Duration
		want            []string
	}{
		"expired by a clock that is ahead":          {-time.Minute, 0, 5 * time.Minute, []string{"expired", "clock_skew"}},
		"expired by a right clock":                  {-time.Minute, 0, time.Second, []string{"expired"}},
		"expired long ago by a clock that is ahead": {-time.Hour, 0, 5 * time.Minute, []string{"expired"}},
		"too early by a clock that is behind":       {0, time.Minute, -5 * time.Minute, []string{"not_yet_valid", "clock_skew"}},
		"valid by a clock that is behind":           {time.Minute, 0, -5 * time.Minute, []string{"not_provable"}},
		"expires now":                               {0, 0, 0, []string{"not_provable"}},
	} {
		f := newFixture(t)
		if c.expires != 0 {
			f.uc.Expires = at.Add(c.expires).Unix()
		}
		if c.before != 0 {
			f.uc.NotBefore = at.Add(c.before).Unix()
		}
		token := trusted.IssuedAt(t, trusted.Encode(t, f.uc, f.account), f.account, at.Add(-2*time.Hour))
		v := Why(Attempt{Time: at, Server: "A", Reason: "Authentication Failure", Token: token}, Known{Asked: true, Holders: []Holder{f.held("A", 7)}, Skews: map[string]time.Duration{"A": c.skew, "B": time.Hour}})
		if got := v.Codes(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestWhyOnStaleServers judges by what the refusing server holds, and names the
// server that holds an older JWT.
func TestWhyOnStaleServers(t *testing.T) {
	f := newFixture(t)
	signer := trusted.New(t, nkeys.CreateAccount)
	f.uc.IssuerAccount = f.account.Public
	token := trusted.Encode(t, f.uc, signer)
	old := f.held("OLD", 100)
	f.ac.SigningKeys.Add(signer.Public)
	fresh := f.held("NEW", 200)
	old.Info.Claim.SigningKeys = nil
	known := Known{Asked: true, Holders: []Holder{old, fresh}}
	refused := Attempt{Time: time.Now(), Reason: "Authentication Failure", Token: token}
	refused.Server = "OLD"
	if v := Why(refused, known); !slices.Equal(v.Codes(), []string{"signer_unknown"}) || len(v.Notes) != 1 || !strings.HasPrefix(v.Notes[0], "old holds an older JWT of account APP") {
		t.Errorf("%+v", v)
	}
	refused.Server = "NEW"
	if v := Why(refused, known); !slices.Equal(v.Codes(), []string{"not_provable"}) || v.By != "signing key" {
		t.Errorf("%+v", v)
	}
	if v := Why(Attempt{Time: time.Now(), Token: token, Seed: trusted.New(t, nkeys.CreateUser).Public}, known); !slices.Equal(v.Codes(), []string{"wrong_key"}) {
		t.Errorf("another seed: %+v", v)
	}
	old.Info.Claim.IssuedAt, fresh.Info.Claim.IssuedAt = 300, 200 // the key was removed
	refused.Server = "OLD"
	if v := Why(refused, Known{Asked: true, Holders: []Holder{old, fresh}}); len(v.Causes) != 1 || !strings.Contains(v.Causes[0].Text, "which new still holds") {
		t.Errorf("a key that was removed: %+v", v)
	}
}

// TestWhyAtLimits tells connections from leafnode connections, and counts both.
func TestWhyAtLimits(t *testing.T) {
	f := newFixture(t)
	f.ac.Limits.Conn, f.ac.Limits.LeafNodeConn = 5, 2
	token := trusted.Encode(t, f.uc, f.account)
	for name, c := range map[string]struct {
		attempt        Attempt
		clients, leafs int
		want           []string
	}{
		"the server says so":      {Attempt{Reason: "Maximum Account Connections Exceeded", Kind: "Client", Type: "nats"}, 0, 0, []string{"account_connections"}},
		"the server says leafs":   {Attempt{Reason: "Maximum Account Connections Exceeded", Kind: "Leafnode", Type: "nats"}, 0, 0, []string{"account_leafnodes"}},
		"would be the sixth":      {Attempt{Kind: "Client", Type: "nats"}, 4, 1, []string{"account_connections"}},
		"would be the fifth":      {Attempt{Kind: "Client", Type: "nats"}, 3, 1, []string{}},
		"would be the third leaf": {Attempt{Kind: "Leafnode", Type: "nats"}, 0, 2, []string{"account_leafnodes"}},
	} {
		h := f.held("A", 1)
		h.Info.ClientCnt, h.Info.LeafCnt = c.clients, c.leafs
		c.attempt.Time, c.attempt.Token = time.Now(), token
		if got := Why(c.attempt, Known{Asked: true, Holders: []Holder{h}}).Codes(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	for limit, want := range map[int64][]string{0: {"account_connections"}, -1: {}} { // nobody may connect; there is no limit
		f.ac.Limits.Conn = limit
		attempt := Attempt{Kind: "Client", Type: "nats", Time: time.Now(), Token: token}
		if got := Why(attempt, Known{Asked: true, Holders: []Holder{f.held("A", 1)}}).Codes(); !slices.Equal(got, want) {
			t.Errorf("limit %d: %q, want %q", limit, got, want)
		}
	}
}

// TestWhyOfASeed blames the private key only where it is not the user's and a
// login needs it.
func TestWhyOfASeed(t *testing.T) {
	own, other := trusted.New(t, nkeys.CreateUser), trusted.New(t, nkeys.CreateUser)
	for _, c := range []struct {
		seed   string
		bearer bool
		want   []string
	}{
		{own.Public, false, []string{}},
		{other.Public, false, []string{"wrong_key"}},
		{other.Public, true, []string{}},
		{"", false, []string{}},
	} {
		f := newFixture(t)
		f.uc.Subject, f.uc.BearerToken = own.Public, c.bearer
		known := Known{Asked: true, Holders: []Holder{f.held("A", 1)}}
		if got := Why(Attempt{Time: time.Now(), Token: trusted.Encode(t, f.uc, f.account), Seed: c.seed}, known).Codes(); !slices.Equal(got, c.want) {
			t.Errorf("bearer %v, seed of %q: %q, want %q", c.bearer, c.seed, got, c.want)
		}
	}
}

func TestInTimes(t *testing.T) {
	day, night := []jwt.TimeRange{{Start: "08:00:00", End: "18:00:00"}}, []jwt.TimeRange{{Start: "22:00:00", End: "06:00:00"}}
	for _, c := range []struct {
		clock  string
		ranges []jwt.TimeRange
		zone   string
		want   bool
	}{
		{"12:00:00", day, "UTC", true},
		{"08:00:00", day, "UTC", false},
		{"08:00:01", day, "UTC", true},
		{"18:00:00", day, "UTC", false},
		{"03:00:00", day, "UTC", false},
		{"23:00:00", night, "UTC", true},
		{"05:00:00", night, "UTC", true},
		{"12:00:00", night, "UTC", false},
		{"12:00:00", append(night, day...), "UTC", true},
		{"07:30:00", day, "Europe/Berlin", true},
		{"12:00:00", day, "Nowhere/Else", false},
		{"12:00:00", []jwt.TimeRange{{Start: "x", End: "18:00:00"}}, "UTC", false},
	} {
		at, err := time.Parse(time.TimeOnly, c.clock)
		if err != nil {
			t.Fatal(err)
		}
		at = at.AddDate(2026, 0, 0)
		if got := inTimes(at, c.ranges, c.zone); got != c.want {
			t.Errorf("%s in %v %s: %v", c.clock, c.ranges, c.zone, got)
		}
	}
}
