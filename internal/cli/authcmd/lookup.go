package authcmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	sysclaims "github.com/natsctl/natsctl/internal/sys/claims"
	"github.com/natsctl/natsctl/internal/view"
)

// errUnknown is the error of a name or key that no server knows.
var errUnknown = errors.New("no server knows")

// directory is what servers know of accounts and operators.
type directory struct {
	client    *sys.Client
	snap      *fleet.Snapshot
	accounts  []string // as servers call them
	names     fleet.AccountNames
	operators []auth.Document
}

// openDirectory asks the servers for the names of accounts and for operators.
func openDirectory(ctx context.Context, e *cli.Env) (*directory, error) {
	client, err := e.System(ctx)
	if err != nil {
		return nil, err
	}
	accounts, snap, err := client.Claims().Accounts(ctx)
	if err != nil {
		return nil, err
	}
	d := &directory{client: client, snap: snap, accounts: accounts, names: fleet.NewAccountNames(snap)}
	for _, sv := range snap.Servers {
		if sv.Varz == nil {
			continue
		}
		for _, op := range sv.Varz.TrustedOperatorsClaim {
			if op != nil && !slices.ContainsFunc(d.operators, func(o auth.Document) bool { return o.Key == op.Subject }) {
				d.operators = append(d.operators, auth.Document{Kind: auth.Operator, Claims: op, Key: op.Subject})
			}
		}
	}
	return d, nil
}

// account finds an account by its name or key; "" if there is none.
func (d *directory) account(name string) (string, error) {
	key, err := d.names.Find(name)
	if err != nil || !slices.Contains(d.accounts, key) {
		return "", err
	}
	return key, nil
}

// held are the claims of an account on each server, and the newest of them.
func (d *directory) held(ctx context.Context, account string) (*holding, error) {
	all, err := d.client.Claims().Held(ctx, []string{account})
	if err != nil {
		return nil, err
	}
	return newHolding(account, all[account]), nil
}

// holding is an account as the servers hold it.
type holding struct {
	doc     auth.Document // the newest; without claims if no server holds it
	signed  bool          // it has a JWT
	holders []holder
}

// holder is a server that holds an account.
type holder struct {
	Server string `json:"server"`
	Issued int64  `json:"issued,omitempty"`
	ID     string `json:"jwt_id,omitempty"`
	Stale  bool   `json:"stale,omitempty"` // another server holds a newer JWT
}

func (h holder) words(now time.Time) string {
	switch {
	case h.Stale:
		return h.Server + ": an older JWT, issued " + moment(h.Issued, now)
	case h.Issued != 0:
		return h.Server + ": issued " + moment(h.Issued, now)
	}
	return h.Server
}

func newHolding(account string, list []sysclaims.Holding) *holding {
	h := &holding{doc: auth.Document{Kind: auth.Account, Key: account}}
	newest := int64(-1)
	for _, held := range list {
		claims, signed := auth.Held(held.Info)
		h.holders = append(h.holders, holder{Server: held.Server.Name, Issued: claims.IssuedAt, ID: claims.ID})
		if claims.IssuedAt > newest {
			newest, h.doc.Claims, h.signed = claims.IssuedAt, claims, signed
		}
	}
	for i := range h.holders {
		h.holders[i].Stale = h.holders[i].Issued < newest
	}
	return h
}

// lookUp finds a name or key on the servers.
func lookUp(ctx context.Context, e *cli.Env, what string, others []auth.Document) (*document, error) {
	d, err := openDirectory(ctx, e)
	if err != nil {
		return nil, err
	}
	doc, err := d.find(ctx, e, what, others)
	if err != nil {
		return nil, err
	}
	doc.snap = d.snap
	return doc, nil
}

// find finds an operator, account, user or signing key, in this order.
func (d *directory) find(ctx context.Context, e *cli.Env, what string, others []auth.Document) (*document, error) {
	for _, op := range d.operators {
		claims, ok := op.Claims.(*jwt.OperatorClaims)
		if ok && (op.Key == what || op.Claims.Claims().Name == what || claims.SigningKeys.Contains(what)) {
			return newDocument(e, op, others), nil
		}
	}
	key, err := d.account(what)
	if err != nil {
		return nil, err
	}
	if key != "" {
		return d.showAccount(ctx, e, key, others)
	}
	if doc, err := d.showUser(ctx, e, what, others); doc != nil || err != nil {
		return doc, err
	}
	if doc, err := d.showStored(ctx, e, what, others); doc != nil || err != nil {
		return doc, err
	}
	if nkeys.IsValidPublicAccountKey(what) {
		return d.showSigner(ctx, e, what, others)
	}
	return nil, d.unknown(what)
}

// unknown is the error of a name or key that was not found.
func (d *directory) unknown(what string) error {
	var names []string
	for _, account := range d.accounts {
		names = append(names, d.names.Name(account))
	}
	err := fmt.Errorf("%w an operator, account or connected user %q%s", errUnknown, what, view.Suggest(what, names))
	if strings.TrimSpace(what) == "" {
		err = fmt.Errorf("%w %q", errUnknown, what)
	}
	return cli.NotFound(err, d.snap)
}

func (d *directory) showAccount(ctx context.Context, e *cli.Env, account string, others []auth.Document) (*document, error) {
	h, err := d.held(ctx, account)
	if err != nil {
		return nil, err
	}
	if h.doc.Claims == nil {
		return nil, d.unknown(account)
	}
	return h.document(e, append(others, d.operators...)), nil
}

// document makes what is printed of an account.
func (h *holding) document(e *cli.Env, others []auth.Document) *document {
	doc := newDocument(e, h.doc, others)
	doc.Servers = h.holders
	if !h.signed {
		doc.Chain = nil
		doc.Notes = append(doc.Notes, "the account is defined in the configuration of the servers; it has no JWT")
	}
	for _, holder := range h.holders {
		if holder.Stale {
			doc.Notes = append(doc.Notes, "the servers hold different JWTs; the newest is shown")
			break
		}
	}
	return doc
}

// showStored finds an account that only the resolver knows, because no server
// uses it; nil if there is none. Several of one name are an error.
func (d *directory) showStored(ctx context.Context, e *cli.Env, account string, others []auth.Document) (*document, error) {
	stored, err := d.stored(ctx)
	if err != nil {
		return nil, err
	}
	var found []auth.Document
	for _, doc := range stored {
		if doc.Key == account || doc.Claims.Claims().Name == account {
			found = append(found, doc)
		}
	}
	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		doc := newDocument(e, found[0], slices.Concat(others, stored, d.operators))
		doc.Notes = append(doc.Notes, "no server uses the account now; the resolver holds it")
		return doc, nil
	}
	ambiguous := &fleet.AmbiguousAccountError{Name: account}
	for _, doc := range found {
		ambiguous.Keys = append(ambiguous.Keys, doc.Key)
	}
	slices.Sort(ambiguous.Keys)
	return nil, ambiguous
}

// stored are the accounts that the resolver holds.
func (d *directory) stored(ctx context.Context) (docs []auth.Document, err error) {
	tokens, err := d.client.Claims().ResolverClaims(ctx)
	if err != nil {
		return nil, err
	}
	for _, token := range tokens {
		if doc, err := auth.Read([]byte(token)); err == nil && doc.Kind == auth.Account {
			docs = append(docs, doc)
		}
	}
	return docs, nil
}

// showUser finds a connected user by its name or key; nil if there is none.
func (d *directory) showUser(ctx context.Context, e *cli.Env, user string, others []auth.Document) (*document, error) {
	doc, err := d.user(ctx, user)
	if err != nil || doc == nil {
		return nil, err
	}
	if doc.Claims == nil {
		out := newDocument(e, *doc, nil)
		out.Notes = append(out.Notes, "the user is defined in the configuration of the servers, or its JWT is a bearer token, which servers do not report")
		return out, nil
	}
	h, err := d.held(ctx, auth.IssuerKey(doc.Claims))
	if err != nil {
		return nil, err
	}
	return newDocument(e, *doc, append(append(others, h.doc), d.operators...)), nil
}

// user finds a connected user by its name or key, with its JWT if it has one.
func (d *directory) user(ctx context.Context, user string) (*auth.Document, error) {
	snap, err := d.client.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Connz}})
	if err != nil {
		return nil, err
	}
	key, err := fleet.FindUser(snap, user)
	if err != nil {
		return nil, err
	}
	for _, row := range fleet.ConnRows(snap, nil) {
		if row.Info.AuthorizedUser != key {
			continue
		}
		if doc, err := auth.Read([]byte(row.Info.JWT)); err == nil && doc.Kind == auth.User {
			return &doc, nil
		}
		return &auth.Document{Kind: auth.User, Key: key}, nil
	}
	return nil, nil
}

// showSigner finds the account that has a signing key.
func (d *directory) showSigner(ctx context.Context, e *cli.Env, key string, others []auth.Document) (*document, error) {
	all, err := d.client.Claims().Held(ctx, d.accounts)
	if err != nil {
		return nil, err
	}
	for _, account := range d.accounts {
		h := newHolding(account, all[account])
		claims, ok := h.doc.Claims.(*jwt.AccountClaims)
		if !ok || !claims.SigningKeys.Contains(key) {
			continue
		}
		doc := h.document(e, append(others, d.operators...))
		doc.Notes = append(doc.Notes, key+" is a signing key of this account")
		return doc, nil
	}
	return nil, d.unknown(key)
}
