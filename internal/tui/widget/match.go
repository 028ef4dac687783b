package widget

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/natsctl/natsctl/internal/view"
)

// matcher decides which rows a filter keeps. Text is either an expression in
// the language of --filter (cpu>80 and cluster="east"), or words: each must
// occur in the row, !word must not, ~text is a regular expression. Words and
// comparisons may be combined: all of them must match.
type matcher struct {
	text  string
	expr  *view.Filter
	words []word
	terms []*matcher // all must match
}

type word struct {
	not  bool
	text string
	re   *regexp.Regexp
}

// operators distinguish an expression from words.
var operators = regexp.MustCompile(`[<>=()"']|\b(contains|matches|startsWith|endsWith)\b`)

// bare is an unquoted word after an equals sign.
var bare = regexp.MustCompile(`(==?|!=)\s*([A-Za-z_$][\w.$/-]*)`)

// field is a word before an operator.
var field = regexp.MustCompile(`\b([a-z_]+)(\s*(?:[<>=!]|contains\b|matches\b|startsWith\b|endsWith\b))`)

// nicknames are short names of columns in a filter.
var nicknames = map[string]string{
	"acct": "account", "acc": "account", "srv": "server", "ver": "version", "conn": "conns", "connections": "conns",
	"slow": "slow_consumers", "sev": "level", "severity": "level", "addr": "ip", "address": "ip", "msgs": "messages",
	"in": "in_msgs_per_second", "out": "out_msgs_per_second", "up": "uptime_seconds", "bytes": "store_bytes", "seen": "last_seen_seconds",
}

// NewMatcher compiles a filter over the columns of a page; an unknown field is
// an error, never an empty table. Expand replaces names that the columns do not
// hold; it may be nil.
func NewMatcher(text string, heads []view.Head, expand func(string) string) (*matcher, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	m := &matcher{text: text}
	if operators.MatchString(text) && !strings.HasPrefix(text, "~") {
		full := quoted(text, heads)
		if expand != nil {
			full = expand(full)
		}
		f, err := view.NewFilter(full, heads)
		if err == nil {
			m.expr = f
			return m, nil
		}
		if terms := strings.Fields(text); len(terms) > 1 && !joined.MatchString(text) {
			return m, m.addTerms(terms, heads, expand)
		}
		return nil, typedError{err, full, text}
	}
	if strings.HasPrefix(text, "~") {
		return m, m.addRegexp(text[1:])
	}
	for _, part := range strings.Fields(text) {
		w := word{text: strings.ToLower(part)}
		if rest, ok := strings.CutPrefix(w.text, "!"); ok {
			w.not, w.text = true, rest
		}
		m.words = append(m.words, w)
	}
	return m, nil
}

// joined matches an expression that joins its terms itself.
var joined = regexp.MustCompile(`[()"']|\b(and|or|not|contains|matches|startsWith|endsWith)\b|\s([=<>]|!=)|[=<>]\s`)

// addTerms compiles words and comparisons next to each other: billing
// pending>1MB.
func (m *matcher) addTerms(terms []string, heads []view.Head, expand func(string) string) error {
	for _, text := range terms {
		t, err := NewMatcher(text, heads, expand)
		if err != nil {
			return err
		}
		m.terms = append(m.terms, t)
	}
	return nil
}

// typedError describes what is wrong with a filter, in the terms the user
// typed.
type typedError struct {
	error
	full, typed string
}

func (e typedError) Error() string {
	return strings.ReplaceAll(e.error.Error(), strconv.Quote(e.full), strconv.Quote(e.typed))
}

func (e typedError) Unwrap() error { return e.error }

func (m *matcher) addRegexp(text string) error {
	re, err := regexp.Compile("(?i)" + text)
	if err != nil {
		return fmt.Errorf("%w %q: %w", view.ErrFilter, text, err)
	}
	m.words = append(m.words, word{re: re})
	return nil
}

// quoted adds the quotes and full field names that users may omit: acct=APP is
// account == "APP".
func quoted(text string, heads []view.Head) string {
	isColumn := func(s string) bool {
		return slices.ContainsFunc(heads, func(h view.Head) bool { return h.Name == s })
	}
	text = field.ReplaceAllStringFunc(text, func(s string) string {
		p := field.FindStringSubmatch(s)
		return ColumnNamed(p[1], heads) + p[2]
	})
	return bare.ReplaceAllStringFunc(text, func(s string) string {
		p := bare.FindStringSubmatch(s)
		switch {
		case p[2] == "true", p[2] == "false", p[2] == "nil", isColumn(p[2]):
			return s
		}
		return p[1] + `"` + p[2] + `"`
	})
}

// ColumnNamed is the full name of a column, given that, a nickname, or the name
// without its unit; any other name is returned unchanged.
func ColumnNamed(name string, heads []view.Head) string {
	g := view.Grid{Heads: heads}
	for _, s := range [...]string{name, nicknames[name]} {
		if i, err := g.Index(s); s != "" && err == nil {
			return heads[i].Name
		}
	}
	return name
}

// keeps reports whether a row matches. Only the required cells are evaluated.
func (m *matcher) keeps(s Sheet, row int, cells []view.Cell) (bool, error) {
	if m.expr != nil {
		for i := range cells {
			cells[i] = s.Cell(row, i)
		}
		return m.expr.Match(cells)
	}
	for _, t := range m.terms {
		if ok, err := t.keeps(s, row, cells); !ok || err != nil {
			return false, err
		}
	}
	if len(m.words) == 0 {
		return true, nil
	}
	text := strings.ToLower(rowText(s, row, len(cells)))
	for _, w := range m.words {
		found := false
		if w.re != nil {
			found = w.re.MatchString(text)
		} else {
			found = strings.Contains(text, w.text)
		}
		if found == w.not {
			return false, nil
		}
	}
	return true, nil
}

// rowText joins the text cells of a row; numbers are only for expressions.
func rowText(s Sheet, row, cols int) string {
	var b strings.Builder
	for i := range cols {
		switch v := s.Cell(row, i).Raw.(type) {
		case string:
			b.WriteString(v)
			b.WriteByte(' ')
		case []string:
			b.WriteString(strings.Join(v, " "))
			b.WriteByte(' ')
		}
		if text := s.text(row, i); text != "" {
			b.WriteString(text)
			b.WriteByte(' ')
		}
	}
	return b.String()
}
