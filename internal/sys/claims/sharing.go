package claims

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/fleet"
)

// maxSharers is how many accounts are asked about: each costs an answer of every
// server.
const maxSharers = 500

// ErrTooMany is wrapped by the error of a fleet with more accounts than are asked
// about.
var ErrTooMany = errors.New("too many accounts")

// Sharing finds out what accounts share: all that servers use, and those of the
// resolver that they import from.
func (a *Asker) Sharing(ctx context.Context) ([]fleet.Share, error) {
	names, _, err := a.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	if len(names) > maxSharers {
		return nil, fmt.Errorf("%w: %d, at most %d are asked about", ErrTooMany, len(names), maxSharers)
	}
	held, err := a.Held(ctx, names)
	if err != nil {
		return nil, err
	}
	sharers := sharersOf(names, held)
	stored, err := a.unused(ctx, sharers)
	if err != nil {
		return nil, err
	}
	var out []fleet.Share
	for _, s := range auth.Sharing(append(sharers, stored...), time.Now()) {
		out = append(out, fleet.Share(s))
	}
	return out, nil
}

// sharersOf are the accounts with the newest claims that a server holds of each.
func sharersOf(names []string, held map[string][]Holding) (out []auth.Sharer) {
	for _, name := range names {
		var newest auth.Sharer
		for _, h := range held[name] {
			claims, signed := auth.Held(h.Info)
			if newest.Claims != nil && claims.IssuedAt <= newest.Claims.IssuedAt {
				continue
			}
			newest = auth.Sharer{Claims: claims, Signed: signed, Invalid: map[string]bool{}}
			for _, im := range h.Info.Imports {
				if im.Invalid {
					im.To = "" //nolint:staticcheck // servers repeat LocalSubject in it
					newest.Invalid[auth.LocalSubject(&im.Import)] = true
				}
			}
		}
		if newest.Claims != nil {
			out = append(out, newest)
		}
	}
	return out
}

// unused are the accounts of the resolver that no server uses.
func (a *Asker) unused(ctx context.Context, used []auth.Sharer) (out []auth.Sharer, err error) {
	known, signed := map[string]bool{}, false
	for _, s := range used {
		known[s.Claims.Subject], signed = true, signed || s.Signed
	}
	if !signed {
		return nil, nil // in configuration mode there is no resolver
	}
	tokens, err := a.ResolverClaims(ctx)
	if err != nil {
		return nil, err
	}
	for _, token := range tokens[:min(len(tokens), maxSharers)] {
		if doc, err := auth.Read([]byte(token)); err == nil && doc.Kind == auth.Account && !known[doc.Key] {
			claims, _ := auth.AccountClaims(doc)
			out = append(out, auth.Sharer{Claims: claims, Signed: true})
		}
	}
	return out, nil
}
