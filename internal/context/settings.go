package natsctx

// Settings are the 24 keys of a context file, in the order in which the file
// holds them. The zero value is a context that connects to the default URL
// without credentials.
type Settings struct {
	Description    string   `json:"description"`
	URL            string   `json:"url"` // comma separated
	SocksProxy     string   `json:"socks_proxy"`
	Token          string   `json:"token"`
	User           string   `json:"user"`
	Password       string   `json:"password"`
	Creds          string   `json:"creds"`
	NKey           string   `json:"nkey"`
	Cert           string   `json:"cert"`
	Key            string   `json:"key"`
	CA             string   `json:"ca"`
	NSC            string   `json:"nsc"`
	JSDomain       string   `json:"jetstream_domain"`
	JSAPIPrefix    string   `json:"jetstream_api_prefix"`
	JSEventPrefix  string   `json:"jetstream_event_prefix"`
	InboxPrefix    string   `json:"inbox_prefix"`
	UserJWT        string   `json:"user_jwt"`
	UserSeed       string   `json:"user_seed"`
	ColorScheme    string   `json:"color_scheme"`
	TLSFirst       bool     `json:"tls_first"`
	WinCertStore   string   `json:"windows_cert_store"`
	WinCertMatchBy string   `json:"windows_cert_match_by"`
	WinCertMatch   string   `json:"windows_cert_match"`
	WinCAMatch     []string `json:"windows_ca_certs_match"`
}

// Kind is the type of a [Field]'s value; it decides how it is shown and checked.
type Kind int

// The kinds of values.
const (
	Plain      Kind = iota // shown as it is
	URL                    // one or more URLs, userinfo is masked
	Secret                 // a literal or a reference (env://, op://, nsc://, file://, data:), literals are masked
	SecretFile             // a path or a reference to a secret, inline data is masked
	PublicFile             // a path to a public file
	Flag                   // a boolean
	List                   // several strings
)

// Field describes one key of a context file.
type Field struct {
	Key  string // in the file
	Env  string // the variable that overrides it, "" for none
	Kind Kind
	Help string
	text func(*Settings) *string // nil for Flag and List
}

// fields is the table of all keys, in file order.
var fields = []Field{
	{"description", "", Plain, "Description of the context", func(s *Settings) *string { return &s.Description }},
	{"url", "NATS_URL", URL, "Server URLs, separated by commas", func(s *Settings) *string { return &s.URL }},
	{"socks_proxy", "NATS_SOCKS_PROXY", URL, "SOCKS5 proxy to connect through, such as socks5://host:1080", func(s *Settings) *string { return &s.SocksProxy }},
	{"token", "NATS_TOKEN", Secret, "Authentication token", func(s *Settings) *string { return &s.Token }},
	{"user", "NATS_USER", Plain, "User name, together with password", func(s *Settings) *string { return &s.User }},
	{"password", "NATS_PASSWORD", Secret, "The user's password", func(s *Settings) *string { return &s.Password }},
	{"creds", "NATS_CREDS", SecretFile, "Credentials file, or a reference", func(s *Settings) *string { return &s.Creds }},
	{"nkey", "NATS_NKEY", SecretFile, "NKey seed file, or a reference", func(s *Settings) *string { return &s.NKey }},
	{"cert", "NATS_CERT", PublicFile, "Client certificate, a PEM file, together with key", func(s *Settings) *string { return &s.Cert }},
	{"key", "NATS_KEY", SecretFile, "Key of the client certificate, a PEM file", func(s *Settings) *string { return &s.Key }},
	{"ca", "NATS_CA", PublicFile, "Certificate authorities that the servers' certificates are checked with, a PEM file", func(s *Settings) *string { return &s.CA }},
	{"nsc", "", Plain, "Profile of the nsc tool; the older form of creds nsc://operator/account/user", func(s *Settings) *string { return &s.NSC }},
	{"jetstream_domain", "", Plain, "JetStream domain", func(s *Settings) *string { return &s.JSDomain }},
	{"jetstream_api_prefix", "", Plain, "Subject prefix of the JetStream API, when it is imported from another account", func(s *Settings) *string { return &s.JSAPIPrefix }},
	{"jetstream_event_prefix", "", Plain, "Subject prefix of JetStream events, when they are imported from another account", func(s *Settings) *string { return &s.JSEventPrefix }},
	{"inbox_prefix", "", Plain, "Subject prefix of replies, such as _INBOX.alice", func(s *Settings) *string { return &s.InboxPrefix }},
	{"user_jwt", "NATS_JWT", Secret, "User JWT, instead of a credentials file", func(s *Settings) *string { return &s.UserJWT }},
	{"user_seed", "NATS_SEED", Secret, "Seed that belongs to user_jwt", func(s *Settings) *string { return &s.UserSeed }},
	{"color_scheme", "NATS_COLOR", Plain, "Color scheme of the nats CLI's tables: rounded, double, yellow, blue, cyan, green, magenta or red", func(s *Settings) *string { return &s.ColorScheme }},
	{"tls_first", "", Flag, "Start TLS before the server's greeting", nil},
	{"windows_cert_store", "", Plain, "Windows certificate store: user or machine", func(s *Settings) *string { return &s.WinCertStore }},
	{"windows_cert_match_by", "", Plain, "What windows_cert_match matches: subject or issuer", func(s *Settings) *string { return &s.WinCertMatchBy }},
	{"windows_cert_match", "", Plain, "Which certificate of the Windows store", func(s *Settings) *string { return &s.WinCertMatch }},
	{"windows_ca_certs_match", "", List, "Which authorities of the Windows store", nil},
}

// Fields returns the description of all 24 keys in file order. The caller may keep the slice.
func Fields() []Field { return append([]Field(nil), fields...) }

// IsSet reports whether s gives the field a value other than its zero value.
func (f Field) IsSet(s *Settings) bool {
	switch f.Kind {
	case Flag:
		return s.TLSFirst
	case List:
		return len(s.WinCAMatch) > 0
	default:
		return *f.text(s) != ""
	}
}

// copyTo copies the field's value from one to another.
func (f Field) copyTo(from, to *Settings) {
	switch f.Kind {
	case Flag:
		to.TLSFirst = from.TLSFirst
	case List:
		to.WinCAMatch = append([]string(nil), from.WinCAMatch...)
	default:
		*f.text(to) = *f.text(from)
	}
}

// Raw returns the field's value as in the file: a string, a bool or a []string.
// Secrets are in clear text.
func (f Field) Raw(s *Settings) any {
	switch f.Kind {
	case Flag:
		return s.TLSFirst
	case List:
		return s.WinCAMatch
	default:
		return *f.text(s)
	}
}

// Clear clears a key, and reports whether a key of that name exists.
func (s *Settings) Clear(key string) bool {
	for _, f := range fields {
		if f.Key == key {
			f.copyTo(&Settings{}, s)
			return true
		}
	}
	return false
}

// Fill copies every field that from sets.
func (s *Settings) Fill(from *Settings) {
	for _, f := range fields {
		if f.IsSet(from) {
			f.copyTo(from, s)
		}
	}
}

// field returns the row of a key. The key must be one of the 24.
func field(key string) Field {
	for _, f := range fields {
		if f.Key == key {
			return f
		}
	}
	panic("no context key " + key)
}
