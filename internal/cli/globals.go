package cli

import (
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

// Formats are the values of --output.
var Formats = []string{"table", "wide", "json", "ndjson", "yaml", "csv"}

// Globals are the flags with the same meaning on every command. Secrets have no
// flag: they come from a file, standard input, the environment or a prompt.
type Globals struct {
	Context                 string
	noContext               bool
	Servers                 []string
	creds, nkey             string
	User, PasswordFile      string
	passwordStdin           bool
	TokenFile               string
	tlsCert, tlsKey, tlsCA  string
	tlsFirst, Insecure      bool
	inboxPrefix, socksProxy string
	allowURLOverride        bool
	Timeout                 time.Duration
	Output, JQ              string
	NoColor, ASCII, Trace   bool
	CSVRaw                  bool // CSV cells are not escaped
	Pipe                    bool // no format was requested and output is not a terminal: plain values separated by tabs
}

func (g *Globals) setup(kp *kingpin.Application) {
	kp.Flag("context", "Saved context to use, or a path to a context file (NATS_CONTEXT).").PlaceHolder("NAME").StringVar(&g.Context)
	kp.Flag("no-context", "Ignore saved contexts, including the selected one.").BoolVar(&g.noContext)
	kp.Flag("server", "Server URL, or a comma-separated list (NATS_URL).").Short('s').PlaceHolder("URL").StringsVar(&g.Servers)
	kp.Flag("creds", "Credentials file (NATS_CREDS).").PlaceHolder("FILE").StringVar(&g.creds)
	kp.Flag("nkey", "NKey seed file (NATS_NKEY).").PlaceHolder("FILE").StringVar(&g.nkey)
	kp.Flag("user", "User name (NATS_USER; its password from NATS_PASSWORD).").PlaceHolder("NAME").StringVar(&g.User)
	kp.Flag("password-file", "File that holds the user's password.").PlaceHolder("FILE").StringVar(&g.PasswordFile)
	kp.Flag("password-stdin", "Read the user's password from standard input.").BoolVar(&g.passwordStdin)
	kp.Flag("token-file", "File that holds an authentication token (or NATS_TOKEN).").PlaceHolder("FILE").StringVar(&g.TokenFile)
	kp.Flag("tlscert", "Client certificate (NATS_CERT).").PlaceHolder("FILE").StringVar(&g.tlsCert)
	kp.Flag("tlskey", "Key of the client certificate (NATS_KEY).").PlaceHolder("FILE").StringVar(&g.tlsKey)
	kp.Flag("tlsca", "Certificate authority that signed the server's certificate (NATS_CA).").PlaceHolder("FILE").StringVar(&g.tlsCA)
	kp.Flag("tlsfirst", "Start TLS before the server's INFO.").BoolVar(&g.tlsFirst)
	kp.Flag("insecure", "Do not verify the server's certificate. Warns each time.").BoolVar(&g.Insecure)
	kp.Flag("inbox-prefix", "Prefix of inbox subjects, if permissions require one.").PlaceHolder("SUBJECT").StringVar(&g.inboxPrefix)
	kp.Flag("socks-proxy", "SOCKS5 proxy URL (NATS_SOCKS_PROXY).").PlaceHolder("URL").StringVar(&g.socksProxy)
	kp.Flag("allow-url-override", "Send a context's credentials to a server that the context does not name.").BoolVar(&g.allowURLOverride)
	kp.Flag("timeout", "Maximum time to wait for an answer (NATS_TIMEOUT; default 5s).").PlaceHolder("DURATION").DurationVar(&g.Timeout)
	kp.Flag("output", "Format: "+strings.Join(Formats, ", ")+".").Short('o').PlaceHolder("FORMAT").StringVar(&g.Output)
	kp.Flag("jq", "Filter the JSON output with a jq expression.").PlaceHolder("EXPR").StringVar(&g.JQ)
	kp.Flag("no-color", "Disable colors (NO_COLOR).").BoolVar(&g.NoColor)
	kp.Flag("ascii", "Use ASCII symbols only.").BoolVar(&g.ASCII)
	kp.Flag("csv-raw", "Do not escape CSV cells that a spreadsheet would run as formulas.").BoolVar(&g.CSVRaw)
	kp.Flag("trace", "Print the protocol of the connection to standard error.").BoolVar(&g.Trace)
}

// DropCreds drops --creds and returns its file: for commands that
// judge credentials instead of connecting with them.
func (g *Globals) DropCreds() string {
	file := g.creds
	g.creds = ""
	return file
}
