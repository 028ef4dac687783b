package fleet

import (
	"cmp"
	"slices"

	"github.com/nats-io/nats-server/v2/server"
)

// HealthRow is the health status of one server, or one of its errors.
type HealthRow struct {
	Server *Server
	Health *server.HealthStatus // nil if the server did not report it
	Error  *server.HealthzError // one error; nil in the row of the status
}

// Level returns the level of the row.
func (r *HealthRow) Level() Level {
	switch {
	case r.Health == nil:
		return Unknown
	case r.Error == nil && r.Health.Status == "ok":
		return OK
	}
	return Crit
}

// HealthRows returns one row for each server and each error that it reports.
func HealthRows(s *Snapshot) []*HealthRow {
	var rows []*HealthRow
	for _, sv := range s.Servers {
		if sv.Healthz == nil || len(sv.Healthz.Errors) == 0 {
			rows = append(rows, &HealthRow{Server: sv, Health: sv.Healthz})
			continue
		}
		for i := range sv.Healthz.Errors {
			rows = append(rows, &HealthRow{Server: sv, Health: sv.Healthz, Error: &sv.Healthz.Errors[i]})
		}
	}
	slices.SortStableFunc(rows, func(a, b *HealthRow) int { return b.Level().Compare(a.Level()) })
	return rows
}

// SharingRow is one export or import of an account.
type SharingRow struct {
	Account string
	Label   string // the operator's name for it; empty if unknown
	Export  bool   // an import otherwise
	Type    string // stream or service
	Subject string // in the exporting account
	Local   string // in the importing account; empty if the same
	Peers   []string
	// PeerNames are the display names of Peers, in their order.
	PeerNames []string
	Private   bool // an export that needs an activation
	Invalid   bool // an import that the server did not accept
	Name      string
}

// SharingRows returns the exports, then the imports, of the account whose
// details the snapshot holds, from the first server that has it. Account is
// empty if no server has it.
func SharingRows(s *Snapshot) (account string, rows []*SharingRow) {
	for _, sv := range s.Servers {
		if sv.Accountz == nil || sv.Accountz.Account == nil {
			continue
		}
		acc := sv.Accountz.Account
		for i := range acc.Exports {
			rows = append(rows, exportRow(acc.AccountName, &acc.Exports[i]))
		}
		for i := range acc.Imports {
			rows = append(rows, importRow(acc.AccountName, &acc.Imports[i]))
		}
		names := NewAccountNames(s)
		for _, r := range rows {
			r.Label = acc.NameTag
			for _, peer := range r.Peers {
				r.PeerNames = append(r.PeerNames, names.Name(peer))
			}
		}
		slices.SortStableFunc(rows, func(a, b *SharingRow) int {
			return cmp.Or(boolSign(b.Export)-boolSign(a.Export), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Subject, b.Subject))
		})
		return acc.AccountName, rows
	}
	return "", nil
}

func exportRow(account string, e *server.ExtExport) *SharingRow {
	return &SharingRow{
		Account: account, Export: true, Type: e.Type.String(), Subject: string(e.Subject), Name: e.Name,
		Peers: e.ApprovedAccounts, Private: e.TokenReq || len(e.ApprovedAccounts) > 0,
	}
}

func importRow(account string, i *server.ExtImport) *SharingRow {
	local := cmp.Or(string(i.LocalSubject), string(i.To)) //nolint:staticcheck // servers still set it
	return &SharingRow{
		Account: account, Type: i.Type.String(), Subject: string(i.Subject), Local: local, Name: i.Name,
		Peers: []string{i.Account}, Invalid: i.Invalid,
	}
}

func boolSign(b bool) int {
	if b {
		return 1
	}
	return -1
}

// Sharing is the kind under which a snapshot holds what accounts share with each
// other. It is not one request: it is found out from the details of every account.
const Sharing Kind = "SHARING"

// Share is one import with the export that it needs, or an export that no account
// imports. The rules are those of package auth.
type Share struct {
	Type         string `json:"type"`     // stream or service
	Exporter     string `json:"exporter"` // account, as servers call it
	ExporterName string `json:"exporter_name"`
	Importer     string `json:"importer,omitempty"` // "" for an export that no account imports
	ImporterName string `json:"importer_name,omitempty"`
	Subject      string `json:"subject"`         // as the exporting account knows it
	Local        string `json:"local,omitempty"` // as the importing account knows it
	State        string `json:"state"`           // active, or what is wrong
	Why          string `json:"why,omitempty"`
}
