package result

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// surroundings lists differences in the environment of two results.
func surroundings(a, b *Result) []string {
	var out []string
	differ := func(what, x, y string) {
		if x != y {
			out = append(out, fmt.Sprintf("%s: %s, then %s", what, x, y))
		}
	}
	ca, cb := a.Env.Client, b.Env.Client
	differ("host of the client", ca.Host, cb.Host)
	differ("processor of the client", ca.CPU, cb.CPU)
	differ("cores of the client", strconv.Itoa(ca.Cores), strconv.Itoa(cb.Cores))
	differ("Go of the client", ca.Go, cb.Go)
	differ("nats.go", ca.NatsGo, cb.NatsGo)
	differ("GOGC", strconv.Itoa(ca.GOGC), strconv.Itoa(cb.GOGC))
	differ("driver", ca.Driver, cb.Driver)
	differ("servers", serverVersions(a), serverVersions(b))
	for _, name := range reconfigured(a, b) {
		out = append(out, fmt.Sprintf("server %s: has another configuration", name))
	}
	for i, r := range []*Result{a, b} {
		if !r.Valid() {
			out = append(out, fmt.Sprintf("the %s result has runs that are not valid", [2]string{"base", "new"}[i]))
		}
	}
	return out
}

func serverVersions(r *Result) string {
	var out []string
	for _, s := range r.Env.Servers {
		if v := s.Version; !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// reconfigured names the servers of both results whose configuration changed;
// the digests are only known with a system context.
func reconfigured(a, b *Result) (out []string) {
	for _, x := range a.Env.Servers {
		for _, y := range b.Env.Servers {
			if x.Name == y.Name && x.ConfigDigest != "" && y.ConfigDigest != "" && x.ConfigDigest != y.ConfigDigest {
				out = append(out, x.Name)
			}
		}
	}
	return out
}
