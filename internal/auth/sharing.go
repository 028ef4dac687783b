package auth

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"
)

// Share is one import with the export that it needs, or an export that no account
// imports.
type Share struct {
	Type         string // stream or service
	Exporter     string // account, as servers call it
	ExporterName string
	Importer     string // "" for an export that no account imports
	ImporterName string
	Subject      string // as the exporting account knows it
	Local        string // as the importing account knows it
	State        string // active, or one of the faults below
	Why          string // for people; "" if it is active
}

// The states of a [Share].
const (
	ShareActive    = "active"
	ShareNoExport  = "no export"       // the exporting account does not export it
	ShareNoAccount = "no account"      // no server knows the exporting account
	ShareNoToken   = "no token"        // the export needs an activation token
	ShareBadToken  = "token invalid"   // expired, of the wrong type, revoked ...
	ShareNotYours  = "not for account" // the export is for the account whose key stands in the subject
	ShareCycle     = "cycle"           // it leads back to the importing account
	ShareInvalid   = "invalid"         // the server says so, without a reason
	ShareShadows   = "shadows"         // active, and its subjects meet those of another source
	ShareUnused    = "not imported"    // an export that no account imports
)

// Sharer is an account as it takes part in sharing.
type Sharer struct {
	Claims  *jwt.AccountClaims
	Signed  bool            // it has a JWT: its imports have tokens
	Invalid map[string]bool // local subjects of imports that the server marks as invalid
}

// Sharing compares the imports of accounts with the exports of the others. Shares
// are by importer and subject, the exports that no account imports last. What
// servers share with every account by themselves, below $SYS and $JS, is left out
// of accounts without a JWT.
func Sharing(accounts []Sharer, at time.Time) []Share {
	s := sharing{accounts: map[string]Sharer{}, at: at}
	for _, a := range accounts {
		s.accounts[a.Claims.Subject] = a
	}
	var out []Share
	used := map[*jwt.Export]bool{}
	for _, a := range accounts {
		for _, im := range a.Claims.Imports {
			if im != nil && !(built(RemoteSubject(im)) && !a.Signed) {
				out = append(out, s.share(a, im, used))
			}
		}
	}
	for _, a := range accounts {
		for _, ex := range a.Claims.Exports {
			if ex != nil && !used[ex] && !(built(string(ex.Subject)) && !a.Signed) {
				out = append(out, Share{
					Type: ex.Type.String(), Exporter: a.Claims.Subject, ExporterName: nameOf(a.Claims), Subject: string(ex.Subject),
					State: ShareUnused, Why: "no account imports it",
				})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Share) int {
		return cmp.Or(boolOrder(a.Importer == "", b.Importer == ""), cmp.Compare(a.ImporterName, b.ImporterName), cmp.Compare(a.Local, b.Local), cmp.Compare(a.Subject, b.Subject))
	})
	return out
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// built reports whether a subject is one that servers share by themselves.
func built(subject string) bool {
	return strings.HasPrefix(subject, "$SYS.") || strings.HasPrefix(subject, "$JS.")
}

type sharing struct {
	accounts map[string]Sharer
	at       time.Time
}

// share judges one import.
func (s sharing) share(a Sharer, im *jwt.Import, used map[*jwt.Export]bool) Share {
	out := Share{
		Type: im.Type.String(), Exporter: im.Account, ExporterName: im.Account, Importer: a.Claims.Subject, ImporterName: nameOf(a.Claims),
		Subject: RemoteSubject(im), Local: LocalSubject(im), State: ShareActive,
	}
	from, known := s.accounts[im.Account]
	if !known {
		out.State, out.Why = ShareNoAccount, "no server knows account "+im.Account
		return out
	}
	out.ExporterName = nameOf(from.Claims)
	ex := exportOf(from.Claims, im)
	if ex != nil {
		used[ex] = true
	}
	out.State, out.Why = s.state(a, from, im, ex)
	return out
}

// state finds what is wrong with an import; the first fault counts.
func (s sharing) state(a, from Sharer, im *jwt.Import, ex *jwt.Export) (state, why string) {
	switch token := ReadToken(im, a.Claims.Subject, from.Claims, s.at); {
	case ex == nil:
		return ShareNoExport, fmt.Sprintf("account %s does not export the %s %s", nameOf(from.Claims), im.Type, RemoteSubject(im))
	case a.Signed && ex.TokenReq && token == nil:
		return ShareNoToken, "the export needs an activation token, and the import has none"
	case token != nil && token.State == Invalid:
		return ShareBadToken, "its activation token does not permit it: " + token.Why
	case ex.AccountTokenPosition > 0 && tokenAt(RemoteSubject(im), ex.AccountTokenPosition) != a.Claims.Subject:
		return ShareNotYours, fmt.Sprintf("token %d of the subject has to be the key of the importing account", ex.AccountTokenPosition)
	case s.cycle(a.Claims.Subject, im):
		return ShareCycle, "it leads through other imports back to its own account"
	case a.Invalid[LocalSubject(im)]:
		return ShareInvalid, "the server marks it as invalid"
	}
	if other := shadowed(a.Claims, im); im.Type == jwt.Stream && other != "" {
		return ShareShadows, "its subjects meet those of " + other
	}
	return ShareActive, ""
}

// exportOf finds the export that an import needs.
func exportOf(from *jwt.AccountClaims, im *jwt.Import) *jwt.Export {
	subject := jwt.Subject(RemoteSubject(im))
	for _, ex := range from.Exports {
		if ex != nil && ex.Type == im.Type && subject.IsContainedIn(ex.Subject) {
			return ex
		}
	}
	return nil
}

// tokenAt returns a token of a subject, counted from 1.
func tokenAt(subject string, position uint) string {
	tokens := strings.Split(subject, ".")
	if position > uint(len(tokens)) {
		return ""
	}
	return tokens[position-1]
}

// cycle reports whether what is imported is itself imported from the importing
// account, over any number of accounts.
func (s sharing) cycle(account string, im *jwt.Import) bool {
	type place struct{ account, subject string }
	seen, open := map[place]bool{}, []place{{im.Account, RemoteSubject(im)}}
	for len(open) > 0 {
		p := open[0]
		open = open[1:]
		if p.account == account && Collide(p.subject, LocalSubject(im)) {
			return true
		}
		if seen[p] || s.accounts[p.account].Claims == nil {
			continue
		}
		seen[p] = true
		for _, next := range s.accounts[p.account].Claims.Imports {
			if next != nil && next.Type == im.Type && Collide(p.subject, LocalSubject(next)) {
				open = append(open, place{next.Account, RemoteSubject(next)})
			}
		}
	}
	return false
}

// shadowed names another source of the subjects of a stream import in its own
// account; "" if there is none.
func shadowed(account *jwt.AccountClaims, im *jwt.Import) string {
	for _, other := range account.Imports {
		if other != nil && other != im && other.Type == jwt.Stream && Collide(LocalSubject(other), LocalSubject(im)) {
			return fmt.Sprintf("the stream import %s of account %s", RemoteSubject(other), other.Account)
		}
	}
	for _, ex := range account.Exports {
		if ex != nil && ex.Type == jwt.Stream && Collide(string(ex.Subject), LocalSubject(im)) {
			return "its own export " + string(ex.Subject)
		}
	}
	return ""
}
