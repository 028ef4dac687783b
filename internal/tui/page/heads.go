package page

import (
	"errors"
	"fmt"

	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// errNoColumns is returned for a page without a table.
var errNoColumns = errors.New("no columns")

// Heads returns the columns of one mode of a page.
func (s *Spec) Heads(mode int) ([]view.Head, error) {
	mo := s.Modes[mode]
	if mo.sheet == nil {
		return nil, fmt.Errorf("page %s has %w", s.Kind, errNoColumns)
	}
	ctx := NewContext(0, 0)
	ctx.State = &live.State{Top: live.EmptyTopology()}
	return mo.sheet(ctx, New(s, widget.Ref{})).Heads(), nil
}

// SortColumn returns the full name of a column of the page.
func (p *Page) SortColumn(name string) (string, error) {
	heads, err := p.Spec.Heads(p.mode)
	if err != nil {
		return "", err
	}
	at, err := view.Grid{Heads: heads}.Index(name)
	if err != nil {
		return "", err
	}
	return heads[at].Name, nil
}

// CheckFilter checks that a filter can be used on the page. A page without columns
// accepts any filter.
func (p *Page) CheckFilter(filter string) error {
	heads, err := p.Spec.Heads(p.mode)
	if err != nil {
		return nil //nolint:nilerr // what has no columns is not filtered
	}
	_, err = widget.NewMatcher(filter, heads, nil)
	return err
}

// Tabular reports whether the page shows a table in some mode.
func (s *Spec) Tabular() bool {
	for _, mo := range s.Modes {
		if mo.sheet != nil {
			return true
		}
	}
	return false
}

// HasTab reports whether the page has a tab for this user.
func (s *Spec) HasTab(ctx *Context) bool {
	switch {
	case s.Digit == "":
		return false
	case s.Own:
		return ctx.OneAccount()
	}
	return !ctx.OneAccount() || !s.System
}
