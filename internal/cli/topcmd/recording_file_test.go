package topcmd

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// TestOpenRecording opens recordings that are hurt, of another version, and none:
// the dashboard is told what is missing, or why there is nothing.
func TestOpenRecording(t *testing.T) {
	packed, err := os.Open("../../fleet/testdata/degraded.ndjson.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	plain, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	good, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	lines := bytes.SplitAfter(good, []byte("\n"))
	hurt := bytes.Join(append([][]byte{lines[0], []byte("{broken\n")}, lines[1:]...), nil)
	for _, tc := range []struct {
		name       string
		data       []byte
		note, fail string
	}{
		{"good", good, "", ""},
		{"hurt", hurt, "skipped 1 line of another version", ""},
		{"cut", good[:len(good)-9], "ends in the middle of a line", ""},
		{"newer", bytes.ReplaceAll(good, []byte(`"natsctl.snapshot/v1"`), []byte(`"natsctl.snapshot/v2"`)), "", `it holds "natsctl.snapshot/v2"`},
		{"empty", nil, "", "the file is empty"},
		{"other", []byte("a: b\n"), "", "no snapshot in it"},
	} {
		path := filepath.Join(dir, tc.name)
		if err := os.WriteFile(path, tc.data, 0o600); err != nil {
			t.Fatal(err)
		}
		feed, err := openRecording(path)
		if tc.fail != "" {
			if !errors.Is(err, recording.ErrInvalid) || !strings.Contains(err.Error(), tc.fail) {
				t.Errorf("%s: %v, want %q", tc.name, err, tc.fail)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		if feed.Close(); tc.note == "" && feed.Note != "" || !strings.Contains(feed.Note, tc.note) {
			t.Errorf("%s: %q, want %q", tc.name, feed.Note, tc.note)
		}
	}
	if _, err := openRecording(dir); !errors.Is(err, recording.ErrInvalid) {
		t.Errorf("a directory: %v", err)
	}
}
