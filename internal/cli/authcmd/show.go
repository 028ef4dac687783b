package authcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kingpin/v2"
	"github.com/nats-io/jwt/v2"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/fleet"
)

// showCommand shows claims and keys.
type showCommand struct {
	what  string
	chain []string
}

func (c *showCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.HelpLong(`A file is read without connecting: a JWT, credentials, a seed. Its chain of trust is
verified with the JWTs of --chain, and with those in the directories above it, as nsc
keeps them. A name or a key is looked up on the servers: an account, a connected user,
an operator, a signing key. Seeds and tokens are never shown.
`)
	cmd.Arg("what", "A file, or the name or public key of an operator, account or user.").Required().StringVar(&c.what)
	cmd.Flag("chain", "JWT of the account or operator to verify the chain with; repeat for several.").PlaceHolder("FILE").StringsVar(&c.chain)
}

// errInvalid is the error of a chain that does not hold.
var errInvalid = errors.New("the chain of trust does not hold")

func (c *showCommand) Run(ctx context.Context, e *cli.Env) error {
	doc, err := c.find(ctx, e)
	if err != nil {
		return err
	}
	if err := e.PrintValue(doc, func(w io.Writer) error { return doc.sheet(e).Write(w) }); err != nil {
		return err
	}
	return doc.verdict(e)
}

// verdict is the error of a chain that does not hold, or of servers that did not
// answer: they may hold another version.
func (doc *document) verdict(e *cli.Env) error {
	for _, l := range doc.Chain {
		if l.State == auth.Invalid {
			return fmt.Errorf("%w: %s %s: %s", errInvalid, l.Kind, named(l.Name, l.Key), l.Why)
		}
	}
	return e.Completeness(doc.snap)
}

// find reads the file, or looks on the servers.
func (c *showCommand) find(ctx context.Context, e *cli.Env) (*document, error) {
	others, err := readChain(c.chain)
	if err != nil {
		return nil, err
	}
	if !isFile(c.what) {
		return lookUp(ctx, e, c.what, others)
	}
	d, err := readDocument(c.what)
	if err != nil {
		return nil, err
	}
	warnExposed(e, c.what, d)
	return newDocument(e, d, append(others, above(c.what)...)), nil
}

// isFile reports whether an argument is a file: it exists, or is written as the
// path of one.
func isFile(arg string) bool {
	if strings.ContainsAny(arg, `/\`) || strings.HasSuffix(arg, ".jwt") || strings.HasSuffix(arg, ".creds") || strings.HasSuffix(arg, ".nk") {
		return true
	}
	info, err := os.Stat(arg)
	return err == nil && !info.IsDir()
}

// document is what the command prints, as JSON and as text.
type document struct {
	Schema  string       `json:"schema"`
	Kind    auth.Kind    `json:"kind"`
	Name    string       `json:"name,omitempty"`
	Key     string       `json:"key"`
	Seed    string       `json:"private_key_of,omitempty"` // the public key of the seed in the file
	Claims  jwt.Claims   `json:"claims,omitempty"`
	Tokens  []tokenState `json:"tokens,omitempty"` // of imports
	Chain   []auth.Link  `json:"chain,omitempty"`
	Servers []holder     `json:"servers,omitempty"` // who holds which version, when servers were asked
	Notes   []string     `json:"notes,omitempty"`

	account *jwt.AccountClaims // of a user
	snap    *fleet.Snapshot    // who was asked; nil for a file
}

// tokenState is the activation of one import.
type tokenState struct {
	Import string `json:"import"`
	From   string `json:"from"`
	auth.TokenState
}

// newDocument makes what is printed; others are the JWTs that its chain is
// verified with.
func newDocument(e *cli.Env, d auth.Document, others []auth.Document) *document {
	doc := &document{Schema: "natsctl.auth.show/v1", Kind: d.Kind, Key: d.Key, Seed: d.Seed, Chain: d.Chain(others, e.Now())}
	if d.Claims == nil {
		return doc
	}
	doc.Name = d.Claims.Claims().Name
	doc.account = accountOf(d, others)
	if account, ok := d.Claims.(*jwt.AccountClaims); ok {
		doc.Tokens = tokens(account, others, e)
	}
	doc.Claims = withoutPasswords(auth.WithoutTokens(d.Claims))
	if d.Seed != "" && d.Seed != d.Key {
		doc.Notes = append(doc.Notes, "the private key in the file is not the one of the "+string(d.Kind)+": it cannot log in with it")
	}
	return doc
}

// withoutPasswords masks what the addresses of an operator hold of passwords.
func withoutPasswords(claims jwt.Claims) jwt.Claims {
	op, ok := claims.(*jwt.OperatorClaims)
	if !ok {
		return claims
	}
	masked := *op
	masked.AccountServerURL = natsctx.RedactURL(op.AccountServerURL)
	masked.OperatorServiceURLs = nil
	for _, url := range op.OperatorServiceURLs {
		masked.OperatorServiceURLs = append(masked.OperatorServiceURLs, natsctx.RedactURL(url))
	}
	return &masked
}

// accountOf finds the claims of the account of a user.
func accountOf(d auth.Document, others []auth.Document) *jwt.AccountClaims {
	if d.Kind != auth.User {
		return nil
	}
	return claimsOf(others, auth.IssuerKey(d.Claims))
}

func claimsOf(others []auth.Document, key string) *jwt.AccountClaims {
	for _, o := range others {
		if account, ok := o.Claims.(*jwt.AccountClaims); ok && o.Key == key && o.Broken == nil {
			return account
		}
	}
	return nil
}

func tokens(account *jwt.AccountClaims, others []auth.Document, e *cli.Env) (out []tokenState) {
	for _, im := range account.Imports {
		if im == nil {
			continue
		}
		if token := auth.ReadToken(im, account.Subject, claimsOf(others, im.Account), e.Now()); token != nil {
			out = append(out, tokenState{string(im.Subject), im.Account, *token})
		}
	}
	return out
}

// sheet is the document for people.
func (doc *document) sheet(e *cli.Env) *sheet {
	s, now := &sheet{}, e.Now()
	s.Add(strings.ToUpper(string(doc.Kind[:1]))+string(doc.Kind[1:]), named(doc.Name, doc.Key))
	if doc.Kind == auth.Key {
		s.Add("Type", auth.KindOfKey(doc.Key))
	}
	if doc.Seed != "" {
		s.Add("Private key", "is in the file and not shown")
	}
	switch c := doc.Claims.(type) {
	case *jwt.UserClaims:
		s.user(c, doc.account, now)
	case *jwt.AccountClaims:
		s.account(c, now)
	case *jwt.OperatorClaims:
		s.operator(c, now)
	case *jwt.ActivationClaims:
		s.activation(c, now)
	}
	s.chain(doc.Chain)
	var held []string
	for _, h := range doc.Servers {
		held = append(held, h.words(now))
	}
	s.List("Servers", held)
	s.List("Note", doc.Notes)
	return s
}

func (s *sheet) chain(links []auth.Link) {
	var lines []string
	for _, l := range links {
		text := fmt.Sprintf("%s %s: %s", l.Kind, named(l.Name, l.Key), l.State)
		switch {
		case l.Why != "":
			text += ", " + l.Why
		case l.Kind == auth.Operator:
			text += ", signed by itself"
		default:
			text += fmt.Sprintf(", signed by %s, %s", l.Issuer, l.By)
		}
		lines = append(lines, text)
	}
	s.List("Chain", lines)
}
