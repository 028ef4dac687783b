package contextcmd

import (
	"testing"

	"github.com/natsctl/natsctl/internal/cli"
)

// FuzzEditedContext: whatever an editor leaves behind, reading it does not
// panic, and a mistake in it is one of usage.
func FuzzEditedContext(f *testing.F) {
	for _, seed := range []string{
		"", "url: nats://a\n", "url: [a]", "a: &a [*a]", "user: x\nuser: y", "password: hunter2\nurll: x", "tls_first: yes\n",
		"windows_ca_certs_match: [a, null]", "\t", "url: \x1b[2J", "- a", "{}", "---\n---\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		set, err := parseEdited(text)
		if code, _ := cli.Explain(Advices(), err); err != nil && code != cli.ExitUsage && code != cli.ExitFailed {
			t.Errorf("%q: exit code %d: %v", text, code, err)
		}
		_ = set.Validate()
	})
}
