package live

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/fixture"
)

var errFull = errors.New("no space left on device")

// fullDisk is a recording on a disk that takes no more from a step on.
type fullDisk struct {
	onClose bool // takes snapshots, and fails when what is left is written
	closed  int
}

func (d *fullDisk) Snapshot(*fleet.Snapshot) error {
	if d.onClose {
		return nil
	}
	return errFull
}
func (*fullDisk) Event(fleet.Event) error { return nil }
func (d *fullDisk) Close() error {
	if d.onClose {
		return errFull
	}
	return nil
}

// diskFile counts how often the file is closed.
type diskFile struct{ *fullDisk }

func (f diskFile) Write(b []byte) (int, error) { return len(b), nil }
func (f diskFile) Close() error                { f.closed++; return nil }

// TestRecordingOnAFullDisk says that a recording failed, whether it fails on the
// way or when it is ended, and never that all was recorded; its file is closed.
func TestRecordingOnAFullDisk(t *testing.T) {
	for _, disk := range []*fullDisk{{}, {onClose: true}} {
		c := NewCollector(&Feed{Source: fixture.NewFleet(1)}, time.Second, time.Now, func(err error) { t.Error(err) })
		recordOrder(&recordingFile{name: "fleet.ndjson.gz", out: diskFile{disk}, rec: disk})(t.Context(), c)
		if st := <-c.states; st.Recording == "" {
			t.Fatal("the recording has not begun")
		}
		c.record(func(r *recordingFile) error { return r.snapshot(&fleet.Snapshot{}) })
		if disk.onClose {
			recordOrder(nil)(t.Context(), c)
		} else {
			c.publish()
		}
		st := <-c.states
		if !strings.Contains(st.Notice, "recording ended: no space left") || st.Recording != "" || c.recorder != nil || disk.closed == 0 {
			t.Errorf("%+v: %q, recording %q", disk, st.Notice, st.Recording)
		}
	}
}
