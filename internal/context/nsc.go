package natsctx

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
	"unicode/utf8"
)

// profile is the part of the output of "nsc generate profile" that matters.
type profile struct {
	UserCreds string `json:"user_creds"`
	Operator  struct {
		Service []string `json:"service"`
	} `json:"operator"`
}

// nsc asks the tool nsc for a profile; ref is operator/account/user.
func (r resolver) nsc(ctx context.Context, key, ref string) (*profile, error) {
	_, ref = splitRef(ref)
	if err := r.allowed(key); err != nil {
		return nil, err
	}
	fail := func(err error) error { return &SecretError{Key: key, Ref: "nsc://" + ref, Err: err} }
	out, err := run(ctx, "nsc", "generate", "profile", "nsc://"+ref)
	if err != nil {
		return nil, fail(err)
	}
	p := &profile{}
	if json.Unmarshal(out, p) != nil || p.UserCreds == "" {
		return nil, fail(errors.New("nsc returned no user_creds"))
	}
	return p, nil
}

func (r resolver) nscCreds(ctx context.Context, key, ref string) ([]byte, error) {
	p, err := r.nsc(ctx, key, ref)
	if err != nil {
		return nil, err
	}
	return r.file(key, p.UserCreds)
}

// profile resolves an nsc reference: the credentials, for the old key nsc, and the
// operator's servers when no others are set.
func (r resolver) profile(ctx context.Context, set *Settings) error {
	key, ref := "nsc", set.NSC
	if scheme, rest := splitRef(set.Creds); ref == "" && scheme == schemeNSC {
		key, ref = "creds", rest
	}
	if ref == "" || key == "creds" && set.URL != "" {
		return nil
	}
	p, err := r.nsc(ctx, key, ref)
	if err != nil {
		return err
	}
	if set.Creds == "" {
		set.Creds = p.UserCreds
	}
	if set.URL == "" {
		set.URL = strings.Join(p.Operator.Service, ",")
	}
	if set.URL == "" {
		return &InvalidError{Key: "url", Reason: fmt.Sprintf("no server is named, and the operator of %q has no service URL", ref)}
	}
	return nil
}

// ServiceURL returns the servers of the operator, comma separated, when s names
// a user by an nsc reference and no URL; otherwise "". It runs nsc. An operator
// without a service URL is an [InvalidError].
func ServiceURL(ctx context.Context, s Settings) (string, error) {
	scheme, _ := splitRef(s.Creds)
	if s.URL != "" || s.NSC == "" && scheme != schemeNSC {
		return "", nil
	}
	err := resolver{}.profile(ctx, &s)
	return s.URL, err
}

// toolDelay is how long to wait for the output of a tool that was stopped.
const toolDelay = 200 * time.Millisecond

// run runs a tool that prints a secret. Its standard error is part of the error, its
// standard output never is.
func run(ctx context.Context, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	cmd.WaitDelay = toolDelay // a child of the tool may keep its output open
	err := cmd.Run()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, fmt.Errorf("the tool %q is not installed", name)
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%s: %w", name, ctx.Err())
	}
	if words := firstLine(said.String()); err != nil && words != "" {
		return nil, fmt.Errorf("%s: %w: %s", name, err, words)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out.Bytes(), nil
}

// firstLine shortens the error output of a tool to fit into a message.
func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if !utf8.ValidString(line) || len(line) > 200 {
		line = strings.ToValidUTF8(line[:min(len(line), 200)], "?")
	}
	return line
}
