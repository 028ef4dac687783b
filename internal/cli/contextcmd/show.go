package contextcmd

import (
	"context"
	"slices"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/view"
)

// contextShow shows a context as it would be used.
type contextShow struct {
	name   string
	reveal bool
}

func (c *contextShow) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("name", "The context (default: the one in use).").StringVar(&c.name)
	cmd.Flag("show-secrets", "Show secrets in clear.").BoolVar(&c.reveal)
}

// shownContext is the JSON form of a context.
type shownContext struct {
	Schema      string            `json:"schema"`
	Name        string            `json:"name"`
	Path        string            `json:"path"`
	Selected    bool              `json:"selected"`
	Protected   bool              `json:"protected"`
	Color       string            `json:"color,omitempty"`
	Settings    natsctx.Settings  `json:"settings"`
	Origins     map[string]string `json:"origins"`
	UnknownKeys []string          `json:"unknown_keys,omitempty"`
}

// shownSetting is one row: a key and where its value comes from.
type shownSetting struct{ key, value, origin string }

var settingColumns = []view.Column[shownSetting]{
	{Name: "key", Title: "KEY", Help: "The key, as in the file.", Value: func(s shownSetting) any { return s.key }},
	{Name: "value", Title: "VALUE", Help: "The value that would be used.", Value: func(s shownSetting) any { return s.value }},
	{Name: "origin", Title: "FROM", Help: "Where the value comes from.", Value: func(s shownSetting) any { return s.origin }},
}

func (c *contextShow) Run(_ context.Context, e *cli.Env) error {
	store, err := e.Store()
	if err != nil {
		return err
	}
	over, err := e.Flags.Overrides(e)
	if err != nil {
		return err
	}
	if c.name != "" {
		over.Context = c.name
	}
	over.AllowURLOverride = true // nothing is sent anywhere
	t, err := natsctx.Resolve(store, over, e.Getenv)
	if err != nil {
		return err
	}
	if t.Name == "" {
		return natsctx.ErrNoSelection
	}
	if names := t.EnvOverrides(); len(names) > 0 {
		e.Warn(t)
	}
	format, err := e.Format()
	if err != nil {
		return err
	}
	if slices.Contains([]string{"json", "ndjson", "yaml"}, format) {
		doc, err := c.document(store, t)
		if err != nil {
			return err
		}
		return e.PrintValue(doc, nil)
	}
	return e.Print(cli.Table{Schema: "natsctl.context.show/v1", Grid: view.NewGrid(settingColumns, slices.Values(c.rows(t)))})
}

func (c *contextShow) document(store *natsctx.Store, t *natsctx.Target) (shownContext, error) {
	selected, err := store.Selected()
	doc := shownContext{
		Schema: "natsctl.context.show/v1", Name: t.Name, Path: t.Path, Selected: selected == t.Name,
		Protected: t.Protected, Color: t.Color, Settings: t.Redacted(), Origins: map[string]string{}, UnknownKeys: t.Unknown(),
	}
	if c.reveal {
		doc.Settings = t.Settings
	}
	for _, f := range natsctx.Fields() {
		if f.IsSet(&t.Settings) {
			doc.Origins[f.Key] = cli.Origin(t, f)
		}
	}
	return doc, err
}

// rows lists the settings that have a value.
func (c *contextShow) rows(t *natsctx.Target) []shownSetting {
	rows := []shownSetting{{"name", t.Name, t.ContextOrigin.String()}, {"path", t.Path, ""}}
	for _, f := range natsctx.Fields() {
		if !f.IsSet(&t.Settings) {
			continue
		}
		value := f.Show(&t.Settings)
		if c.reveal {
			value = f.Value(&t.Settings)
		}
		rows = append(rows, shownSetting{f.Key, value, cli.Origin(t, f)})
	}
	for _, key := range t.Unknown() {
		rows = append(rows, shownSetting{key, natsctx.Mask, "context, not known to natsctl"})
	}
	if t.Protected {
		rows = append(rows, shownSetting{"protected", "true", "natsctl"})
	}
	if t.Color != "" {
		rows = append(rows, shownSetting{"color", t.Color, "natsctl"})
	}
	return rows
}
