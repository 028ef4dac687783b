package natsctx

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// Finding is the result of one check of an inspection.
type Finding struct {
	Key     string    // one of the 24 keys, or "file" for the file itself
	Note    string    // what was found, without error
	Expires time.Time // of a certificate or a JWT, zero when it has no end
	Warning bool      // Err does not keep the context from working
	Err     error     // nil: no problem
}

// Soon is how long before its expiry a certificate or JWT gives a warning.
const Soon = 30 * 24 * time.Hour

// Inspect checks everything that the context names, without connecting and without
// running op or nsc. It reports in the order of the keys, the file first.
func (c *Context) Inspect(ctx context.Context, getenv func(string) string, now time.Time) []Finding {
	in := inspection{c: c, now: now}
	in.r = resolver{getenv: getenv, foreign: c.follows, warned: &in.warned}
	in.file()
	for _, err := range flatten(c.Validate()) {
		key := "url"
		var invalid *InvalidError
		if errors.As(err, &invalid) {
			key = invalid.Key
		}
		in.add(Finding{Key: key, Err: err})
	}
	in.urls()
	for _, f := range fields {
		if f.IsSet(&c.Settings) {
			in.field(ctx, f)
			in.warnings(f)
		}
	}
	return in.found
}

// warnings adds the warnings from reading the secret of a key. A certificate is
// checked together with its key, whose warnings are on the row of the key.
func (in *inspection) warnings(f Field) {
	for _, err := range in.warned {
		if f.Kind == PublicFile {
			break
		}
		in.add(Finding{Key: f.Key, Warning: true, Err: err})
	}
	in.warned = nil
}

// inspection collects findings.
type inspection struct {
	c      *Context
	r      resolver
	now    time.Time
	warned []error // of the current key
	found  []Finding
}

func (in *inspection) add(f Finding) { in.found = append(in.found, f) }

// flatten takes errors.Join apart.
func flatten(err error) []error {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// file checks mode and unknown keys of the context's own file.
func (in *inspection) file() {
	if in.c.Path == "" {
		return
	}
	in.add(Finding{Key: "file", Note: in.c.Path, Err: in.c.checkOwnFile(in.c.Settings)})
	if extra := in.c.Unknown(); len(extra) > 0 {
		in.add(Finding{Key: "file", Note: fmt.Sprintf("unknown keys, which are kept: %q", extra)})
	}
}

// urls warns of credentials that would be sent without encryption.
func (in *inspection) urls() {
	s := &in.c.Settings
	for _, host := range s.PlaintextHosts() {
		in.add(Finding{Key: "url", Warning: true, Err: &InvalidError{
			Key: "url", Reason: "the secret may be sent to " + host + " without encryption; a tls:// URL requires it",
		}})
	}
	for _, raw := range SplitURLs(s.URL) {
		if u, err := ParseURL(raw); err == nil && u.User != nil {
			in.add(Finding{Key: "url", Warning: true, Err: &InvalidError{
				Key: "url", Reason: "it holds a user and password; move them to their own keys",
			}})
			return
		}
	}
}

// field checks what one key names.
func (in *inspection) field(ctx context.Context, f Field) {
	value := f.Value(&in.c.Settings)
	switch f.Kind {
	case PublicFile:
		in.publicFile(f, value)
	case Secret, SecretFile:
		if f.Key == "key" {
			in.keyFile(f, value)
			return
		}
		in.secret(ctx, f, value)
	case Plain:
		if f.Key == "nsc" {
			in.tool(f, "nsc")
		}
	}
}

// secret checks a reference to a secret, without running another tool.
func (in *inspection) secret(ctx context.Context, f Field, value string) {
	scheme, _ := splitRef(value)
	switch {
	case scheme == schemeOP, scheme == schemeNSC:
		in.tool(f, scheme)
		return
	case scheme == "" && f.Kind == Secret:
		return // a literal, nothing to check
	}
	in.relative(f, value)
	data, err := in.r.fetch(ctx, f.Key, value)
	if err != nil {
		in.add(Finding{Key: f.Key, Err: err})
		return
	}
	defer wipe(data)
	finding := Finding{Key: f.Key, Note: f.Show(&in.c.Settings)}
	switch f.Key {
	case "creds":
		finding = in.creds(finding, data)
	case "nkey":
		if _, err := nkeys.ParseDecoratedUserNKey(data); err != nil {
			finding.Err = badSecret(f.Key, value, err)
		}
	}
	in.add(finding)
}

// creds checks a credentials file: its user and expiry.
func (in *inspection) creds(f Finding, data []byte) Finding {
	text, err := nkeys.ParseDecoratedJWT(data)
	if err == nil {
		_, err = nkeys.ParseDecoratedUserNKey(data)
	}
	if err != nil {
		f.Err = badSecret(f.Key, in.c.Creds, err)
		return f
	}
	claims, err := jwt.DecodeUserClaims(text)
	if err != nil {
		f.Err = badSecret(f.Key, in.c.Creds, err)
		return f
	}
	f.Note += fmt.Sprintf(", user %q", claims.Name)
	if claims.Expires == 0 {
		return f
	}
	return in.until(f, time.Unix(claims.Expires, 0))
}

// until checks the expiry of a certificate or JWT.
func (in *inspection) until(f Finding, end time.Time) Finding {
	f.Expires = end.UTC()
	switch left := end.Sub(in.now); {
	case left <= 0:
		f.Err = fmt.Errorf("%s: %w on %s", f.Key, ErrExpired, f.Expires.Format(time.DateOnly))
	case left < Soon:
		f.Warning = true
		f.Err = fmt.Errorf("%s: %w, on %s", f.Key, ErrExpiring, f.Expires.Format(time.DateTime))
	}
	return f
}

// publicFile checks a certificate or an authority.
func (in *inspection) publicFile(f Field, value string) {
	in.relative(f, value)
	path, err := in.r.path(f.Key, value)
	if err == nil {
		err = readable(f.Key, path)
	}
	if err != nil {
		in.add(Finding{Key: f.Key, Err: err})
		return
	}
	if f.Key == "ca" {
		_, err = in.r.authority(value)
	} else if in.c.Key != "" {
		_, _, err = in.r.keyPair(&in.c.Settings)
	}
	finding := Finding{Key: f.Key, Note: path, Err: err}
	if end := firstEnd(path); err == nil && !end.IsZero() {
		finding = in.until(finding, end)
	}
	in.add(finding)
}

// keyFile checks the mode of a TLS key; whether it matches is reported for the certificate.
func (in *inspection) keyFile(f Field, value string) {
	in.relative(f, value)
	path, err := in.r.keyFile(value)
	in.add(Finding{Key: f.Key, Note: path, Err: err})
}

// relative warns of a path that depends on the current directory.
func (in *inspection) relative(f Field, value string) {
	scheme, rest := splitRef(value)
	if scheme != "" && scheme != schemeFile {
		return
	}
	if path, err := in.r.expand(f.Key, rest); err == nil && !filepath.IsAbs(path) {
		in.add(Finding{Key: f.Key, Warning: true, Err: &InvalidError{
			Key: f.Key, Reason: fmt.Sprintf("the path %s is relative, so it depends on the current directory", quotePath(rest)),
		}})
	}
}

// tool checks that a tool is installed, without running it.
func (in *inspection) tool(f Field, name string) {
	finding := Finding{Key: f.Key, Note: f.Show(&in.c.Settings) + ", not tried"}
	if err := in.r.allowed(f.Key); err != nil {
		in.add(Finding{Key: f.Key, Err: err})
		return
	}
	if _, err := exec.LookPath(name); err != nil {
		finding.Err = &SecretError{Key: f.Key, Ref: f.Show(&in.c.Settings), Err: fmt.Errorf("the tool %q is not installed", name)}
	}
	in.add(finding)
}

// firstEnd is the earliest end of the certificates in a PEM file, zero when it holds none.
func firstEnd(path string) (end time.Time) {
	data, err := os.ReadFile(path)
	if err != nil {
		return end
	}
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			return end
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err == nil && (end.IsZero() || cert.NotAfter.Before(end)) {
			end = cert.NotAfter
		}
	}
}
