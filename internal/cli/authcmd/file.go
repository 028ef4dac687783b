package authcmd

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/cli"
)

// maxFile is the size of the largest file that is read: more than the largest
// JWT that a server takes.
const maxFile = 4 << 20

// errFile is the error of a file that cannot be used.
var errFile = errors.New("cannot read")

// readFile reads a regular file of bounded size.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w %s: %w", errFile, path, cause(err))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%w %s: not a file", errFile, path)
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%w %s: larger than %d MiB", errFile, path, maxFile>>20)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w %s: %w", errFile, path, cause(err))
	}
	defer f.Close() //nolint:errcheck // only read
	return io.ReadAll(io.LimitReader(f, maxFile))
}

// cause is the reason in an error of a file, without its path.
func cause(err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return p.Err
	}
	return err
}

func readDocument(path string) (auth.Document, error) {
	text, err := readFile(path)
	if err != nil {
		return auth.Document{}, err
	}
	d, err := auth.Read(text)
	if err != nil {
		return d, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

// readCreds reads the JWT of a credentials file, which is used and not shown.
func readCreds(path string) (token string, d auth.Document, err error) {
	text, err := readFile(path)
	if err != nil {
		return "", d, err
	}
	if d, err = auth.Read(text); err != nil || d.Kind != auth.User {
		return "", d, fmt.Errorf("%s: %w", path, cmp.Or(err, errNotUser))
	}
	return auth.Token(text), d, nil
}

// errNotUser is the error of a file that holds no JWT of a user.
var errNotUser = errors.New("no JWT of a user")

func readChain(paths []string) (docs []auth.Document, err error) {
	for _, path := range paths {
		d, err := readDocument(path)
		if err != nil {
			return nil, err
		}
		docs = append(docs, d)
	}
	return docs, nil
}

// Limits on what is looked at above a file.
const (
	levelsAbove = 4 // nsc: OPERATOR/accounts/ACCOUNT/users/USER.jwt
	filesAbove  = 64
)

// above reads the JWTs in the directories above a file, where nsc keeps those of
// its account and operator. What cannot be read is left out: the chain says what
// it lacks.
func above(path string) (docs []auth.Document) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil
	}
	for dir, level := filepath.Dir(path), 0; level < levelsAbove; dir, level = filepath.Dir(dir), level+1 {
		files, _ := filepath.Glob(filepath.Join(dir, "*.jwt"))
		for _, file := range files[:min(len(files), filesAbove)] {
			if d, err := readDocument(file); err == nil && file != path && (d.Kind == auth.Account || d.Kind == auth.Operator) {
				docs = append(docs, d)
			}
		}
	}
	return docs
}

// warnExposed warns of a file with a private key that others can read.
func warnExposed(e *cli.Env, path string, d auth.Document) {
	if info, err := os.Stat(path); d.Seed != "" && err == nil && othersRead(info) {
		e.Note("warning", fmt.Sprintf("others can read %s, which holds a private key: chmod 600 it", path))
	}
}
