package claims_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/natsctl/natsctl/internal/sys/claims"
	"github.com/natsctl/natsctl/internal/sys/failure"
	"github.com/natsctl/natsctl/internal/sys/wire"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestResolver asks resolvers that answer with these texts, each after a time.
func TestResolver(t *testing.T) {
	const lookup, pack = "$SYS.REQ.ACCOUNT.ACC.CLAIMS.LOOKUP", "$SYS.REQ.CLAIMS.PACK"
	type answer struct {
		text  string
		after time.Duration
	}
	for name, c := range map[string]struct {
		subject string
		answers []answer
		account string // to look up; "": all claims
		want    []string
		took    time.Duration
		silent  bool
	}{
		"as many as servers":       {lookup, []answer{{"one", 0}, {"", 100}, {"three", 200}}, "ACC", []string{"one", "", "three"}, 200, false},
		"fewer than servers":       {lookup, []answer{{"one", 0}, {"two", 400}}, "ACC", []string{"one", "two"}, 900, false},
		"one after the quiet time": {lookup, []answer{{"one", 0}, {"two", 600}}, "ACC", []string{"one"}, 500, false},
		"the first may be slow":    {lookup, []answer{{"one", 1500}}, "ACC", []string{"one"}, 2000, false},
		"no answer":                {lookup, nil, "ACC", nil, 2000, true},
		"no resolver":              {"other", nil, "ACC", nil, 0, false},
		"a wildcard":               {"$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP", []answer{{"one", 0}}, "*", nil, 0, false},
		"two tokens":               {lookup, []answer{{"one", 0}}, "ACC CLAIMS", nil, 0, false},
		"all, to the empty answer": {pack, []answer{{"A|one\nB|two\n", 0}, {"C|three\nnothing", 10}, {"", 20}, {"D|four", 30}}, "", []string{"one", "two", "three"}, 20, false},
		"all, without an end":      {pack, []answer{{"A|one", 0}}, "", []string{"one"}, 500, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := stub.New(t, "n1", "N"+strings.Repeat("A", 55))
				s.Handle(c.subject, func(m stub.Message) bool {
					for _, a := range c.answers {
						time.AfterFunc(a.after*time.Millisecond, func() { s.Send(stub.Message{Subject: m.Reply, Data: []byte(a.text)}) })
					}
					return true
				})
				asker := &claims.Asker{Conn: wire.New(s.Connect(t)), Timeout: 2 * time.Second, Quiet: 500 * time.Millisecond}
				start := time.Now()
				var got []string
				var err error
				if c.account == "" {
					got, err = asker.ResolverClaims(t.Context())
				} else {
					got, err = asker.ResolverLookup(t.Context(), c.account, 3)
				}
				var silent *failure.SilentError
				if !slices.Equal(got, c.want) || errors.As(err, &silent) != c.silent || !c.silent && err != nil {
					t.Errorf("%q, %v; want %q", got, err, c.want)
				}
				if took := time.Since(start); took != c.took*time.Millisecond {
					t.Errorf("it took %v, want %v", took, c.took*time.Millisecond)
				}
			})
		})
	}
}
