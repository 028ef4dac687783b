package cli

import (
	"errors"
	"fmt"
	"strings"

	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/fleet"
)

// hintUnknownContext says where the name came from, and suggests a similar one.
func hintUnknownContext(err error) string {
	var unknown *natsctx.UnknownError
	if !errors.As(err, &unknown) {
		return ""
	}
	asked := map[natsctx.Origin]string{
		natsctx.FromEnv:       "named by NATS_CONTEXT",
		natsctx.FromSelection: "the selected context's file is gone; clear the selection with: natsctl context unselect",
	}[unknown.Origin]
	if asked != "" {
		asked += "; "
	}
	if near := fleet.Nearest(unknown.Name, unknown.Known); near != "" {
		return asked + fmt.Sprintf("did you mean %q? list all with: natsctl context ls", near)
	}
	if len(unknown.Known) == 0 {
		return asked + "no contexts yet; create one with: natsctl context add NAME -s URL"
	}
	return asked + "list all with: natsctl context ls"
}

// hintExposed returns the command that fixes the file mode.
func hintExposed(err error) string {
	var file *natsctx.FileError
	if !errors.As(err, &file) {
		return ""
	}
	return "chmod 600 " + ShellQuote(file.Path)
}

// hintForeign says how to trust the context.
func hintForeign(err error) string {
	var file *natsctx.FileError
	if !errors.As(err, &file) {
		return ""
	}
	return "others may have chosen what it reads and where it goes; once you have checked it, make it yours: natsctl context add NAME with its settings, or chown and chmod 600 " + ShellQuote(file.Path)
}

// hintSecret says how to fix a secret reference.
func hintSecret(err error) string {
	var secret *natsctx.SecretError
	if !errors.As(err, &secret) {
		return ""
	}
	scheme, rest, _ := strings.Cut(secret.Ref, "://")
	switch strings.ToLower(scheme) {
	case "env":
		return fmt.Sprintf("set the variable %s, or change the context with natsctl context edit", rest)
	case "op":
		return "sign in with: op signin"
	case "nsc":
		return "try it by hand: nsc generate profile " + ShellQuote(secret.Ref)
	}
	return map[string]string{
		"creds":     "a credentials file holds a user's JWT and seed, as nsc generate creds writes them",
		"nkey":      "it must hold a user seed, which begins with SU",
		"user_seed": "it must hold a user seed, which begins with SU",
		"user_jwt":  "it must hold a user JWT, which begins with eyJ",
	}[secret.Key]
}

// hintURLOverride says how to allow the override.
func hintURLOverride(err error) string {
	var over *natsctx.URLOverrideError
	if !errors.As(err, &over) {
		return ""
	}
	instead := fmt.Sprintf("unset NATS_URL to use the servers of %q", over.Context)
	if over.Origin == natsctx.FromFlag {
		instead = fmt.Sprintf("leave out --server to use the servers of %q", over.Context)
	}
	return "use --no-context to connect there without them, --allow-url-override to send them, or " + instead
}

// ShellQuote quotes a word for a POSIX shell when it needs it.
func ShellQuote(word string) string {
	plain := func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@%+=,", r)
	}
	if word != "" && !strings.ContainsFunc(word, plain) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
