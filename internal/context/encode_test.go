package natsctx

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func readFixture(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestEncodeIsByteForByteWhatWasDecoded(t *testing.T) {
	for _, name := range []string{"full.json", "unknown.json"} {
		data := readFixture(t, name)
		c, err := Decode("x", data)
		if err != nil {
			t.Fatal(err)
		}
		again, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(data), string(again)); diff != "" {
			t.Errorf("%s (-file +encoded):\n%s", name, diff)
		}
	}
}

func TestFieldsAreTheKeysOfSettingsInOrder(t *testing.T) {
	kind := reflect.TypeFor[Settings]()
	if kind.NumField() != 24 || len(fields) != 24 {
		t.Fatalf("%d settings, %d fields, want 24", kind.NumField(), len(fields))
	}
	c, err := Decode("x", readFixture(t, "full.json"))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range fields {
		if tag := kind.Field(i).Tag.Get("json"); tag != f.Key {
			t.Errorf("field %d is %q in the file and %q in the table", i, tag, f.Key)
		}
		if !f.IsSet(&c.Settings) {
			t.Errorf("the fixture leaves %q unset", f.Key)
		}
		var copied Settings
		f.copyTo(&c.Settings, &copied)
		if got, want := f.Value(&copied), f.Value(&c.Settings); got != want {
			t.Errorf("%s: copied %q, want %q", f.Key, got, want)
		}
	}
}

func TestDecodeSaysWhatIsWrong(t *testing.T) {
	for _, tc := range []struct{ data, want string }{
		{"", "the file is empty"},
		{" \n", "the file is empty"},
		{"[]", "not a JSON object"},
		{"null", "not a JSON object"},
		{`{"url": 5}`, `key "url" must be a string, not a number`},
		{`{"tls_first": "yes"}`, `key "tls_first" must be a bool, not a string`},
		{"{\n  \"url\": \"x\",,\n}", "line 2 column 14: invalid character ','"},
		{`{"url": "x"`, "line 1 column 11: unexpected end"},
		{`{"url": "x"} {}`, "after top-level value"},
		{`{"password": "hunter2" "x"}`, "line 1 column 24"},
	} {
		_, err := Decode("x", []byte(tc.data))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%q: got %v, want %q", tc.data, err, tc.want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: the error holds a value: %v", tc.data, err)
		}
	}
}

func TestDecodeTakesKeysAsTheNatsCLIDoes(t *testing.T) {
	c, err := Decode("x", []byte(`{"URL":"nats://a","name":"other","x":1,"x":2,"y":null}`))
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "x" || c.URL != "nats://a" {
		t.Errorf("name %q url %q", c.Name, c.URL)
	}
	if diff := cmp.Diff([]string{"x", "y"}, c.Unknown()); diff != "" {
		t.Error(diff)
	}
	data, err := c.Encode()
	if err != nil || !strings.Contains(string(data), `"x": 2`) || strings.Contains(string(data), "other") {
		t.Errorf("%v\n%s", err, data)
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]error{
		"prod": nil, "ngs.js": nil, "we ird*name": nil, "a>b": nil,
		"": ErrBadName, "..": ErrBadName, "a/b": ErrBadName, `a\b`: ErrBadName, "a..b": ErrBadName,
		"a\x00b": ErrBadName, strings.Repeat("x", 201): ErrBadName,
	} {
		if err := CheckName(name); !errors.Is(err, want) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{" x", "x ", "-x", "a\nb", "a\x1b[2Jb", "a\u202eb", "a\xffb", "a\u0085b"} {
		err := CheckNewName(name)
		if !errors.Is(err, ErrBadName) {
			t.Errorf("%q: %v", name, err)
		} else if strings.ContainsAny(err.Error(), "\n\x1b\u202e\u0085") {
			t.Errorf("raw control character in %q", err)
		}
	}
}
