package path

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/nats-io/nats-server/v2/server"
)

// The errors of mappings.
var (
	ErrMapping = errors.New("invalid mapping")
	ErrSubject = errors.New("invalid subject")
	ErrNoMatch = errors.New("the mapping does not match")
)

// Mapping makes one subject of another, as mappings of an account, imports, and
// transforms of a stream do.
type Mapping struct {
	transform server.SubjectTransformer
	Random    bool // the destination has random(): each message may get another subject
}

// random is the function of a destination whose result differs each time.
var random = regexp.MustCompile(`(?i)\{\{\s*random\s*\(`)

// NewMapping returns the mapping of a source to a destination by the rules of
// the server; those of imports are stricter: the mapping must be reversible.
func NewMapping(source, destination string, strict bool) (*Mapping, error) {
	if source == "" || destination == "" {
		return nil, fmt.Errorf("%w: the source and the destination are subjects, and one is empty", ErrMapping)
	}
	make := server.NewSubjectTransform
	if strict {
		make = server.NewSubjectTransformStrict
	}
	t, err := make(source, destination)
	if err != nil {
		return nil, fmt.Errorf("%w from %q to %q: %w", ErrMapping, source, destination, err)
	}
	return &Mapping{transform: t, Random: random.MatchString(destination)}, nil
}

// Apply returns what becomes of a subject. ErrNoMatch says that the mapping
// leaves the subject as it is.
func (m *Mapping) Apply(subject string) (string, error) {
	if !server.IsValidLiteralSubject(subject) {
		return "", fmt.Errorf("%w %q: a message is published to a subject without wildcards and empty tokens", ErrSubject, subject)
	}
	out, err := m.transform.Match(subject)
	if errors.Is(err, server.ErrNoTransforms) {
		return "", fmt.Errorf("%w %q", ErrNoMatch, subject)
	}
	return out, err
}
