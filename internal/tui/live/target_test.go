package live

import (
	"strings"
	"testing"
)

// TestTarget checks that what must be typed can be typed.
func TestTarget(t *testing.T) {
	for _, row := range []struct {
		who, want string
	}{{"orders", "orders"}, {"", "n1"}, {"a\x1b[2J", "7"}, {strings.Repeat("x", 300), "7"}, {"日本", "7"}} {
		if got := (Action{Verb: "kick", Server: "n1", Conn: 7, Who: row.who}).Target(); got != row.want {
			t.Errorf("kick %q is confirmed by %q, want %q", row.who, got, row.want)
		}
	}
}
