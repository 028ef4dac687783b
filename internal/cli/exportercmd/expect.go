package exportercmd

import (
	"os"
	"strconv"
	"strings"

	"github.com/natsctl/natsctl/internal/cli"
)

// expected reads the value of --expect: a number, names, or a file of names.
func expected(value string) (count int, names []string, err error) {
	if value == "" {
		return 0, nil, nil
	}
	if n, err := strconv.Atoi(value); err == nil {
		if n < 1 {
			return 0, nil, cli.Usagef("--expect %s: a number of servers is at least 1", value)
		}
		return n, nil, nil
	}
	list := strings.Split(value, ",")
	if path, ok := strings.CutPrefix(value, "@"); ok {
		body, err := os.ReadFile(path)
		if err != nil {
			return 0, nil, cli.Usagef("--expect: %v", err)
		}
		list = strings.Split(string(body), "\n")
	}
	for _, name := range list {
		name = strings.TrimSpace(name)
		if name != "" && !strings.HasPrefix(name, "#") {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return 0, nil, cli.Usagef("--expect %s names no server", value)
	}
	return 0, names, nil
}
