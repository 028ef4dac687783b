package clustercmd

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/view"
)

// clusterLogs shows the logs of a cluster.
type clusterLogs struct {
	nodes  []string
	in     string
	follow bool
	level  string
	since  time.Duration
}

func (c *clusterLogs) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("node", "Nodes (default: all).").StringsVar(&c.nodes)
	cmd.Flag("in", "Cluster (default: the only one).").PlaceHolder("CLUSTER").StringVar(&c.in)
	cmd.Flag("follow", "Follow the logs until interrupted.").Short('f').BoolVar(&c.follow)
	cmd.Flag("level", "Minimum level: "+strings.Join(broker.LogLevels(), ", ")+".").Default("info").EnumVar(&c.level, broker.LogLevels()...)
	cmd.Flag("since", "Show only lines newer than this, for example 5m.").PlaceHolder("DURATION").DurationVar(&c.since)
}

// logRecord is the JSON form of a run of equal lines.
type logRecord struct {
	Time  time.Time `json:"time"`
	Level string    `json:"level"`
	Nodes []string  `json:"nodes"`
	Count int       `json:"count"`
	Last  time.Time `json:"last"`
	Text  string    `json:"text"`
}

func (c *clusterLogs) Run(ctx context.Context, e *cli.Env) error {
	format, err := e.Format("table", "json", "ndjson")
	if err != nil {
		return err
	}
	level, err := broker.ParseLogLevel(c.level)
	if err != nil {
		return cli.Misuse(err)
	}
	l, err := (&clusterArg{c.in}).find(e)
	if err != nil {
		return err
	}
	q := broker.LogQuery{Nodes: c.nodes, Level: level, Follow: c.follow}
	if c.since > 0 {
		q.Since = e.Now().Add(-c.since)
	}
	lines := l.home.Logs(ctx, l.Name, q)
	if c.follow {
		return writeLogs(e, format, unfolded(lines))
	}
	return writeLogs(e, format, broker.Fold(lines))
}

// unfolded writes each line at once: following a log must not wait for the next different line.
func unfolded(lines iter.Seq2[broker.LogLine, error]) iter.Seq2[broker.Folded, error] {
	return func(yield func(broker.Folded, error) bool) {
		for l, err := range lines {
			if !yield(broker.Folded{LogLine: l, Count: 1, Nodes: []string{l.Node}, Last: l.Time}, err) {
				return
			}
		}
	}
}

func writeLogs(e *cli.Env, format string, lines iter.Seq2[broker.Folded, error]) error {
	for l, err := range lines {
		if err != nil {
			return err
		}
		if format != "table" {
			rec := logRecord{l.Time.UTC(), l.Level.String(), l.Nodes, l.Count, l.Last.UTC(), l.Text}
			if err := e.PrintJSON(rec, true); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintln(e.Out, logText(l)); err != nil {
			return err
		}
	}
	return nil
}

// logText returns a line for people: time, level, node, message and count.
func logText(l broker.Folded) string {
	who := l.Node
	if len(l.Nodes) > 1 {
		who = fmt.Sprintf("%d nodes", len(l.Nodes))
	}
	text := fmt.Sprintf("%s %-5s %-10s %s", l.Time.UTC().Format("15:04:05.000"), l.Level, who, view.Text(l.Text))
	if l.Count > 1 {
		text += fmt.Sprintf("  (%d times)", l.Count)
	}
	return text
}
