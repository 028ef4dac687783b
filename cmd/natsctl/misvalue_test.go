package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
)

// takeZero are the flags for which 0 has a meaning; every other one refuses it.
var takeZero = []string{
	"drain", "grace", "jitter", "max-series", "min-interval", "notice", "rate", "serve", "slot", "think", "top", "verify", "warmup",
}

// TestNumbersOutOfRange gives every flag that takes a number or a duration one
// that nobody can mean. A new flag is among them by itself.
func TestNumbersOutOfRange(t *testing.T) {
	e := &cli.Env{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}
	model := cli.Model(program())
	tried := 0
	try := func(path []string, flag, value string, refused bool) {
		tried++
		args := append(slices.Clone(path), "--"+flag+"="+value)
		err := cli.Parses(program(), args, e)
		if refused && (err == nil || !strings.Contains(err.Error(), "--"+flag+": ")) || !refused && err != nil {
			t.Errorf("natsctl %s: %v", strings.Join(args, " "), err)
		}
	}
	flags := func(path []string, list []*kingpin.FlagModel) {
		for _, f := range list {
			for _, value := range outOfRange(f) {
				try(path, f.Name, value, true)
			}
			if slices.Contains(takeZero, f.Name) && len(outOfRange(f)) > 0 {
				try(path, f.Name, "0", false)
			}
		}
	}
	flags([]string{"version"}, model.Flags)
	for _, leaf := range leaves(nil, model.Commands) {
		flags(leaf.words, leaf.model.Flags)
		if leaf.model.Default { // its group accepts its flags too, and names them
			flags(slices.DeleteFunc(slices.Clone(leaf.words), func(w string) bool { return w == leaf.model.Name }), leaf.model.Flags)
		}
	}
	if tried < 100 {
		t.Errorf("only %d values were tried", tried)
	}
}

// outOfRange are values that a flag refuses, none for one without numbers.
func outOfRange(f *kingpin.FlagModel) []string {
	value, ok := f.Value.(kingpin.Getter)
	if !ok {
		return nil
	}
	least := map[bool][]string{true: {"-1", "x"}, false: {"-1", "x", "0"}}[slices.Contains(takeZero, f.Name)]
	switch value.Get().(type) {
	case int:
		return least
	case float64:
		return append([]string{"NaN", "inf", "-inf"}, least...)
	case time.Duration:
		return append([]string{"-2ms"}, least[1:]...)
	}
	return nil
}

// leaf is a command that can be called, with arguments that it takes.
type leaf struct {
	words []string
	model *kingpin.CmdModel
}

func leaves(path []string, list []*kingpin.CmdModel) (out []leaf) {
	for _, c := range list {
		words := append(slices.Clone(path), c.Name)
		if len(c.Commands) > 0 {
			out = append(out, leaves(words, c.Commands)...)
			continue
		}
		for _, arg := range c.Args {
			if arg.Required {
				words = append(words, anyValue(arg.Value))
			}
		}
		for _, f := range c.Flags {
			if f.Required {
				words = append(words, "--"+f.Name+"="+anyValue(f.Value))
			}
		}
		out = append(out, leaf{words, c})
	}
	return out
}

// anyValue is a value that may stand where value is.
func anyValue(value kingpin.Value) string {
	if _, isDuration := value.(kingpin.Getter).Get().(time.Duration); isDuration {
		return "1s"
	}
	return "cpu" // a word, and the name of a profile
}
