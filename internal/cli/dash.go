package cli

import "strings"

// joinDashes rewrites each flag followed by a lone "-", which means standard input, to a form that kingpin
// accepts: --file - becomes --file=-, and -f - becomes -f-. Arguments after "--" are left unchanged.
func joinDashes(args []string) []string {
	var out []string
	for i, arg := range args {
		if arg == "--" {
			return append(out, args[i:]...)
		}
		last := len(out) - 1
		if arg != "-" || last < 0 || !strings.HasPrefix(out[last], "-") || strings.Contains(out[last], "=") || out[last] == "-" {
			out = append(out, arg)
			continue
		}
		if strings.HasPrefix(out[last], "--") {
			out[last] += "="
		}
		out[last] += "-"
	}
	return out
}
