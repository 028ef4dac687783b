package auth

// Code names a cause, for programs.
type Code string

// The causes for which servers refuse logins.
const (
	Expired            Code = "expired"
	NotYetValid        Code = "not_yet_valid"
	ClockSkew          Code = "clock_skew"
	Revoked            Code = "revoked"
	RevokedEveryone    Code = "revoked_everyone"
	SignerUnknown      Code = "signer_unknown"
	RoleConflict       Code = "role_conflict"
	AccountUnknown     Code = "account_unknown"
	AccountExpired     Code = "account_expired"
	AccountConnections Code = "account_connections"
	AccountLeafnodes   Code = "account_leafnodes"
	WrongOperator      Code = "wrong_operator"
	ConnectionType     Code = "connection_type"
	SourceNetwork      Code = "source_network"
	TimeOfDay          Code = "time_of_day"
	BearerNotAllowed   Code = "bearer_not_allowed"
	InvalidToken       Code = "invalid_jwt"
	NoToken            Code = "no_jwt"
	NoCredentials      Code = "no_credentials"
	WrongKey           Code = "wrong_key"
	WrongPassword      Code = "wrong_password"
	WrongToken         Code = "wrong_token"
	UnknownUser        Code = "unknown_user"
	CertificateSubject Code = "certificate_subject"
	Proxy              Code = "proxy"
	Timeout            Code = "timeout"
	ServerFull         Code = "server_full"
	Unproven           Code = "not_provable" // only the server knows
)

// Cause is one reason for which a login is refused. What is likely but not proven
// says so.
type Cause struct {
	Code   Code   `json:"code"`
	Text   string `json:"text"`
	Proven bool   `json:"proven"`
	Next   string `json:"next,omitempty"` // what to do about it
}

// Verdict says why a login was refused, or would be.
type Verdict struct {
	User    string   `json:"user,omitempty"` // name in the JWT, or as presented
	Key     string   `json:"user_key,omitempty"`
	Account string   `json:"account,omitempty"`
	Name    string   `json:"account_name,omitempty"`
	Issuer  string   `json:"issuer,omitempty"`
	By      string   `json:"issuer_is,omitempty"` // which key of the account: "signing key of role member"
	Causes  []Cause  `json:"causes"`              // in the order in which a server looks; all of them
	Notes   []string `json:"notes,omitempty"`     // what else is wrong, such as a stale resolver
}

// Refused reports whether something proven forbids the login.
func (v Verdict) Refused() bool {
	for _, c := range v.Causes {
		if c.Proven {
			return true
		}
	}
	return false
}

// Codes lists the causes for programs.
func (v Verdict) Codes() []string {
	out := make([]string, len(v.Causes))
	for i, c := range v.Causes {
		out[i] = string(c.Code)
	}
	return out
}

func (v *Verdict) add(code Code, text, next string) {
	v.Causes = append(v.Causes, Cause{Code: code, Text: text, Proven: true, Next: next})
}

// guess adds a cause that fits and is not proven.
func (v *Verdict) guess(code Code, text, next string) {
	v.Causes = append(v.Causes, Cause{Code: code, Text: text, Next: next})
}
