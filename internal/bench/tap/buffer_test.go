package tap

import (
	"errors"
	"strings"
	"testing"
)

// TestBuffer writes when it is asked to, or when 64 KiB have come together.
func TestBuffer(t *testing.T) {
	tp := New(func() int64 { return 0 })
	s := &socket{}
	tp.Wrap(s)
	b := NewBuffer(tp)
	if err := b.Flush(); err != nil {
		t.Errorf("nothing to send: %v", err)
	}
	if err := b.PublishRequest("a", "r", []byte("xy")); err != nil || s.w.Len() != 0 {
		t.Errorf("%v, %q", err, s.w.String())
	}
	if err := b.Flush(); !errors.Is(err, ErrNoConn) {
		t.Errorf("not connected: %v", err)
	}
	if err := tp.Start(); err != nil {
		t.Fatal(err)
	}
	if err := b.Flush(); err != nil || s.w.Len() != 0 {
		t.Errorf("what was lost is sent: %q", s.w.String())
	}
	_ = b.PublishRequest("a", "r", []byte("xy"))
	_ = b.PublishRequest("b.c", "r.2", nil)
	if err := b.Flush(); err != nil || s.w.String() != "PUB a r 2\r\nxy\r\nPUB b.c r.2 0\r\n\r\n" {
		t.Errorf("%v, %q", err, s.w.String())
	}
	s.w.Reset()
	large := []byte(strings.Repeat("x", batchBytes/2-20))
	for n := range 3 {
		if err := b.PublishRequest("a", "r", large); err != nil || (s.w.Len() > 0) != (n == 2) {
			t.Errorf("message %d: %v, %d bytes written", n, err, s.w.Len())
		}
	}
}
