package wire

import (
	"errors"
	"fmt"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/sys/failure"
)

// FuzzDenial: whatever a server says of a permission, it is read without a
// panic, and what is no denial is none.
func FuzzDenial(f *testing.F) {
	for _, seed := range []string{
		"", `Permissions Violation for Publish to "$SYS.REQ.SERVER.PING"`, `permissions violation for subscription to "_INBOX.x" using queue "q"`,
		`Permissions Violation for Publish to ""`, `Permissions Violation for Publish to "\x1b[31m`, "\xff\x00",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if parseDenial(errors.New(text)) != nil {
			t.Errorf("%q is taken for a denial", text)
		}
		p := parseDenial(fmt.Errorf("%w: %s", nats.ErrPermissionViolation, text))
		if p == nil || !errors.Is(p, failure.ErrPermission) || p.Error() == "" {
			t.Errorf("%q: %v", text, p)
		}
	})
}
