package claims

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/sys/failure"
)

// ResolverClaims returns the JWTs of all accounts that the resolver of one server
// holds, also of those that no server uses; none if the servers have no resolver
// that can tell. The JWTs are complete; who shows or keeps them removes the
// signature.
func (a *Asker) ResolverClaims(ctx context.Context) (tokens []string, err error) {
	ep := endpoint.Lookup(string(endpoint.ClaimsPack))
	answers, err := a.raw(ctx, ep, "", func(m *nats.Msg, n int) bool { return len(m.Data) == 0 || n == maxAnswers })
	for _, answer := range answers {
		for line := range strings.Lines(answer) { // KEY|JWT
			if _, token, ok := strings.Cut(strings.TrimSpace(line), "|"); ok {
				tokens = append(tokens, token)
			}
		}
	}
	return tokens, err
}

// ResolverLookup returns the JWT of an account as the resolver of each server
// holds it, in no order; "" for a server that does not hold it. Answers do not
// say which server sent them. It ends with as many answers as there are servers,
// or when no more come. Without a resolver that can tell there are none.
func (a *Asker) ResolverLookup(ctx context.Context, account string, servers int) ([]string, error) {
	return a.raw(ctx, endpoint.Lookup(string(endpoint.ClaimsLookup)), account, func(_ *nats.Msg, n int) bool { return n == servers })
}

// raw sends a request about an account and returns the answers as they are,
// until last says that one is the last, or the inbox has been quiet.
func (a *Asker) raw(ctx context.Context, ep *endpoint.Endpoint, account string, last func(m *nats.Msg, n int) bool) ([]string, error) {
	if strings.ContainsAny(account, "*> \t\r\n") {
		return nil, nil // a name that no resolver holds
	}
	ctx, cancel := context.WithTimeout(ctx, a.Timeout)
	defer cancel()
	inbox := a.Conn.NC.NewInbox()
	sub, err := a.Conn.NC.SubscribeSync(inbox)
	if err != nil {
		return nil, err
	}
	defer sub.Unsubscribe() //nolint:errcheck // the connection is gone, and the subscription with it
	if err := a.Conn.NC.PublishRequest(strings.ReplaceAll(ep.Subject, "{account}", account), inbox, nil); err != nil {
		return nil, fmt.Errorf("ask %s: %w", ep.Kind, err)
	}
	var out []string
	for size, wait := 0, a.Timeout; size < maxBytes; wait = a.Quiet {
		quiet, stop := context.WithTimeout(ctx, wait)
		msg, err := sub.NextMsgWithContext(quiet)
		stop()
		switch {
		case errors.Is(err, nats.ErrNoResponders) || err == nil && endpoint.NoResponders(msg):
			return nil, nil
		case errors.Is(err, context.DeadlineExceeded) && len(out) > 0:
			return out, nil
		case errors.Is(err, context.DeadlineExceeded):
			return nil, &failure.SilentError{Subject: ep.Subject, After: a.Timeout}
		case err != nil:
			return out, err
		}
		out, size = append(out, string(msg.Data)), size+len(msg.Data)
		if last(msg, len(out)) {
			break
		}
	}
	return out, nil
}
