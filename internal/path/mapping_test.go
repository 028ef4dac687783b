package path

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// TestMapping applies mappings of each kind.
func TestMapping(t *testing.T) {
	for _, tt := range []struct {
		source, destination, subject, want string
		err                                error
	}{
		{"a", "b", "a", "b", nil},
		{"a", "b", "c", "", ErrNoMatch},
		{"orders.*", "eu.{{wildcard(1)}}.new", "orders.x", "eu.x.new", nil},
		{"orders.*", "eu.$1", "orders.x", "eu.x", nil},
		{"*.*", "{{wildcard(2)}}.{{wildcard(1)}}", "a.b", "b.a", nil},
		{"a.>", "b.>", "a.x.y", "b.x.y", nil},
		{"a.>", "b.>", "a", "", ErrNoMatch},
		{"a.*", "{{split(1,-)}}", "a.x-y", "x.y", nil},
		{"a.*", "b.{{partition(1,1)}}", "a.x", "b.0", nil},
		{"a.*", "b.{{wildcard(1)}}", "a.*", "", ErrSubject},
		{"a.*", "b.{{wildcard(1)}}", "a..", "", ErrSubject},
		{"a.*", "b.{{wildcard(1)}}", "", "", ErrSubject},
	} {
		m, err := NewMapping(tt.source, tt.destination, false)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := m.Apply(tt.subject); got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s from %s to %s: %q, %v; want %q, %v", tt.subject, tt.source, tt.destination, got, err, tt.want, tt.err)
		}
	}
}

// TestInvalidMappings refuses what a server refuses, and for imports more.
func TestInvalidMappings(t *testing.T) {
	for _, tt := range []struct {
		source, destination string
		strict, valid       bool
	}{
		{"", "b", false, false},
		{"a", "", false, false},
		{"a..b", "c", false, false},
		{"a.*", "b.{{wildcard(2)}}", false, false},
		{"a.*", "b.*", false, false},
		{"a.>", "b", false, false},
		{"a", "b.>", false, false},
		{"a.*", "b.{{nope(1)}}", false, false},
		{"a.*.*", "b.{{wildcard(1)}}", false, true},
		{"a.*.*", "b.{{wildcard(1)}}", true, false},
		{"a.*", "b.{{partition(3,1)}}", false, true},
		{"a.*", "b.{{partition(3,1)}}", true, false},
		{"a.*.*", "b.{{wildcard(2)}}.{{wildcard(1)}}", true, true},
	} {
		m, err := NewMapping(tt.source, tt.destination, tt.strict)
		if (err == nil) != tt.valid || !tt.valid && (m != nil || !errors.Is(err, ErrMapping)) {
			t.Errorf("%q to %q (strict %v): %v", tt.source, tt.destination, tt.strict, err)
		}
	}
	for destination, want := range map[string]bool{"b.{{random(5)}}": true, "b.{{ Random( 5 )}}": true, "b.random(5)": false, "b.{{partition(5,1)}}": false} {
		if m, err := NewMapping("a.*", destination, false); err == nil && m.Random != want {
			t.Errorf("%s: random %v", destination, m.Random)
		}
	}
}

// TestMappingIsTheServers publishes through a server with the mappings, and gets
// each message on the subject that was computed.
func TestMappingIsTheServers(t *testing.T) {
	cases := []struct{ source, destination, subject string }{
		{"one", "uno", "one"},
		{"two.*", "dos.{{wildcard(1)}}.x", "two.a"},
		{"three.*.*", "tres.{{wildcard(2)}}.{{wildcard(1)}}", "three.a.b"},
		{"four.>", "cuatro.>", "four.a.b.c"},
		{"five.*", "cinco.{{partition(7,1)}}.{{wildcard(1)}}", "five.abc"},
		{"six.*", "seis.{{SplitFromLeft(1,2)}}", "six.abcd"},
		{"seven.*", "siete.{{right(1,2)}}", "seven.abcd"},
	}
	var lines []string
	for _, c := range cases {
		lines = append(lines, fmt.Sprintf("%q: %q", c.source, c.destination))
	}
	file := filepath.Join(t.TempDir(), "nats.conf")
	if err := os.WriteFile(file, []byte("listen: \"127.0.0.1:-1\"\nmappings: {\n"+strings.Join(lines, "\n")+"\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	options, err := server.ProcessConfigFile(file)
	if err != nil {
		t.Fatal(err)
	}
	options.NoLog, options.NoSigs = true, true
	s, err := server.NewServer(options)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	nc, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	for _, c := range cases {
		m, err := NewMapping(c.source, c.destination, false)
		if err != nil {
			t.Fatal(err)
		}
		want, err := m.Apply(c.subject)
		if err != nil {
			t.Fatal(err)
		}
		got := make(chan string, 1)
		sub, err := nc.Subscribe(">", func(msg *nats.Msg) { got <- msg.Subject })
		if err != nil {
			t.Fatal(err)
		}
		if err := nc.Publish(c.subject, nil); err != nil {
			t.Fatal(err)
		}
		if heard := <-got; heard != want {
			t.Errorf("%s from %s to %s: the server delivers on %s, computed %s", c.subject, c.source, c.destination, heard, want)
		}
		if err := sub.Unsubscribe(); err != nil {
			t.Fatal(err)
		}
	}
}
