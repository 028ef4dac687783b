package fleetcmd

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/sys/endpoint"
)

// option is one option of a request, as a flag. Its name and kind come from the
// server's own options, so a new option needs no change here.
type option struct {
	json  string
	value func() (v any, set bool)
}

// takenFlags are the names with another meaning on these commands, and the
// options that natsctl sets itself.
var (
	takenFlags = []string{"name", "cluster", "host", "tag", "user", "context", "timeout", "server", "output", "body", "watch"}
	ownOptions = []string{"offset", "limit", "state"}
)

// declareOptions declares a flag for each option of an endpoint.
func declareOptions(cmd *kingpin.CmdClause, ep *endpoint.Endpoint, limit *int) (list []option) {
	if ep.Options == nil {
		return nil
	}
	t := reflect.TypeOf(ep.Options)
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "" || name == "-" || skips(ep, name):
		case name == "limit":
			cmd.Flag("limit", "Maximum number per server (default: no limit).").PlaceHolder("N").IntVar(limit)
		case name == "state":
			list = append(list, stateOption(cmd))
		case !slices.Contains(ownOptions, name):
			list = append(list, declareOption(cmd, ep, name, f.Type))
		}
	}
	return list
}

// skips reports whether the subject already has the value of the option.
func skips(ep *endpoint.Endpoint, name string) bool {
	return ep.Account() && (name == "acc" || name == "account" || name == "accounts")
}

// declareOption declares a flag for one option.
func declareOption(cmd *kingpin.CmdClause, ep *endpoint.Endpoint, name string, t reflect.Type) option {
	flag := strings.ReplaceAll(name, "_", "-")
	if slices.Contains(takenFlags, flag) {
		flag = requestName(ep) + "-" + flag
	}
	clause := cmd.Flag(flag, helpFor(name))
	o := option{json: name}
	switch {
	case t == reflect.TypeFor[time.Duration]():
		v := clause.PlaceHolder("DURATION").Duration()
		o.value = func() (any, bool) { return int64(*v), *v != 0 }
	case t.Kind() == reflect.Bool:
		v := clause.Bool()
		o.value = func() (any, bool) { return *v, *v }
	case t.Kind() == reflect.Int, t.Kind() == reflect.Uint64:
		v := clause.PlaceHolder("N").Uint64()
		o.value = func() (any, bool) { return *v, *v != 0 }
	case t.Kind() == reflect.Slice:
		v := clause.PlaceHolder("NAME").Strings()
		o.value = func() (any, bool) { return *v, len(*v) > 0 }
	default:
		v := clause.PlaceHolder("TEXT").String()
		o.value = func() (any, bool) { return *v, *v != "" }
	}
	return o
}

// stateOption is the only option whose numbers have names.
func stateOption(cmd *kingpin.CmdClause) option {
	words := []string{"open", "closed", "all"}
	v := cmd.Flag("state", "Connections that are open, closed or all.").Default(words[0]).Enum(words...)
	return option{json: "state", value: func() (any, bool) {
		i := slices.Index(words, *v)
		return i, i > 0
	}}
}
