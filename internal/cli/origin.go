package cli

import natsctx "github.com/natsctl/natsctl/internal/context"

// Origin says where a value comes from, with the name of the variable.
func Origin(t *natsctx.Target, f natsctx.Field) string {
	from := t.Origin(f.Key)
	if from == natsctx.FromEnv && t.Variable(f.Key) != "" {
		return t.Variable(f.Key)
	}
	return from.String()
}
