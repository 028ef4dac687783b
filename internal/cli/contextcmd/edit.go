package contextcmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"

	"github.com/alecthomas/kingpin/v2"
	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/view"
)

// errUnchanged is returned when the editor made no change.
var errUnchanged = errors.New("nothing was changed")

// contextEdit changes a context by flags, or in an editor.
type contextEdit struct {
	name   string
	clear  []string
	fields fieldFlags
}

func (c *contextEdit) Setup(cmd *kingpin.CmdClause) {
	cmd.HelpLong("With flags, those settings change (see natsctl context add --help). Without, $VISUAL or $EDITOR opens the whole context.\n")
	cmd.Arg("name", "The context.").Required().StringVar(&c.name)
	cmd.Flag("clear", "Clear this key, named as in the file; repeat for several.").PlaceHolder("KEY").StringsVar(&c.clear)
	c.fields.Setup(cmd)
}

func (c *contextEdit) Run(ctx context.Context, e *cli.Env) error {
	store, err := e.Store()
	if err != nil {
		return err
	}
	before, err := store.Load(c.name)
	if err != nil {
		return err
	}
	set, err := c.fields.settings(ctx, e)
	if err != nil {
		return err
	}
	change := func(s *natsctx.Settings) error { return c.apply(s, &set) }
	byFlags := len(c.clear) > 0 || !reflect.ValueOf(set).IsZero()
	if !byFlags && !c.fields.choose && c.fields.color == "" && !c.fields.protected {
		edited, err := editSettings(e, before)
		if errors.Is(err, errUnchanged) {
			e.Note("", fmt.Sprintf("context %q is unchanged", c.name))
			return nil
		}
		if err != nil {
			return err
		}
		set, c.clear = edited, keys()
	}
	after := *before
	if err := change(&after.Settings); err != nil {
		return err
	}
	if err := accept(ctx, e, &after); err != nil {
		return err
	}
	err = store.Update(c.name, func(now *natsctx.Context) error {
		if !reflect.DeepEqual(now.Settings, before.Settings) {
			return fmt.Errorf("%w: %q", natsctx.ErrChanged, c.name)
		}
		return change(&now.Settings)
	})
	if err != nil {
		return err
	}
	return c.fields.finish(e, store, c.name, "saved")
}

// apply clears keys, then sets the values of flags.
func (c *contextEdit) apply(s, set *natsctx.Settings) error {
	for _, key := range c.clear {
		if !s.Clear(key) {
			return cli.Usagef("a context has no key %q%s", key, view.Suggest(key, keys()))
		}
	}
	return s.Overlay(set)
}

// keys lists the 24 keys of a context.
func keys() []string {
	var all []string
	for _, f := range natsctx.Fields() {
		all = append(all, f.Key)
	}
	return all
}

// editSettings lets the user change the settings as YAML in an editor.
func editSettings(e *cli.Env, c *natsctx.Context) (natsctx.Settings, error) {
	text, err := editable(c)
	if err != nil {
		return c.Settings, err
	}
	for {
		edited, err := editText(e, text)
		if err != nil {
			return c.Settings, err
		}
		set, err := parseEdited(edited)
		if err == nil {
			err = set.Validate()
		}
		if err == nil || !e.InTTY {
			return set, err
		}
		e.Fail(err)
		if again, askErr := e.Ask("edit again? [Y/n] "); askErr != nil || strings.HasPrefix(strings.ToLower(again), "n") {
			return set, err
		}
		text = edited
	}
}

// editable returns the YAML that the editor shows.
func editable(c *natsctx.Context) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "# Context %q. Save and close to apply, leave unchanged to cancel.\n", c.Name)
	b.WriteString("# Secrets may be references: env://NAME, op://vault/item/field, nsc://operator/account/user, file://path\n")
	if extra := c.Unknown(); len(extra) > 0 {
		fmt.Fprintf(&b, "# Kept as they are, and not shown: %q\n", extra)
	}
	for _, f := range natsctx.Fields() {
		value, err := yaml.Marshal(map[string]any{f.Key: f.Raw(&c.Settings)})
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "\n# %s\n%s", f.Help, value)
	}
	return b.String(), nil
}

// parseEdited parses the edited YAML. An unknown key is an error.
func parseEdited(text string) (natsctx.Settings, error) {
	body, err := yaml.YAMLToJSONStrict([]byte(text))
	if err != nil {
		return natsctx.Settings{}, cli.Usagef("the edited text is not valid YAML: %w", err)
	}
	c, err := natsctx.Decode("edited", body)
	if err != nil {
		return natsctx.Settings{}, cli.Usagef("the edited text: %w", err)
	}
	for _, key := range c.Unknown() {
		return c.Settings, cli.Usagef("a context has no key %q%s", key, view.Suggest(key, keys()))
	}
	return c.Settings, nil
}

// editText opens text in the user's editor, in a file in a private directory,
// since it may hold secrets.
func editText(e *cli.Env, text string) (string, error) {
	dir, err := os.MkdirTemp("", "natsctl-edit-*")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }() // what cannot be removed is in a private directory
	path := filepath.Join(dir, "context.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", err
	}
	argv, err := editor(e)
	if err != nil {
		return "", err
	}
	argv = append(argv, path)
	cmd := exec.Command(argv[0], argv[1:]...) //nolint:gosec // the user's own choice of editor
	cmd.Stdin, cmd.Stdout, cmd.Stderr = e.In, e.Err, e.Err
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%w %q: %w", errEditor, argv[0], err)
	}
	edited, err := os.ReadFile(path)
	if err == nil && string(edited) == text {
		return "", errUnchanged
	}
	return string(edited), err
}

// errEditor is returned for an editor that is missing or failed.
var errEditor = errors.New("run the editor")

// editor returns the user's editor with its arguments. The default editor needs
// a terminal.
func editor(e *cli.Env) ([]string, error) {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if words := strings.Fields(e.Getenv(name)); len(words) > 0 {
			return words, nil
		}
	}
	if !e.InTTY || !e.ErrTTY {
		return nil, cli.Usagef("without a terminal, flags say what changes, or VISUAL or EDITOR names an editor that needs none")
	}
	return []string{map[bool]string{true: "notepad", false: "vi"}[runtime.GOOS == "windows"]}, nil
}
