package fleet

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
