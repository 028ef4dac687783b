package natsctx

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxSecret is the maximum size of a secret file in bytes.
const maxSecret = 1 << 18

// resolver turns references into secrets. The zero value follows all of them,
// in an empty environment.
type resolver struct {
	getenv  func(string) string
	foreign func(key string) error // error for a key that must not be followed; nil allows all
	warned  *[]error               // collects warnings; may be nil
	seen    *validity              // receives the validity of the user's JWT; may be nil
}

// allowed returns an error when the reference of a key must not be followed.
func (r resolver) allowed(key string) error {
	if r.foreign == nil {
		return nil
	}
	return r.foreign(key)
}

// warn records a warning.
func (r resolver) warn(err error) {
	if r.warned != nil {
		*r.warned = append(*r.warned, err)
	}
}

// literal resolves a key whose bare value is the secret itself. An unknown
// scheme is part of the secret. Trailing line ends of a resolved one are removed.
func (r resolver) literal(ctx context.Context, key, ref string) (string, error) {
	if scheme, _ := splitRef(ref); scheme == "" {
		return ref, nil
	}
	data, err := r.fetch(ctx, key, ref)
	return strings.TrimRight(string(data), "\r\n"), err
}

// path resolves a key whose value must be a bare path or file://.
func (r resolver) path(key, ref string) (string, error) {
	scheme, rest := splitRef(ref)
	if other := otherScheme(ref); other != "" {
		scheme = other
	}
	if scheme != "" && scheme != schemeFile {
		return "", &InvalidError{Key: key, Reason: fmt.Sprintf("unsupported scheme %q; a path is needed here", scheme)}
	}
	if rest == "" {
		return "", &InvalidError{Key: key, Reason: "no file is named"}
	}
	return r.expand(key, rest)
}

// expand replaces ~ and $VARIABLES in a path. A variable that is not set is an
// error: an empty one would name another file.
func (r resolver) expand(key, path string) (string, error) {
	unset := ""
	path = os.Expand(path, func(name string) string {
		value := r.getenv(name)
		if value == "" {
			unset = name
		}
		return value
	})
	if unset != "" {
		return "", &InvalidError{Key: key, Reason: fmt.Sprintf("its path uses the variable %q, which is not set", unset)}
	}
	if path != "~" && !strings.HasPrefix(path, "~/") && !strings.HasPrefix(path, `~\`) {
		return path, nil
	}
	home, err := homeDir()
	return filepath.Join(home, path[1:]), err
}

// fetch returns the bytes that a reference, or the path of a secret file, stands for.
func (r resolver) fetch(ctx context.Context, key, ref string) ([]byte, error) {
	scheme, rest := splitRef(ref)
	if scheme == schemeData { // the secret itself
		return r.inline(key, ref, rest)
	}
	if err := r.allowed(key); err != nil {
		return nil, err
	}
	var data []byte
	var err error
	switch scheme {
	case schemeEnv:
		if data = []byte(r.getenv(rest)); len(data) == 0 {
			err = errors.New("the variable is not set")
		}
	case schemeOP:
		data, err = run(ctx, "op", "read", "op://"+rest)
	case schemeNSC:
		return r.nscCreds(ctx, key, rest)
	default:
		path, err := r.path(key, ref)
		if err != nil {
			return nil, err
		}
		return r.file(key, path)
	}
	if err != nil {
		return nil, &SecretError{Key: key, Ref: redactRef(ref, SecretFile), Err: err}
	}
	return data, nil
}

// inline decodes a secret that is part of the value itself.
func (r resolver) inline(key, ref, rest string) ([]byte, error) {
	data, err := decodeData(rest)
	if err != nil {
		return nil, &SecretError{Key: key, Ref: redactRef(ref, SecretFile), Err: err}
	}
	return data, nil
}

// file reads a secret file. It must exist and, if this process owns it, be accessible
// only to its owner.
func (r resolver) file(key, path string) ([]byte, error) {
	data, warning, err := readSecret(key, path)
	if warning != nil {
		r.warn(warning)
	}
	return data, err
}

// readSecret reads a secret file and checks who else can read it.
func readSecret(key, path string) (data []byte, warning, err error) {
	data, info, err := readRegular(path, maxSecret)
	regular := info != nil && info.Mode().IsRegular()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, &FileError{Kind: ErrMissing, Key: key, Path: path, Err: err}
	case regular && accessOf(path, info).exposed():
		return nil, nil, &FileError{Kind: ErrExposed, Key: key, Path: path, Mode: info.Mode()}
	case err != nil:
		return nil, nil, &SecretError{Key: key, Ref: path, Err: cause(err)}
	case accessOf(path, info).shared():
		warning = &FileError{Kind: ErrShared, Key: key, Path: path, Mode: info.Mode()}
	}
	return data, warning, nil
}

// ReadSecretFile reads a file that holds one secret, without the line end. The
// key is only used in messages. The error is [ErrMissing], [ErrExposed] or
// [ErrSecret]; the warning is nil or [ErrShared].
func ReadSecretFile(key, path string) (secret string, warning, err error) {
	data, warning, err := readSecret(key, path)
	secret = strings.TrimRight(string(data), "\r\n")
	if err == nil && secret == "" {
		err = &SecretError{Key: key, Ref: path, Err: errors.New("the file is empty")}
	}
	return secret, warning, err
}

// cause removes the path from an error, for messages that already name it.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// decodeData reads what follows "data:" in an RFC 2397 URL. Only base64 is allowed.
func decodeData(rest string) ([]byte, error) {
	header, payload, found := strings.Cut(rest, ",")
	if !found || !strings.HasSuffix(strings.TrimSpace(header), ";base64") {
		return nil, errors.New("only data:;base64,... can be read")
	}
	data, err := base64.StdEncoding.DecodeString(payload)
	if err != nil {
		return nil, errors.New("the base64 is damaged")
	}
	return data, nil
}

func encodeBase64(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

// Embed replaces the files that creds, nkey, user_jwt and user_seed name by
// their contents, so that the context works without them.
func (s *Settings) Embed(ctx context.Context, getenv func(string) string) error {
	for _, key := range []string{"creds", "nkey", "user_jwt", "user_seed"} {
		f := field(key)
		value := f.text(s)
		scheme, _ := splitRef(*value)
		if *value == "" || scheme != schemeFile && (scheme != "" || f.Kind == Secret) {
			continue
		}
		data, err := resolver{getenv: getenv}.fetch(ctx, key, *value)
		if err != nil {
			return err
		}
		*value = "data:;base64," + encodeBase64(data)
		wipe(data)
	}
	return nil
}
