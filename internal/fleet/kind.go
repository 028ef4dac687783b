package fleet

// Kind is the kind of a request to a server, named by the last token of the
// request subject ($SYS.REQ.SERVER.PING.VARZ asks for VARZ).
type Kind string

// The kinds that a snapshot can hold.
const (
	Statsz       Kind = "STATSZ"
	Varz         Kind = "VARZ"
	Connz        Kind = "CONNZ"
	Routez       Kind = "ROUTEZ"
	Gatewayz     Kind = "GATEWAYZ"
	Leafz        Kind = "LEAFZ"
	Subsz        Kind = "SUBSZ"
	Accountz     Kind = "ACCOUNTZ"
	AccountStatz Kind = "ACCOUNT.STATZ"
	Jsz          Kind = "JSZ"
	Healthz      Kind = "HEALTHZ"
	Raftz        Kind = "RAFTZ"
	Ipqueuesz    Kind = "IPQUEUESZ"
)
