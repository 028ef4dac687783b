package tui

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/tui/page"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// Format is a file format of saved frames.
type Format string

// The formats of a frame.
const (
	FormatText Format = "txt"
	FormatANSI Format = "ansi"
	FormatSVG  Format = "svg"
	FormatJSON Format = "json"
)

// Formats lists the formats.
func Formats() []string { return []string{"txt", "ansi", "svg", "json"} }

// ErrFormat is returned for an unknown frame format.
var ErrFormat = errors.New("unknown format of a frame")

// Export renders the screen in the given format.
func (m *Model) Export(f Format) ([]byte, error) {
	if f == FormatJSON {
		return exportJSON(m)
	}
	m.render()
	switch f {
	case FormatText:
		return []byte(m.grid.Text(m.look.ASCII)), nil
	case FormatANSI:
		return []byte(m.grid.ANSI(m.palette) + "\n"), nil
	case FormatSVG:
		return []byte(m.grid.SVG(m.palette, title(m))), nil
	}
	return nil, fmt.Errorf("%w: %q", ErrFormat, f)
}

// title returns the text alternative of the frame, for accessibility.
func title(m *Model) string {
	return "natsctl top: " + m.cur().Spec.Title + " of " + m.opt.Feed.NameOr("a fleet")
}

// ViewSchema names the JSON form of a page.
const ViewSchema = "natsctl.view/v1"

// exported is a page as JSON: the shown rows, how they were selected, and which
// servers did not answer.
type exported struct {
	Schema    string           `json:"schema"`
	Time      time.Time        `json:"time"`
	Context   string           `json:"context"`
	View      string           `json:"view"`
	Way       string           `json:"way"`          // the mode of the page
	Of        string           `json:"of,omitempty"` // the object that the page is restricted to
	Filter    string           `json:"filter,omitempty"`
	Sort      string           `json:"sort,omitempty"`
	Reverse   bool             `json:"reverse,omitempty"`
	Faults    bool             `json:"faults_only,omitempty"`
	OwnHidden bool             `json:"own_hidden,omitempty"` // the connections of natsctl itself are left out
	Expected  int              `json:"expected"`
	Answered  int              `json:"answered"`
	Missing   []fleet.Missing  `json:"missing,omitempty"`
	Rows      []map[string]any `json:"rows,omitempty"`
	Object    any              `json:"object,omitempty"`
	Snapshot  *fleet.Snapshot  `json:"snapshot,omitempty"`
}

func exportJSON(m *Model) ([]byte, error) {
	p := m.cur()
	out := exported{Schema: ViewSchema, Time: m.Now().UTC(), Context: m.opt.Feed.NameOr(""), View: string(p.Spec.Kind), Way: p.Current().Name, Of: p.Scope.String(), OwnHidden: m.HideOwn}
	if m.State != nil && m.State.Snap != nil {
		out.Expected, out.Answered, out.Missing = m.State.Snap.Expected, len(m.State.Snap.Servers), m.State.Snap.Missing
	}
	if !p.HasRows() {
		_, out.Object = p.SelectedObject(m.Context)
		if out.Object == nil && m.State != nil {
			out.Object = m.State.Top
		}
		return encodeJSON(out)
	}
	l := p.List()
	out.Filter, out.Sort, out.Reverse, out.Faults = l.Filter, l.Sort, l.Reverse, l.Faults
	out.Rows = make([]map[string]any, 0, len(l.Order))
	for _, row := range l.Order {
		cells := map[string]any{}
		for i, h := range l.Heads {
			cells[h.Name] = l.Sheet.Cell(row, i).Raw
		}
		if lv := l.Sheet.Level(row); lv != fleet.OK {
			cells["level"] = lv
		}
		out.Rows = append(out.Rows, cells)
	}
	return encodeJSON(out)
}

func encodeJSON(v any) ([]byte, error) {
	var doc bytes.Buffer
	err := view.JSON(&doc, v, false)
	return doc.Bytes(), err
}

// saveNow saves the screen as an SVG image.
func saveNow(m *Model) tea.Cmd { return cmdSave(m, []string{"svg"}) }

// cmdSave saves the screen to a new file.
func cmdSave(m *Model, args []string) tea.Cmd {
	format, name := FormatSVG, ""
	if len(args) > 0 && slices.Contains(Formats(), args[0]) {
		format, args = Format(args[0]), args[1:]
	}
	if len(args) > 0 {
		name = strings.Join(args, " ")
		if ext := strings.TrimPrefix(filepath.Ext(name), "."); slices.Contains(Formats(), ext) {
			format = Format(ext)
		}
	}
	if name == "" {
		name = fileName(m, string(format))
	}
	data, err := m.Export(format)
	if err == nil {
		err = writeNew(name, data)
	}
	if err != nil {
		m.fail(advised(m, err))
		return nil
	}
	m.notify("saved " + name)
	return nil
}

// writeNew writes a file, which must not exist yet.
func writeNew(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		f.Close() //nolint:errcheck // the write already failed
		return err
	}
	return f.Close()
}

// copyObject copies the JSON of the selected object.
func copyObject(m *Model) tea.Cmd {
	if title, text := page.Message(m.Context, m.cur(), m.opt.Feed.NameOr("")); text != "" {
		m.notify("copied a message about " + title + ", by OSC 52")
		return func() tea.Msg { return copyMsg(text) }
	}
	title, object := m.cur().SelectedObject(m.Context)
	if object == nil {
		m.notify("nothing is selected")
		return nil
	}
	text := page.Indented(object)
	m.notify(fmt.Sprintf("copied the JSON of %s, %s bytes, by OSC 52", title, view.Count.Format(len(text))))
	return func() tea.Msg { return copyMsg(text) }
}
