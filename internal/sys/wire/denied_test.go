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

// TestOtherErrorsAreNoDenials passes on nothing but denials.
func TestOtherErrorsAreNoDenials(t *testing.T) {
	d := newDenials()
	ch, stop := d.listen()
	defer stop()
	d.observe(errors.New("nats: slow consumer"))
	d.observe(nats.ErrPermissionViolation) // of a subject that is not told
	if len(ch) != 1 || (<-ch).Subject != "" {
		t.Errorf("%d more", len(ch))
	}
}
