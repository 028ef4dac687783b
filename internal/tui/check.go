package tui

import (
	"errors"
	"strings"
)

// Check checks that the page and its sort column exist and that its filter is
// valid. Column errors wrap [view.ErrColumn], filter errors [view.ErrFilter].
func (o Options) Check() error {
	m := NewModel(Options{Page: o.Page}, nil)
	if m.notice.bad {
		return errors.New(strings.Replace(m.notice.text, "no command", "no page", 1))
	}
	if o.Sort != "" {
		if _, err := m.cur().SortColumn(o.Sort); err != nil {
			return err
		}
	}
	return m.cur().CheckFilter(o.Filter)
}
