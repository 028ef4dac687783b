package failure

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestErrorTexts keeps the sentences of the errors, each from fields that differ.
func TestErrorTexts(t *testing.T) {
	for want, err := range map[string]error{
		"server n1 is gone, RELOAD did not reach it":                           &GoneError{Server: "n1", Kind: "RELOAD"},
		"not the system account":                                               &NotSystemError{User: "bob"},
		"user is in account APP, not in the system account":                    &NotSystemError{Account: "APP", User: "bob"},
		"no such server n1":                                                    &NoServerError{Scope: fleet.Scope{Name: "n1"}},
		"no server matches --name n1 --tag a:1":                                &NoServerError{Scope: fleet.Scope{Name: "n1", Tags: []string{"a:1"}}},
		"no server matches --name n1 --host h":                                 &NoServerError{Scope: fleet.Scope{Name: "n1", Host: "h"}},
		"no server matches --cluster e --name n1":                              &NoServerError{Scope: fleet.Scope{Name: "n1", Cluster: "e"}},
		"no server matches --cluster e --host h":                               &NoServerError{Scope: fleet.Scope{Cluster: "e", Host: "h"}},
		"no server matches --cluster e --tag a:1":                              &NoServerError{Scope: fleet.Scope{Cluster: "e", Tags: []string{"a:1"}}},
		"no server matches --host h":                                           &NoServerError{Scope: fleet.Scope{Host: "h"}},
		"no such cluster e":                                                    &NoServerError{Scope: fleet.Scope{Cluster: "e"}},
		"no server matches --cluster e --name n1 --host h --tag a:1 --tag b:2": &NoServerError{Scope: fleet.Scope{Name: "n1", Cluster: "e", Host: "h", Tags: []string{"a:1", "b:2"}}},
		"no answer to $S within 1.235s":                                        &SilentError{Subject: "$S", After: 1234567 * time.Microsecond},
		"server n1 did not answer $S within 2s":                                &SilentError{Subject: "$S", Server: "n1", After: 2 * time.Second},
		"user may not publish to $S":                                           &PermissionError{Subject: "$S"},
		"user may not subscribe to $S":                                         &PermissionError{Subject: "$S", Subscribe: true},
		"server n1 runs 2.9.1, which does not support RAFTZ (since 2.11.0)":    &TooOldError{Server: "n1", Version: "2.9.1", Kind: fleet.Raftz, Since: "2.11.0"},
		"CLAIMS.LIST: no server offers this request":                           &RefusedError{Kind: "CLAIMS.LIST", Code: 503, Words: "no server offers this request"},
		"server n1 refused KICK: no such client (500)":                         &RefusedError{Server: "n1", Kind: "KICK", Code: 500, Words: "no such client"},
		"1 of 2 servers answered: n2 silent, VARZ of n1 late":                  &IncompleteError{Snapshot: &fleet.Snapshot{Servers: []*fleet.Server{{}}, Expected: 2, Missing: []fleet.Missing{{Name: "n2", Reason: fleet.Silent}}, Problems: []fleet.Problem{{Server: "n1", Kind: fleet.Varz, Reason: fleet.Late}}}},
	} {
		if got := err.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for err, want := range map[error]error{
		&GoneError{}: ErrNoServer, &NotSystemError{}: ErrNotSystem, &NoServerError{}: ErrNoServer, &SilentError{}: ErrSilent,
		&PermissionError{}: ErrPermission, &TooOldError{}: ErrTooOld, &RefusedError{}: ErrRefused, &IncompleteError{}: ErrIncomplete,
		&NotSystemError{Denied: &PermissionError{}}: ErrPermission,
	} {
		if !errors.Is(err, want) {
			t.Errorf("%T is not %v", err, want)
		}
	}
	denied := &PermissionError{Subject: "$S"}
	if both := (&NotSystemError{Denied: denied}); !errors.Is(both, ErrNotSystem) || !errors.Is(both, denied) {
		t.Errorf("%v is not both", both)
	}
	if !slices.Equal((&NotSystemError{}).Unwrap(), []error{ErrNotSystem}) {
		t.Error("what was not denied has a denial")
	}
}
