package cli

import natsctx "github.com/natsctl/natsctl/internal/context"

// Origin describes the source of a value, with the name of the variable.
func Origin(t *natsctx.Target, f natsctx.Field) string {
	from := t.Origin(f.Key)
	if from == natsctx.FromEnv && t.Variable(f.Key) != "" {
		return t.Variable(f.Key)
	}
	return from.String()
}
