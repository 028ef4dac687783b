package natsctx

import (
	"strings"
	"testing"
)

func TestNameBounds(t *testing.T) {
	must(t, CheckName(strings.Repeat("x", maxName)))
	wantErr(t, CheckName(strings.Repeat("x", maxName+1)), ErrBadName, "longer than 200 bytes")
	for name, words := range map[string]string{
		"":        "empty",
		"a..b":    `".."`,
		"a/b":     "separator",
		`a\b`:     "separator",
		"a\x00b":  "NUL",
		" a":      "blank",
		"a\t":     "blank",
		"-a":      "flag",
		"a\xffb":  "UTF-8",
		"a\x1b[m": "invisible",
	} {
		wantErr(t, CheckNewName(name), ErrBadName, words)
	}
	for _, name := range []string{"a", "a-b", "a b", "ünder", "a.b"} {
		must(t, CheckNewName(name))
	}
}

func TestQuotePath(t *testing.T) {
	for path, want := range map[string]string{
		"/a/b.pem":    "/a/b.pem",
		"/a/ü":        "/a/ü",
		"/a b":        `"/a b"`,
		`/a"b`:        `"/a\"b"`,
		"/a'b":        `"/a'b"`,
		"/a\nb":       `"/a\nb"`,
		"/a\x1b[31mb": `"/a\x1b[31mb"`,
		"/a\u202eb":   `"/a\u202eb"`,
		"/a\xff":      `"/a\xff"`,
		"/x/SUAMLK2ZNL35WSMW37E7UD4VZ7ELPKW7DHC3BWBSD2GCZ7IUQQXZIORRBU": Mask,
	} {
		if got := quotePath(path); got != want {
			t.Errorf("%q: %s, want %s", path, got, want)
		}
	}
}
