package spec

import (
	"slices"
	"time"
)

// TLSMode is who presents a certificate.
type TLSMode string

// The modes of TLS. Links between servers are mutual with both.
const (
	TLSNone   TLSMode = "none"
	TLSServer TLSMode = "server" // servers present theirs
	TLSMutual TLSMode = "mutual" // clients too; with AuthUsers it identifies them
)

// CAMode is how many certificate authorities there are.
type CAMode string

// The modes of certificate authorities.
const (
	CAShared     CAMode = "shared"
	CAPerCluster CAMode = "per-cluster" // each cluster and leaf group has its own; routes trust that alone
)

// TLS is the TLS of a cluster. The zero value is none.
type TLS struct {
	Mode     TLSMode `json:"mode,omitempty"`     // default TLSNone
	CA       CAMode  `json:"ca,omitempty"`       // default CAShared
	Validity string  `json:"validity,omitempty"` // of certificates, for example "720h", default a year; negative: expired already
}

// Enabled reports whether TLS is used.
func (t TLS) Enabled() bool { return t.Mode != "" && t.Mode != TLSNone }

func (t TLS) check() error {
	if !slices.Contains([]TLSMode{"", TLSNone, TLSServer, TLSMutual}, t.Mode) {
		return Errorf("TLS mode %q is unknown: none, server, mutual", t.Mode)
	}
	if !slices.Contains([]CAMode{"", CAShared, CAPerCluster}, t.CA) {
		return Errorf("certificate authorities %q are unknown: shared, per-cluster", t.CA)
	}
	if !t.Enabled() && (t.CA != "" || t.Validity != "") {
		return Errorf("certificate authorities and validity need TLS")
	}
	if _, err := t.Lifetime(); err != nil {
		return Errorf("validity %q is not a time such as 720h", t.Validity)
	}
	return nil
}

// YearLong is how long certificates are valid by default.
const YearLong = 365 * 24 * time.Hour

// Lifetime is how long certificates are valid; an error when Validity is not a duration.
func (t TLS) Lifetime() (time.Duration, error) {
	if t.Validity == "" {
		return YearLong, nil
	}
	return time.ParseDuration(t.Validity)
}
