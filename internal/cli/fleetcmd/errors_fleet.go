package fleetcmd

import (
	"errors"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// hintNotRecorded says how to record the missing data.
func hintNotRecorded(err error) string {
	var e *recording.NotRecordedError
	if !errors.As(err, &e) {
		return ""
	}
	return "record it with natsctl record FILE --want " + wantNames(append(e.Held, e.Kinds...))
}

// wantNames writes kinds as --want takes them.
func wantNames(kinds []fleet.Kind) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = strings.ToLower(string(k))
	}
	return strings.Join(names, ",")
}

// errNoAccount is returned for an account that no server knows.
var errNoAccount = errors.New("no server knows an account")
