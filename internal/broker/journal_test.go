package broker

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/plan"
)

// at is a time of a log, in seconds after a fixed one.
func at(seconds float64) time.Time {
	return time.Date(2026, 3, 4, 5, 6, 7, 0, time.Local).Add(time.Duration(seconds * float64(time.Second)))
}

// logged is a line as a nats-server writes it.
func logged(seconds float64, level, text string) string {
	return fmt.Sprintf("[7] %s [%s] %s\n", at(seconds).Format("2006/01/02 15:04:05.000000"), level, text)
}

// TestLogLines reads every kind of line; what is none belongs to the one before.
func TestLogLines(t *testing.T) {
	t.Parallel()
	before := LogLine{Time: at(1), Node: "other", Level: LogWarn, Text: "before"}
	for line, want := range map[string]LogLine{
		"[7] 2026/03/04 05:06:07.250000 [INF] Server is ready": {at(0.25), "x-1", LogInfo, "Server is ready"},
		"[7] 2026/03/04 05:06:07.250000 [TRC] t":               {at(0.25), "x-1", LogTrace, "t"},
		"[7] 2026/03/04 05:06:07.250000 [DBG] d":               {at(0.25), "x-1", LogDebug, "d"},
		"[7] 2026/03/04 05:06:07.250000 [WRN] w":               {at(0.25), "x-1", LogWarn, "w"},
		"[7] 2026/03/04 05:06:07.250000 [ERR] e":               {at(0.25), "x-1", LogError, "e"},
		"[7] 2026/03/04 05:06:07.250000 [FTL] f":               {at(0.25), "x-1", LogFatal, "f"},
		"[7] 2026/03/04 05:06:07.250000 [ABC] new level":       {at(0.25), "x-1", LogInfo, "new level"},
		"[7] 2026/99/04 05:06:07.250000 [ERR] no such month":   {at(1), "x-1", LogError, "no such month"},
		"goroutine 1 [running]:":                               {at(1), "x-1", LogWarn, "goroutine 1 [running]:"},
		"":                                                     {at(1), "x-1", LogWarn, ""},
	} {
		if got := parseLine("x-1", line, before); !got.Time.Equal(want.Time) || got.Node != want.Node || got.Level != want.Level || got.Text != want.Text {
			t.Errorf("%q:\n got %+v\nwant %+v", line, got, want)
		}
	}
}

// TestLogLevels is the order and the names of the levels.
func TestLogLevels(t *testing.T) {
	t.Parallel()
	for i, name := range []string{"trace", "debug", "info", "warn", "err", "fatal"} {
		if level, err := ParseLogLevel(name); err != nil || int(level) != i || level.String() != name || LogLevels()[i] != name {
			t.Errorf("%s is %d: %v", name, level, err)
		}
	}
	for _, bad := range []string{"", "ERR", "error"} {
		if _, err := ParseLogLevel(bad); err == nil || !strings.Contains(err.Error(), "trace, debug, info, warn, err, fatal") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// logHome is a Home with a cluster of three nodes whose logs have the given texts.
func logHome(t *testing.T, logs ...string) *Home {
	t.Helper()
	h := OpenHome(t.TempDir())
	s := remembered(t, h, named("x", 3), 1, nil)
	for i, text := range logs {
		n := s.Plan.Nodes[i]
		if err := errors.Join(os.MkdirAll(n.Dir, 0o700), os.WriteFile(filepath.Join(n.Dir, plan.LogName), []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// texts are the lines of a query, with their nodes.
func texts(t *testing.T, lines iter.Seq2[LogLine, error]) (out []string) {
	t.Helper()
	for l, err := range lines {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, l.Node+" "+l.Text)
	}
	return out
}

// TestLogsMerge merges the logs of all nodes in the order of time, and leaves out what was not asked for: of other nodes, below
// the level, before the time.
func TestLogsMerge(t *testing.T) {
	t.Parallel()
	h := logHome(t,
		logged(1, "INF", "a")+logged(4, "ERR", "b")+"  behind b\n",
		logged(2, "WRN", "c")+logged(2, "WRN", "d")+logged(5, "DBG", "e")+"not complete")
	for name, c := range map[string]struct {
		q    LogQuery
		want string
	}{
		"all":             {LogQuery{}, "x-1 a,x-2 c,x-2 d,x-1 b,x-1   behind b,x-2 e"},
		"one node":        {LogQuery{Nodes: []string{"x-2"}}, "x-2 c,x-2 d,x-2 e"},
		"no log yet":      {LogQuery{Nodes: []string{"x-3"}}, ""},
		"level":           {LogQuery{Level: LogWarn}, "x-2 c,x-2 d,x-1 b,x-1   behind b"},
		"highest":         {LogQuery{Level: LogFatal}, ""},
		"since":           {LogQuery{Since: at(4)}, "x-1 b,x-1   behind b,x-2 e"},
		"since and level": {LogQuery{Since: at(2.000001), Level: LogInfo}, "x-1 b,x-1   behind b"},
	} {
		if got := strings.Join(texts(t, h.Logs(t.Context(), "x", c.q)), ","); got != c.want {
			t.Errorf("%s: %s\nwant %s", name, got, c.want)
		}
	}
	for name, c := range map[string]struct {
		cluster string
		nodes   []string
		want    error
	}{"cluster": {"y", nil, ErrUnknown}, "node": {"x", []string{"x-1", "x-9"}, ErrNode}} {
		for _, err := range h.Logs(t.Context(), c.cluster, LogQuery{Nodes: c.nodes}) {
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for l := range h.Logs(t.Context(), "x", LogQuery{}) { // who has seen enough is not given more
		if l.Text != "a" {
			t.Errorf("got %s", l.Text)
		}
		break
	}
}

// TestLogsFollow goes on with what is written later, also by a node that had no log yet, and joins a line that comes in parts.
func TestLogsFollow(t *testing.T) {
	t.Parallel()
	h := logHome(t, logged(1, "INF", "a"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got []string
	for l, err := range h.Logs(ctx, "x", LogQuery{Follow: true}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, l.Node+" "+l.Text)
		switch l.Text {
		case "a":
			whole := logged(2, "INF", "in two parts")
			appendTo(t, h.path("x", "nodes", "x-1", plan.LogName), whole[:len(whole)-4])
			appendTo(t, h.path("x", "nodes", "x-2", plan.LogName), logged(3, "INF", "new"))
		case "new":
			appendTo(t, h.path("x", "nodes", "x-1", plan.LogName), "rts\n")
		case "in two parts":
			cancel()
		}
	}
	if want := []string{"x-1 a", "x-2 new", "x-1 in two parts"}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil || f.Close() != nil {
		t.Fatal(err)
	}
}

// TestFold makes one line of each run that says the same, and passes errors on in their place.
func TestFold(t *testing.T) {
	t.Parallel()
	oops := errors.New("oops")
	type item struct {
		LogLine
		err error
	}
	all := []item{
		{LogLine{at(1), "x-1", LogInfo, "same"}, nil},
		{LogLine{at(2), "x-2", LogInfo, "same"}, nil},
		{LogLine{at(3), "x-1", LogInfo, "same"}, nil},
		{LogLine{at(4), "x-1", LogWarn, "same"}, nil},
		{LogLine{at(5), "x-1", LogWarn, "other"}, nil},
		{err: oops},
		{LogLine{at(6), "x-1", LogWarn, "other"}, nil},
	}
	lines := func(yield func(LogLine, error) bool) {
		for _, i := range all {
			if !yield(i.LogLine, i.err) {
				return
			}
		}
	}
	var got []string
	for f, err := range Fold(lines) {
		if err != nil {
			got = append(got, err.Error())
			continue
		}
		got = append(got, fmt.Sprintf("%s %s x%d %v %v to %v", f.Level, f.Text, f.Count, f.Nodes, f.Time.Sub(at(0)), f.Last.Sub(at(0))))
	}
	want := []string{
		"info same x3 [x-1 x-2] 1s to 3s", "warn same x1 [x-1] 4s to 4s", "warn other x1 [x-1] 5s to 5s", "oops", "warn other x1 [x-1] 6s to 6s",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	n := 0
	for range Fold(lines) {
		if n++; n == 2 {
			break
		}
	}
	for range Fold(func(func(LogLine, error) bool) {}) {
		t.Error("a line of nothing")
	}
}

// TestLastWords finds why a node ended in its log, or in its output when the log does not say.
func TestLastWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ log, output, want string }{
		"fatal last":     {logged(1, "INF", "a") + logged(2, "FTL", "no room"), "exit", "no room"},
		"fatal before":   {logged(1, "FTL", "old end") + logged(2, "INF", "started again"), "panic: x\n", "panic: x"},
		"output":         {"", "one\ntwo\n\n", "two"},
		"nothing":        {"", "", ""},
		"behind a page":  {strings.Repeat("x", 2*logTail) + "\n" + logged(3, "FTL", "end"), "", "end"},
		"no log written": {"-", "only this", "only this"},
	} {
		p := &process{plan: plan.Node{Dir: t.TempDir()}}
		if c.log != "-" {
			appendTo(t, filepath.Join(p.plan.Dir, plan.LogName), c.log)
		}
		appendTo(t, filepath.Join(p.plan.Dir, "output"), c.output)
		if got := p.lastOutput(); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if tail := tailOf(filepath.Join(t.TempDir(), "none")); len(tail) != 0 {
		t.Errorf("got %q", tail)
	}
}

// TestReasonOfAnEnd is the error of a node that ended by itself.
func TestReasonOfAnEnd(t *testing.T) {
	t.Parallel()
	p := &process{plan: plan.Node{Name: "x-1", Dir: t.TempDir()}}
	p.plan.Ports[plan.RoleRoute] = 12112
	for why, want := range map[string]error{
		"Error listening: listen tcp 127.0.0.1:12112: bind: address already in use": ErrPortInUse,
		"listen tcp 127.0.0.1:9: bind: address already in use":                      ErrNode,
		"write /x: no space left on device":                                         host.ErrNoSpace,
		"signal: killed":                                                            ErrNode,
	} {
		p.why = why
		err := p.reason()
		if !errors.Is(err, want) || want == ErrNode && errors.Is(err, host.ErrNoSpace) || !strings.Contains(err.Error(), "x-1") {
			t.Errorf("%s: %v", why, err)
		}
	}
}

// TestSaysReady looks for the line of this start alone.
func TestSaysReady(t *testing.T) {
	t.Parallel()
	p := &process{plan: plan.Node{Dir: t.TempDir()}}
	if p.logsReady() {
		t.Error("without a log")
	}
	old := logged(1, "INF", "Server is ready")
	appendTo(t, filepath.Join(p.plan.Dir, plan.LogName), old)
	if !p.logsReady() {
		t.Error("not ready")
	}
	if p.logFrom = int64(len(old)); p.logsReady() {
		t.Error("ready by the line of the start before")
	}
	appendTo(t, filepath.Join(p.plan.Dir, plan.LogName), logged(2, "INF", "Starting nats-server"))
	if p.logsReady() {
		t.Error("ready by the line of the start before, after the first of this one")
	}
	appendTo(t, filepath.Join(p.plan.Dir, plan.LogName), logged(2, "INF", "Server is ready"))
	if !p.logsReady() {
		t.Error("not ready again")
	}
}

// TestLogger keeps the first fatal message and does not end the program.
func TestLogger(t *testing.T) {
	t.Parallel()
	l := newLogger()
	l.Noticef("n")
	l.Errorf("e %d", 1)
	l.Errorf("e %d", 2)
	l.Fatalf("first %s", "f")
	l.Fatalf("second")
	if got := <-l.fatal; got != "first f" || l.lastErr != "e 2" || len(l.fatal) != 0 {
		t.Errorf("%q, %q", got, l.lastErr)
	}
}
