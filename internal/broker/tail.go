package broker

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"

	"github.com/natsctl/natsctl/internal/broker/plan"
)

// logTail is how much of a log is searched for the reason of an exit.
const logTail = 8 << 10

// fatalRE matches a line that nats-server writes before it exits.
var fatalRE = regexp.MustCompile(`(?m)\[FTL\] (.*)$`)

// lastOutput returns why the process of a node exited: the last fatal line at the end of its log, or its last line of output.
func (p *process) lastOutput() string {
	tail := bytes.TrimSpace(tailOf(filepath.Join(p.plan.Dir, plan.LogName)))
	last := tail[bytes.LastIndexByte(tail, '\n')+1:]
	if m := fatalRE.FindSubmatch(last); m != nil {
		return string(m[1])
	}
	out := bytes.TrimSpace(tailOf(filepath.Join(p.plan.Dir, "output")))
	return string(out[bytes.LastIndexByte(out, '\n')+1:])
}

// tailOf returns the end of a file, or nothing when it cannot be read.
func tailOf(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close() //nolint:errcheck // only read
	if info, err := f.Stat(); err == nil && info.Size() > logTail {
		f.Seek(info.Size()-logTail, 0) //nolint:errcheck // then the beginning is searched instead
	}
	buf := make([]byte, logTail)
	n, _ := f.Read(buf)
	return buf[:n]
}
