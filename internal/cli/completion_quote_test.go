package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFoldWords(t *testing.T) {
	for _, tc := range []struct {
		shell string
		words []string
		want  typedLine
	}{
		{"bash", []string{"context", "se"}, typedLine{before: []string{"context"}, current: "se"}},
		{"bash", []string{"--context", "=", "pr"}, typedLine{current: "--context=pr", cut: "--context="}},
		{"bash", []string{"--context", "="}, typedLine{current: "--context=", cut: "--context="}},
		{"bash", []string{"select", "a", ":", "b"}, typedLine{before: []string{"select"}, current: "a:b", cut: "a:"}},
		{"bash", []string{"--context", "=", "a", "show", ""}, typedLine{before: []string{"--context=a", "show"}}},
		{"bash", []string{"select", `"we i`}, typedLine{before: []string{"select"}, current: "we i", quote: '"'}},
		{"bash", []string{`we\ ird`, `'it`}, typedLine{before: []string{"we ird"}, current: "it", quote: '\''}},
		{"fish", []string{"--context=pr"}, typedLine{current: "--context=pr"}},
		{"powershell", []string{"show", "''"}, typedLine{before: []string{"show"}, quote: '\''}},
	} {
		got := foldWords(tc.shell, tc.words)
		tc.want.shell = tc.shell
		if len(got.before) == 0 {
			got.before = nil
		}
		if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(typedLine{})); diff != "" {
			t.Errorf("%s %q (-want +got):\n%s", tc.shell, tc.words, diff)
		}
	}
}

// hostileWords would do something in a shell that does not get them quoted.
var hostileWords = []string{
	"plain", "we ird", "$(touch ran)", "`touch ran`", "a;touch ran", "a|b", "a&&b", "!!", "'", `"`, `it's "both"`,
	`back\slash`, "*", "?", "[a]", "{a,b}", "~", "~root", "#x", "$HOME", "a>b", "a<b", "<(touch ran)", "ünïcode 日本", "-x", "=x", "a\\",
}

func TestBashReadsWhatIsQuotedForIt(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	var script bytes.Buffer
	for _, w := range hostileWords {
		fmt.Fprintf(&script, "printf '%%s\\n' %s\n", bashQuote(w, 0))
		fmt.Fprintf(&script, "printf '%%s\\n' '%s'\n", bashQuote(w, '\''))
		fmt.Fprintf(&script, "printf '%%s\\n' \"%s\"\n", bashQuote(w, '"'))
	}
	cmd := exec.Command(bash, "--norc")
	cmd.Dir, cmd.Stdin = t.TempDir(), &script
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var want strings.Builder
	for _, w := range hostileWords {
		want.WriteString(strings.Repeat(w+"\n", 3))
	}
	if diff := cmp.Diff(want.String(), string(out)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(cmd.Dir, "ran")); err == nil {
		t.Error("something ran")
	}
}

// FuzzInsert offers nothing that a terminal or a shell would obey.
func FuzzInsert(f *testing.F) {
	f.Add("bash", "context select ", "p", "=")
	f.Add("fish", "--context", "x", `"`)
	f.Fuzz(func(t *testing.T, shell, a, b, c string) {
		line := foldWords(shell, []string{a, b, c})
		for _, value := range []string{a, b, c, a + b} {
			if text, ok := line.insert(value); ok && strings.ContainsAny(text, "\n\t\r\x1b\x00") {
				t.Fatalf("offers %q", text)
			}
		}
	})
}
