package topcmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// errNoTerminal is returned when there is no terminal for the dashboard.
var errNoTerminal = errors.New("the dashboard needs a terminal")

// topCommand is the live dashboard.
type topCommand struct {
	view, filter, sort   string
	every                time.Duration
	theme, color, config string
	replay, at           string
	once                 bool
	keys                 string
	width, height, count int
	wide, faults, mouse  bool
	hideOwn              bool
	actions              bool
}

func (c *topCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.HelpLong("Shows the whole fleet live: topology, servers, connections, accounts, JetStream, events and alerts.\n" +
		"? lists the keys, : takes commands, / filters, q goes back and quits. It changes nothing unless --allow-actions is given.\n")
	cmd.Flag("view", "Page to open: topology, tree, matrix, links, servers, conns, slow, idle, closed, per-server, per-account, per-client, accounts, streams, consumers, peers, raft, events, alerts, or server NAME.").PlaceHolder("PAGE").StringVar(&c.view)
	cmd.Flag("filter", "Show only rows that match this expression (docs/filter.md) or contain these words.").PlaceHolder("EXPR").StringVar(&c.filter)
	cmd.Flag("sort", "Column to sort by.").PlaceHolder("COLUMN").StringVar(&c.sort)
	cmd.Flag("every", "Refresh interval, at least 1s (default 2s).").PlaceHolder("DURATION").DurationVar(&c.every)
	cmd.Flag("wide", "Show wide columns.").BoolVar(&c.wide)
	cmd.Flag("faults", "Show only what has problems.").BoolVar(&c.faults)
	cmd.Flag("no-own", "Leave the connections of natsctl itself out of lists and sums of connections; N shows them.").BoolVar(&c.hideOwn)
	cmd.Flag("replay", "Play a recording instead of connecting.").PlaceHolder("FILE").StringVar(&c.replay)
	cmd.Flag("at", "With --replay: where to start: a time such as 14:03:22 (UTC) or RFC 3339, or a duration from the start (30s) or before the end (--at=-30s).").PlaceHolder("TIME").StringVar(&c.at)
	cmd.Flag("once", "Write one frame to standard output and exit; needs no terminal. -o txt, ansi, svg or json.").BoolVar(&c.once)
	cmd.Flag("count", "With --once: number of frames, one per interval (--every) or per snapshot of a recording.").Default("1").PlaceHolder("N").IntVar(&c.count)
	cmd.Flag("press", "With --once: keys to press first, separated by spaces, such as '2 down enter'.").PlaceHolder("KEYS").StringVar(&c.keys)
	cmd.Flag("width", "With --once: width of the frame in columns.").Default("120").PlaceHolder("N").IntVar(&c.width)
	cmd.Flag("height", "With --once: height of the frame in lines.").Default("40").PlaceHolder("N").IntVar(&c.height)
	cmd.Flag("theme", "Color theme: "+strings.Join(themeNames(), ", ")+".").PlaceHolder("NAME").StringVar(&c.theme)
	cmd.Flag("color", "Color mode: auto, never, 16, 256 or truecolor.").Default("auto").PlaceHolder("WHEN").EnumVar(&c.color, "auto", "never", "16", "256", "truecolor")
	cmd.Flag("mouse", "Enable the mouse (toggle with M).").BoolVar(&c.mouse)
	cmd.Flag("config", "Configuration file (default natsctl/top.yaml in the configuration directory).").PlaceHolder("FILE").StringVar(&c.config)
	cmd.Flag("allow-actions", "Allow reload, kick and lame-duck from the dashboard (x), each confirmed by typing a name.").BoolVar(&c.actions)
}

func themeNames() []string {
	var names []string
	for _, t := range cell.Themes() {
		names = append(names, t.Name)
	}
	return names
}

func (c *topCommand) Run(ctx context.Context, e *cli.Env) error {
	if !c.once && (!e.InTTY || !e.OutTTY || e.Getenv("TERM") == "dumb") {
		return errNoTerminal
	}
	if err := c.checkSize(); err != nil {
		return err
	}
	opt, err := c.options(e)
	if err != nil {
		return err
	}
	if opt.Feed, err = c.feed(ctx, e); err != nil {
		return err
	}
	var at time.Time
	if c.at != "" {
		if at, err = opt.Feed.ParseAt(c.at); err != nil {
			return cli.Usagef("--at: %w", err)
		}
	}
	if c.once {
		return c.frame(ctx, e, opt, at)
	}
	opt.Feed.BeginAt(at)
	return dashboard(ctx, e, opt, c.actions)
}

// checkSize rejects impossible frame sizes.
func (c *topCommand) checkSize() error {
	switch {
	case c.count < 1 || c.count > 1 && !c.once:
		return cli.Usagef("--count must be at least 1, and needs --once")
	case c.width < tui.MinWidth || c.width > tui.MaxWidth:
		return cli.Usagef("--width must be between %d and %d", tui.MinWidth, tui.MaxWidth)
	case c.height < tui.MinHeight || c.height > tui.MaxHeight:
		return cli.Usagef("--height must be between %d and %d", tui.MinHeight, tui.MaxHeight)
	}
	return nil
}

// dashboard shows the dashboard on the terminal. Nothing else may write there
// until it ends.
func dashboard(ctx context.Context, e *cli.Env, opt tui.Options, actions bool) error {
	if e.Flags.Trace {
		return cli.Usagef("--trace would write over the dashboard; use it with another command, or with top --once")
	}
	opt.Contexts = func() []string { return contextNames(e) }
	opt.Connect = func(ctx context.Context, name string) (*live.Feed, error) { return otherFeed(ctx, e, name, actions) }
	opt.Hint = func(err error) string { return topHint(e, err) }
	return tui.Run(ctx, opt, e.In, e.Screen())
}

// options returns the dashboard's options from flags, configuration and
// environment.
func (c *topCommand) options(e *cli.Env) (tui.Options, error) {
	if _, ok := cell.ThemeNamed(c.theme); !ok {
		return tui.Options{}, cli.Usagef("unknown theme %q (one of %s)", c.theme, strings.Join(themeNames(), ", "))
	}
	if c.every != 0 && c.every < time.Second {
		return tui.Options{}, cli.Usagef("--every %s is too short; use 1s or more", c.every)
	}
	opt := tui.Options{
		Every: c.every, Page: c.view, Filter: c.filter, Sort: c.sort, Wide: c.wide, Faults: c.faults, Mouse: c.mouse, HideOwn: c.hideOwn,
		Look:          cell.Look{Theme: c.theme, Profile: profile(e, c.color), ASCII: e.Flags.ASCII || !e.UTF8()},
		OpenRecording: openRecording, NewRecorder: newFileRecorder, Clock: e.Now, Version: cli.BuildVersion(),
	}
	cfg, err := c.readConfig(e)
	if err != nil {
		return opt, err
	}
	cfg.Apply(&opt)
	switch err := opt.Check(); {
	case errors.Is(err, view.ErrColumn), errors.Is(err, view.ErrFilter):
		return opt, err
	case err != nil:
		return opt, cli.Usagef("%w", err)
	}
	opt.Reload = func() (tui.Config, error) { return c.readConfig(e) }
	return opt, nil
}

// readConfig reads the dashboard's configuration; a missing file is an error only
// if it was named.
func (c *topCommand) readConfig(e *cli.Env) (tui.Config, error) {
	name := c.config
	if name == "" {
		root, err := natsctx.ConfigHome(e.Getenv)
		if err != nil {
			return tui.Config{}, nil //nolint:nilerr // without a home directory there is no configuration
		}
		name = filepath.Join(root, "natsctl", "top.yaml")
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && c.config == "" {
		return tui.Config{}, nil
	}
	if err != nil {
		return tui.Config{}, err
	}
	cfg, err := tui.ParseConfig(data)
	if err != nil {
		return cfg, fmt.Errorf("%s: %w", name, err)
	}
	return cfg, nil
}

// profile returns the color profile.
func profile(e *cli.Env, when string) cell.Profile {
	switch {
	case when == "16":
		return cell.Color16
	case when == "256":
		return cell.Color256
	case when == "truecolor":
		return cell.TrueColor
	case when == "never" || !e.OutColor:
		return cell.NoColor
	case e.Getenv("COLORTERM") == "truecolor" || e.Getenv("COLORTERM") == "24bit":
		return cell.TrueColor
	case strings.Contains(e.Getenv("TERM"), "256color"):
		return cell.Color256
	}
	return cell.Color16
}

// frame writes one frame; at is an instant in the recording, or zero.
func (c *topCommand) frame(ctx context.Context, e *cli.Env, opt tui.Options, at time.Time) error {
	format := e.Flags.Output
	if format == "table" || format == "text" {
		format = string(tui.FormatText)
	}
	if format == "svg" && c.color == "auto" {
		opt.Look.Profile = cell.TrueColor
	}
	once := tui.OnceOptions{W: c.width, H: c.height, Format: tui.Format(format), Keys: strings.Fields(c.keys), Count: c.count, At: at}
	if once.Format == tui.FormatSVG && c.count > 1 {
		return cli.Usagef("--count needs -o txt, ansi or json: an SVG holds one frame")
	}
	return writeFrames(e, tui.Frames(ctx, opt, once))
}

// writeFrames writes frames as they arrive. A server missing from the last one
// is an error, in a recording too.
func writeFrames(e *cli.Env, frames iter.Seq2[tui.Frame, error]) error {
	var last *fleet.Snapshot
	for f, err := range frames {
		if err != nil {
			return err
		}
		if last != nil {
			f.Data = append([]byte("\n"), f.Data...)
		}
		if _, err := e.Out.Write(f.Data); err != nil {
			return err
		}
		last = f.Snap
	}
	if last != nil && len(last.Missing) > 0 {
		return cli.Partial(last)
	}
	return nil
}
