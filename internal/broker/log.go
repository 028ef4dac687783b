package broker

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/broker/plan"
)

// LogLevel is the level of a line of a server's log; a greater one is more severe.
type LogLevel int

// The log levels of nats-server.
const (
	LogTrace LogLevel = iota
	LogDebug
	LogInfo
	LogWarn
	LogError
	LogFatal
)

// logTags are the levels as nats-server writes them.
var logTags = map[string]LogLevel{"TRC": LogTrace, "DBG": LogDebug, "INF": LogInfo, "WRN": LogWarn, "ERR": LogError, "FTL": LogFatal}

// logNames are the names of the levels.
var logNames = []string{"trace", "debug", "info", "warn", "err", "fatal"}

// LogLevels returns the names that [ParseLogLevel] accepts.
func LogLevels() []string { return slices.Clone(logNames) }

// String returns the name of the level.
func (l LogLevel) String() string { return logNames[l] }

// ParseLogLevel parses the name of a level.
func ParseLogLevel(s string) (LogLevel, error) {
	if i := slices.Index(logNames, s); i >= 0 {
		return LogLevel(i), nil
	}
	return 0, fmt.Errorf("log level %q: use %s", s, strings.Join(logNames, ", "))
}

// LogLine is one line of a node's log. Text may contain anything that a client sent; do not trust it.
type LogLine struct {
	Time  time.Time
	Node  string
	Level LogLevel
	Text  string
}

// logRE matches a line of a nats-server log.
var logRE = regexp.MustCompile(`^\[\d+\] (\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d+) \[([A-Z]{3})\] (.*)$`)

// parseLine parses one line; a line without the server's prefix continues the one before.
func parseLine(node, line string, before LogLine) LogLine {
	m := logRE.FindStringSubmatch(line)
	if m == nil {
		return LogLine{Time: before.Time, Node: node, Level: before.Level, Text: line}
	}
	at, err := time.ParseInLocation("2006/01/02 15:04:05.000000", m[1], time.Local)
	if err != nil {
		at = before.Time
	}
	level, ok := logTags[m[2]]
	if !ok {
		level = LogInfo
	}
	return LogLine{Time: at, Node: node, Level: level, Text: m[3]}
}

// LogQuery selects lines of the logs of a cluster.
type LogQuery struct {
	Nodes  []string // default all
	Level  LogLevel // minimum level
	Since  time.Time
	Follow bool // wait for new lines until the context ends
}

// logPoll is the interval at which logs are read; lines of one round are sorted by time.
const logPoll = 200 * time.Millisecond

// Logs yields the lines of the logs of all nodes, sorted by time. The error of an unknown node wraps [ErrNode].
func (h *store) Logs(ctx context.Context, name string, q LogQuery) iter.Seq2[LogLine, error] {
	return func(yield func(LogLine, error) bool) {
		files, err := h.logFiles(name, q.Nodes)
		if err != nil {
			yield(LogLine{}, err)
			return
		}
		defer func() {
			for _, f := range files {
				f.close()
			}
		}()
		tick := time.NewTicker(logPoll)
		defer tick.Stop()
		for {
			if !q.round(files, yield) || !q.Follow {
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}
}

// round yields the new lines of all files.
func (q LogQuery) round(files []*logFile, yield func(LogLine, error) bool) bool {
	var lines []LogLine
	for _, f := range files {
		more, err := f.read()
		if err != nil && !yield(LogLine{}, err) {
			return false
		}
		lines = append(lines, more...)
	}
	slices.SortStableFunc(lines, func(a, b LogLine) int { return cmp.Compare(a.Time.UnixNano(), b.Time.UnixNano()) })
	for _, l := range lines {
		if l.Level >= q.Level && !l.Time.Before(q.Since) && !yield(l, nil) {
			return false
		}
	}
	return true
}

func (h *store) logFiles(name string, nodes []string) ([]*logFile, error) {
	s, err := h.load(name)
	if err != nil {
		return nil, err
	}
	var out []*logFile
	for _, n := range s.Plan.Nodes {
		if len(nodes) == 0 || slices.Contains(nodes, n.Name) {
			out = append(out, &logFile{node: n.Name, path: filepath.Join(n.Dir, plan.LogName)})
		}
	}
	for _, want := range nodes {
		if s.Plan.Node(want).Name == "" {
			return nil, fmt.Errorf("no such %w %q in cluster %s", ErrNode, want, name)
		}
	}
	return out, nil
}

// logFile is the log of one node and the position up to which it was read.
type logFile struct {
	node, path string
	f          *os.File
	r          *bufio.Reader
	part       string // an incomplete last line
	last       LogLine
}

// read returns the lines that are new since the last call; none if the log does not exist yet.
func (l *logFile) read() ([]LogLine, error) {
	if l.f == nil {
		f, err := os.Open(l.path)
		if errors.Is(err, os.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("log of %s: %w", l.node, err)
		}
		l.f, l.r = f, bufio.NewReader(f)
	}
	var out []LogLine
	for {
		text, err := l.r.ReadString('\n')
		l.part += text
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, fmt.Errorf("log of %s: %w", l.node, err)
		}
		l.last = parseLine(l.node, strings.TrimRight(l.part, "\r\n"), l.last)
		l.part = ""
		out = append(out, l.last)
	}
}

func (l *logFile) close() {
	if l.f != nil {
		l.f.Close() //nolint:errcheck // only read
	}
}

// Fold yields one line for each run of lines with the same level and text, from any node, with their number and the nodes that
// wrote them.
func Fold(lines iter.Seq2[LogLine, error]) iter.Seq2[Folded, error] {
	return func(yield func(Folded, error) bool) {
		var run Folded
		for l, err := range lines {
			switch {
			case err != nil:
				if run.Count > 0 && !yield(run, nil) || !yield(Folded{}, err) {
					return
				}
				run = Folded{}
			case run.Count > 0 && run.Level == l.Level && run.Text == l.Text:
				run.add(l)
			default:
				if run.Count > 0 && !yield(run, nil) {
					return
				}
				run = Folded{LogLine: l, Count: 1, Nodes: []string{l.Node}, Last: l.Time}
			}
		}
		if run.Count > 0 {
			yield(run, nil)
		}
	}
}

// Folded is a run of lines with the same level and text.
type Folded struct {
	LogLine           // the first
	Count   int       // of lines
	Nodes   []string  // who wrote them
	Last    time.Time // of the last
}

func (f *Folded) add(l LogLine) {
	f.Count++
	f.Last = l.Time
	if !slices.Contains(f.Nodes, l.Node) {
		f.Nodes = append(f.Nodes, l.Node)
	}
}
