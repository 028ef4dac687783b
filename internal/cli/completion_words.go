package cli

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/kingpin/v2"
)

// Candidate is a possible completion at the cursor.
type Candidate struct{ Value, Help string }

// Offer is the set of completions.
type Offer struct {
	Words []Candidate
	files bool // the shell completes file names itself
}

// matching returns the candidates with the typed prefix, sorted and without duplicates.
func (o Offer) matching(typed string) []Candidate {
	words := slices.DeleteFunc(slices.Clone(o.Words), func(c Candidate) bool { return !strings.HasPrefix(c.Value, typed) })
	slices.SortStableFunc(words, func(a, b Candidate) int { return cmp.Compare(a.Value, b.Value) })
	return slices.CompactFunc(words, func(a, b Candidate) bool { return a.Value == b.Value })
}

// natsWords maps words of the nats CLI to their equivalent here.
type natsWords struct{ commands, flags map[string]string }

// Line goes through the words of a command line as kingpin would, on its model.
type Line struct {
	nats    natsWords
	values  []Value // the sources of flag and argument values, in addition to the common ones
	model   *kingpin.ApplicationModel
	path    []*kingpin.CmdModel // the commands named so far
	args    int                 // how many arguments of the last one are given
	pending *kingpin.FlagModel  // a flag that waits for its value
	Flags   map[string]string   // the values of flags so far, by long name
	literal bool                // after --
}

func newLine(model *kingpin.ApplicationModel) *Line {
	return &Line{model: model, Flags: map[string]string{}}
}

// next processes one complete word.
func (w *Line) next(word string) {
	if w.pending != nil {
		w.set(w.pending, word)
		w.pending = nil
		return
	}
	switch {
	case w.literal || word == "-" || !strings.HasPrefix(word, "-"):
		w.positional(word)
	case word == "--":
		w.literal = true
	default:
		name, value, given := strings.Cut(word, "=")
		f := w.flag(name)
		switch {
		case f == nil:
		case f.IsBoolFlag():
			w.Flags[f.Name] = "true"
		case given:
			w.set(f, value)
		default:
			w.pending = f
		}
	}
}

// set stores the value of a flag. Several values make a list.
func (w *Line) set(f *kingpin.FlagModel, value string) {
	if before := w.Flags[f.Name]; before != "" {
		value = before + "," + value
	}
	w.Flags[f.Name] = value
}

// positional processes a command or an argument.
func (w *Line) positional(word string) {
	for _, c := range w.commands() {
		if c.Name == word || slices.Contains(c.Aliases, word) {
			w.path, w.args = append(w.path, c), 0
			return
		}
	}
	w.args++
}

// command returns the last command named, or nil.
func (w *Line) command() *kingpin.CmdModel {
	if len(w.path) == 0 {
		return nil
	}
	return w.path[len(w.path)-1]
}

// commands returns the commands that could come next.
func (w *Line) commands() []*kingpin.CmdModel {
	c := w.command()
	if c == nil {
		return w.model.Commands
	}
	return c.Commands
}

// flag finds a flag by --long or -s, starting with the innermost command.
func (w *Line) flag(word string) *kingpin.FlagModel {
	for _, f := range w.allFlags() {
		if short, size := utf8.DecodeRuneInString(strings.TrimPrefix(word, "-")); word == "--"+f.Name || f.Short != 0 && short == f.Short && len(word) == 1+size {
			return f
		}
	}
	return nil
}

// allFlags returns the flags that may stand next. A group with a standard command
// accepts its flags too.
func (w *Line) allFlags() []*kingpin.FlagModel {
	var all []*kingpin.FlagModel
	for _, c := range w.commands() {
		if c.Default && len(w.path) > 0 {
			all = append(all, c.Flags...)
		}
	}
	for i := len(w.path) - 1; i >= 0; i-- {
		all = append(all, w.path[i].Flags...)
	}
	return append(all, w.model.Flags...)
}

// offer returns the possible completions at the end of the line.
func (w *Line) offer(e *Env, current string) Offer {
	if w.pending != nil {
		return w.flagSource(w.pending)(e, w)
	}
	if name, _, given := strings.Cut(current, "="); given && strings.HasPrefix(current, "--") {
		f := w.flag(name)
		if f == nil || f.IsBoolFlag() {
			return Offer{}
		}
		o := w.flagSource(f)(e, w)
		for i := range o.Words {
			o.Words[i].Value = name + "=" + o.Words[i].Value
		}
		return o
	}
	if strings.HasPrefix(current, "-") && !w.literal {
		return Offer{Words: w.flagNames()}
	}
	if commands := w.commands(); len(commands) > 0 {
		return Offer{Words: commandNames(commands)}
	}
	if arg := w.argument(); arg != nil {
		return w.argSource(arg)(e, w)
	}
	return Offer{}
}

// Name is the full name of the command, such as "context select".
func (w *Line) Name() string {
	names := make([]string, len(w.path))
	for i, c := range w.path {
		names[i] = c.Name
	}
	return strings.Join(names, " ")
}

// argument returns the argument that comes next. The last one may take several words.
func (w *Line) argument() *kingpin.ArgModel {
	c := w.command()
	if c == nil || len(c.Args) == 0 {
		return nil
	}
	if w.args < len(c.Args) {
		return c.Args[w.args]
	}
	last := c.Args[len(c.Args)-1]
	if many, ok := last.Value.(interface{ IsCumulative() bool }); ok && many.IsCumulative() {
		return last
	}
	return nil
}

func (w *Line) flagNames() (names []Candidate) {
	for _, f := range w.allFlags() {
		if !f.Hidden {
			names = append(names, Candidate{"--" + f.Name, f.Help})
		}
	}
	return names
}

func commandNames(commands []*kingpin.CmdModel) (names []Candidate) {
	for _, c := range commands {
		if !c.Hidden {
			names = append(names, Candidate{c.Name, c.Help})
		}
	}
	return names
}

// choices returns the words that an enumeration allows. kingpin does not export
// them, so they are read by reflection; if that finds none, none are offered.
func choices(v kingpin.Value) (words []Candidate) {
	s := reflect.Indirect(reflect.ValueOf(v))
	if s.Kind() != reflect.Struct {
		return nil
	}
	options := s.FieldByName("options")
	if !options.IsValid() || options.Kind() != reflect.Slice || options.Type().Elem().Kind() != reflect.String {
		return nil
	}
	for i := range options.Len() {
		words = append(words, Candidate{Value: options.Index(i).String()})
	}
	return words
}
