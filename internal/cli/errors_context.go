package cli

import (
	"errors"
	"fmt"
	"strings"

	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/view"
)

// hintUnknownContext says who asked for the name, and what may have been meant.
func hintUnknownContext(err error) string {
	var unknown *natsctx.UnknownError
	if !errors.As(err, &unknown) {
		return ""
	}
	asked := map[natsctx.Origin]string{
		natsctx.FromEnv:       "NATS_CONTEXT names it",
		natsctx.FromSelection: "it is the selected context and its file is gone; natsctl context unselect forgets it",
	}[unknown.Origin]
	if asked != "" {
		asked += "; "
	}
	if near := view.Nearest(unknown.Name, unknown.Known); near != "" {
		return asked + fmt.Sprintf("did you mean %q? natsctl context ls lists all", near)
	}
	if len(unknown.Known) == 0 {
		return asked + "there is no context yet; natsctl context add NAME -s URL makes one"
	}
	return asked + "natsctl context ls lists all"
}

// hintExposed is the command that mends the mode.
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

// hintSecret says how to make a reference work.
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
		"nkey":      "it has to hold the seed of a user, which begins with SU",
		"user_seed": "it has to hold the seed of a user, which begins with SU",
		"user_jwt":  "it has to hold the JWT of a user, which begins with eyJ",
	}[secret.Key]
}

// hintURLOverride says how to mean it.
func hintURLOverride(err error) string {
	var over *natsctx.URLOverrideError
	if !errors.As(err, &over) {
		return ""
	}
	instead := fmt.Sprintf("unset NATS_URL uses the servers of %q", over.Context)
	if over.Origin == natsctx.FromFlag {
		instead = fmt.Sprintf("without --server it is the servers of %q", over.Context)
	}
	return "--no-context connects there without them, --allow-url-override sends them, " + instead
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
