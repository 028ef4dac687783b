package authcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/atomicfile"
	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
)

func nkeyEntry() cli.Entry {
	return cli.Entry{Name: "nkey", Help: "Make keys, sign and verify, in the formats of nk.", Sub: []cli.Entry{
		{Name: "gen", Help: "Make a key: the seed goes into a file, the public key is printed.", Cmd: &nkeyGen{}, Finishes: true, Examples: []string{
			"auth nkey gen user --out dave.nk",
			"auth nkey gen account --show-secrets",
		}},
		{Name: "pub", Help: "Print the public key of a seed.", Cmd: &nkeyPub{}, Examples: []string{
			"auth nkey pub dave.nk",
			"auth nkey pub dave.creds -o json",
		}},
		{Name: "sign", Help: "Sign a file with a seed, and print the signature.", Cmd: &nkeySign{}, Examples: []string{
			"auth nkey sign message.txt --key dave.nk",
			"auth nkey sign message.txt --key dave.creds",
		}},
		{Name: "verify", Help: "Verify the signature of a file; exit code 4 if it is wrong.", Cmd: &nkeyVerify{}, Examples: []string{
			"auth nkey verify message.txt --sig message.sig --key dave.nk",
			"auth nkey verify message.txt --sig message.sig --pub dave.pub",
		}},
	}}
}

// nkeyGen makes a key.
type nkeyGen struct {
	kind, out string
	reveal    bool
}

func (c *nkeyGen) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("type", "operator, account, user, server, cluster or curve.").Required().EnumVar(&c.kind, auth.KeyTypes()...)
	cmd.Flag("out", "File for the seed, readable by you only; it must not exist.").PlaceHolder("FILE").StringVar(&c.out)
	cmd.Flag("show-secrets", "Print the seed too; only on a terminal.").BoolVar(&c.reveal)
}

// errSeed is the error of a seed that would have no safe place.
var errSeed = errors.New("nowhere to write the seed")

// keyDoc is a key as JSON.
type keyDoc struct {
	Schema string `json:"schema"`
	Type   string `json:"type"`
	Key    string `json:"key"`
	File   string `json:"file,omitempty"` // with the seed
	Seed   string `json:"seed,omitempty"` // on a terminal with --show-secrets
}

func (c *nkeyGen) Run(_ context.Context, e *cli.Env) error {
	if _, err := e.Format("table", "wide", "json", "ndjson", "yaml"); err != nil {
		return err
	}
	switch {
	case c.reveal && !e.OutTTY:
		return fmt.Errorf("%w: --show-secrets prints it on a terminal only", errSeed)
	case c.out == "" && !c.reveal:
		return fmt.Errorf("%w: give --out FILE", errSeed)
	}
	if _, err := os.Lstat(c.out); c.out != "" && err == nil {
		return fmt.Errorf("%w: %s exists", errSeed, c.out)
	}
	seed, public, err := auth.NewKey(c.kind)
	if err != nil {
		return err
	}
	doc := keyDoc{Schema: "natsctl.auth.nkey/v1", Type: c.kind, Key: public, File: c.out}
	if c.reveal {
		doc.Seed = string(seed)
	}
	if c.out != "" {
		if err := atomicfile.Write(c.out, append(seed, '\n'), 0o600); err != nil {
			return fmt.Errorf("write %s: %w", c.out, cause(err))
		}
	}
	return e.PrintValue(doc, func(w io.Writer) error {
		if doc.Seed != "" {
			if _, err := fmt.Fprintln(w, doc.Seed); err != nil {
				return err
			}
		}
		_, err := fmt.Fprintln(w, public)
		return err
	})
}

// nkeyPub prints a public key.
type nkeyPub struct{ file string }

func (c *nkeyPub) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("file", "File with the seed, or credentials.").Required().StringVar(&c.file)
}

func (c *nkeyPub) Run(_ context.Context, e *cli.Env) error {
	text, err := readSecret(e, c.file)
	if err != nil {
		return err
	}
	d, err := auth.Read([]byte(text))
	if err != nil || d.Seed == "" {
		return fmt.Errorf("%s: %w", c.file, auth.ErrNoSeed)
	}
	doc := keyDoc{Schema: "natsctl.auth.nkey/v1", Type: auth.KindOfKey(d.Seed), Key: d.Seed}
	return e.PrintValue(doc, func(w io.Writer) error { _, err := fmt.Fprintln(w, d.Seed); return err })
}

// readSecret reads a file with a seed; one that others can read is refused.
func readSecret(e *cli.Env, path string) (string, error) {
	text, warning, err := natsctx.ReadSecretFile("key", path)
	if warning != nil {
		e.Note("warning", warning.Error())
	}
	return text, err
}

// nkeySign signs a file.
type nkeySign struct{ file, key string }

func (c *nkeySign) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("file", "File to sign.").Required().StringVar(&c.file)
	cmd.Flag("key", "File with the seed, or credentials.").Required().PlaceHolder("FILE").StringVar(&c.key)
}

// signatureDoc is a signature as JSON.
type signatureDoc struct {
	Schema    string `json:"schema"`
	Key       string `json:"key"`
	Signature string `json:"signature,omitempty"`
	Verified  bool   `json:"verified,omitempty"`
}

func (c *nkeySign) Run(_ context.Context, e *cli.Env) error {
	text, err := readSecret(e, c.key)
	if err != nil {
		return err
	}
	data, err := readFile(c.file)
	if err != nil {
		return err
	}
	sig, err := auth.Sign([]byte(text), data)
	if err != nil {
		return fmt.Errorf("%s: %w", c.key, err)
	}
	d, err := auth.Read([]byte(text))
	if err != nil {
		return err
	}
	doc := signatureDoc{Schema: "natsctl.auth.nkey.sign/v1", Key: d.Seed, Signature: sig}
	return e.PrintValue(doc, func(w io.Writer) error { _, err := fmt.Fprintln(w, sig); return err })
}

// nkeyVerify verifies a signature.
type nkeyVerify struct{ file, key, pub, sig string }

func (c *nkeyVerify) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("file", "File that was signed.").Required().StringVar(&c.file)
	cmd.Flag("sig", "File with the signature.").Required().PlaceHolder("FILE").StringVar(&c.sig)
	cmd.Flag("key", "File with the seed, or credentials.").PlaceHolder("FILE").StringVar(&c.key)
	cmd.Flag("pub", "File with the public key, or the key itself.").PlaceHolder("FILE").StringVar(&c.pub)
}

func (c *nkeyVerify) Run(_ context.Context, e *cli.Env) error {
	if (c.key == "") == (c.pub == "") {
		return cli.Usagef("give --key or --pub")
	}
	public, err := c.public(e)
	if err != nil {
		return err
	}
	data, err := readFile(c.file)
	if err != nil {
		return err
	}
	sig, err := readFile(c.sig)
	if err != nil {
		return err
	}
	if err := auth.Verify(public, data, string(sig)); err != nil {
		return err
	}
	doc := signatureDoc{Schema: "natsctl.auth.nkey.verify/v1", Key: public, Verified: true}
	return e.PrintValue(doc, func(w io.Writer) error { _, err := fmt.Fprintln(w, "Verified OK"); return err })
}

// public is the key to verify with.
func (c *nkeyVerify) public(e *cli.Env) (string, error) {
	if c.pub != "" && auth.KindOfKey(c.pub) != "" {
		return c.pub, nil
	}
	if c.pub != "" {
		d, err := readDocument(c.pub)
		return d.Key, err
	}
	text, err := readSecret(e, c.key)
	if err != nil {
		return "", err
	}
	d, err := auth.Read([]byte(text))
	if err != nil || d.Seed == "" {
		return "", fmt.Errorf("%s: %w", c.key, auth.ErrNoSeed)
	}
	return d.Seed, nil
}
