package explain

// row is an error without a code.
type row struct {
	text, means string
	next        []string
}

func entries(kind Kind, from string, rows []row) []Entry {
	out := make([]Entry, len(rows))
	for i, r := range rows {
		out[i] = Entry{Kind: kind, Text: r.text, Means: r.means, From: from, Next: r.next}
	}
	return out
}

// protocolErrors are the texts of -ERR. The server closes the connection after
// most of them; permissions violations and invalid subjects leave it open.
func protocolErrors() []Entry {
	return entries(Protocol, "the server that the client is connected to, before it closes the connection or, for permissions and subjects, without closing it", []row{
		{"Authorization Violation", "The login was refused: wrong or missing credentials, an unknown user, or a JWT that the server does not accept. The server does not tell clients more.", []string{"auth why", "auth why --creds FILE"}},
		{"Authentication Timeout", "The client did not log in within the server's authorization timeout (2 s by default): a slow network, a slow auth callout, or a client that does not know TLS is required.", []string{"events", "server report connections --closed"}},
		{"User Authentication Expired", "The JWT of the user has expired while it was connected.", []string{"auth why", "auth show USER"}},
		{"User Authentication Revoked", "The account has revoked the key of the user.", []string{"auth why", "auth show ACCOUNT"}},
		{"Account Authentication Expired", "The JWT of the account has expired.", []string{"auth show ACCOUNT"}},
		{"Failed Account Registration", "The server could not put the client into its account: a limit, or an account that it does not have.", []string{"account info ACCOUNT"}},
		{"maximum connections exceeded", "The server has as many connections as its max_connections.", []string{"server ls", "server report connections"}},
		{"maximum account active connections exceeded", "The account has as many connections as its limit, over all servers.", []string{"account info ACCOUNT", "server report connections --account ACCOUNT"}},
		{"maximum subscriptions exceeded", "The connection has as many subscriptions as it may have; the new one was not made.", []string{"server report connections --sort subs"}},
		{"Maximum Payload Violation", "A message was larger than the server's max_payload, or the limit of the account; the connection was closed.", []string{"server info", "account info ACCOUNT"}},
		{"maximum control line exceeded", "A line of the protocol was longer than max_control_line: a very long subject, or something that is not NATS.", []string{"server report connections --closed"}},
		{`Permissions Violation for Publish to "{subject}"`, "The user may not publish to the subject; the message was dropped and the connection stays open.", []string{"auth can USER pub SUBJECT", "auth can --list USER"}},
		{`Permissions Violation for Subscription to "{subject}"`, "The user may not subscribe to the subject; nothing is delivered and the connection stays open.", []string{"auth can USER sub SUBJECT", "auth can --list USER"}},
		{`Permissions Violation for Subscription to "{subject}" using queue "{queue}"`, "The user may not subscribe to the subject in this queue group.", []string{"auth can USER sub SUBJECT QUEUE"}},
		{`Permissions Violation for Publish with Reply of "{subject}"`, "The user may not use the reply subject of its request.", []string{"auth can USER sub SUBJECT"}},
		{"Invalid Publish Subject", "The subject is empty, has empty tokens, or wildcards; with pedantic clients only.", []string{"server report connections"}},
		{"Invalid Subject", "The subject of a subscription has empty tokens or a misplaced wildcard.", []string{"server report connections"}},
		{"Invalid Subscription", "A route or leafnode sent a subscription that the server cannot use.", []string{"server report leafnodes", "server report versions"}},
		{"Unknown Protocol Operation", "What arrived is not the NATS protocol: HTTP, TLS on a plain port, or a damaged stream of bytes.", []string{"context validate --connect", "server report connections --closed"}},
		{"Stale Connection", "The client did not answer the server's pings (2 by default): it hangs, or the network lost it.", []string{"server report connections --closed", "events"}},
		{"Slow Consumer", "The client reads more slowly than messages come for it; the server dropped it to protect the others.", []string{"server report connections --closed", "check", "top"}},
		{"Secure Connection - TLS Required", "The server asks for TLS and the client did not begin it.", []string{"context validate --connect"}},
		{"invalid client protocol", "The client speaks a version of the protocol that the server does not.", []string{"server report versions"}},
		{"no responders requires headers support", "The client asks for no-responder replies without headers.", []string{"server report versions"}},
		{"message headers not supported", "A client or a link without headers sent a message with headers.", []string{"server report versions"}},
		{"attempted to connect to route port", "A client dialed the port for servers of the same cluster.", []string{"context validate --connect"}},
		{"attempted to connect to leaf node port", "A client dialed the port for leafnodes.", []string{"context validate --connect"}},
		{"attempted to connect to gateway port", "A client or a server of the cluster dialed the port for gateways.", []string{"context validate --connect", "server report gateways"}},
		{"attempted to connect to wrong port", "A connection of another kind than the port is for.", []string{"context validate --connect"}},
		{"account missing", "A leafnode or a client names an account that the server does not have.", []string{"account ls"}},
		{"remote leafnode has same cluster name", "A leafnode has the name of the cluster that it connects to.", []string{"server report leafnodes", "server ls"}},
		{"leafnode loop detected", "Two ways lead from the leafnode back to itself, so that messages would go round.", []string{"server report leafnodes", "graph"}},
		{"cluster name from remote server conflicts", "A server with another cluster name dialed a route.", []string{"server report routes", "server ls"}},
		{"duplicate server name", "Two servers of the system have one name.", []string{"server ls"}},
		{"wrong gateway", "A gateway dialed an address behind which another cluster is.", []string{"server report gateways"}},
		{`Connection to gateway "{name}" rejected`, "The cluster does not accept gateways that it does not know (reject_unknown_cluster).", []string{"server report gateways"}},
		{"connection rejected since minimum version required is {version}", "The leafnode is older than the hub's min_version.", []string{"server report versions"}},
		{"proxy is not trusted", "The client came through a proxy that the server does not trust.", []string{"server report connections --closed"}},
		{"proxy connection required", "The user may connect through a trusted proxy only.", []string{"server report connections --closed"}},
		{"certificate not pinned", "The certificate is not one of the pinned_certs of the listener.", []string{"server report certificates"}},
	})
}
