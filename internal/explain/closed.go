package explain

import "github.com/nats-io/nats-server/v2/server"

// closedRow explains a reason for which a server closed a connection.
type closedRow struct {
	reason server.ClosedState
	means  string
	next   []string
}

// closedRows are the reasons, in the words of the server.
var closedRows = []closedRow{
	{server.ClientClosed, "The client closed the connection, or its process ended.", []string{"server report connections --closed", "events"}},
	{server.AuthenticationTimeout, "The client did not log in in time.", []string{"events", "server report connections --closed"}},
	{server.AuthenticationViolation, "The login was refused.", []string{"auth why"}},
	{server.TLSHandshakeError, "TLS could not be agreed on: another authority, no client certificate, an expired one, or a client without TLS.", []string{"server report certificates", "server report connections --closed"}},
	{server.SlowConsumerPendingBytes, "The client reads more slowly than messages come: more than max_pending bytes waited for it.", []string{"check", "server report connections --closed", "top"}},
	{server.SlowConsumerWriteDeadline, "The network took nothing for the client within write_deadline: the client or its host hangs, or the line is too slow.", []string{"check", "server report connections --closed"}},
	{server.WriteError, "The connection broke while the server wrote: the client's host or the network went away.", []string{"server report connections --closed"}},
	{server.ReadError, "The connection broke while the server read: the client's host or the network went away.", []string{"server report connections --closed"}},
	{server.ParseError, "The client sent what is not the NATS protocol.", []string{"server report connections --closed", "server report versions"}},
	{server.StaleConnection, "The client did not answer the server's pings: it hangs, or the network lost it.", []string{"server report connections --closed", "events"}},
	{server.ProtocolViolation, "The client broke a rule of the protocol.", []string{"server report connections --closed"}},
	{server.BadClientProtocolVersion, "The client speaks a version of the protocol that the server does not.", []string{"server report versions"}},
	{server.WrongPort, "A connection of another kind than the port is for.", []string{"context validate --connect"}},
	{server.MaxConnectionsExceeded, "The server has as many connections as its max_connections.", []string{"server ls", "server report connections"}},
	{server.MaxAccountConnectionsExceeded, "The account has as many connections as its limit, over all servers.", []string{"account info ACCOUNT", "server report connections --account ACCOUNT"}},
	{server.MaxPayloadExceeded, "A message was larger than max_payload of the server or the limit of the account.", []string{"server info", "account info ACCOUNT"}},
	{server.MaxControlLineExceeded, "A line of the protocol was longer than max_control_line.", []string{"server report connections --closed"}},
	{server.MaxSubscriptionsExceeded, "The connection has as many subscriptions as it may have.", []string{"server report connections --sort subs"}},
	{server.DuplicateRoute, "Two servers dialed each other at once and one of the two routes is enough. It is harmless.", []string{"server report routes"}},
	{server.RouteRemoved, "The route was taken out of the configuration by a reload.", []string{"server report routes", "server report versions"}},
	{server.ServerShutdown, "The server shut down, or is in lame duck mode.", []string{"server ls", "events"}},
	{server.AuthenticationExpired, "The JWT of the user or of the account has expired.", []string{"auth why", "auth show USER"}},
	{server.WrongGateway, "A gateway dialed an address behind which another cluster is.", []string{"server report gateways"}},
	{server.MissingAccount, "The account is not known to the server any more.", []string{"account ls", "auth show ACCOUNT"}},
	{server.Revocation, "The account has revoked the credentials.", []string{"auth why", "auth show ACCOUNT"}},
	{server.InternalClient, "A client inside the server ended.", []string{"server report connections --closed"}},
	{server.MsgHeaderViolation, "A client without headers sent a message with headers.", []string{"server report versions"}},
	{server.NoRespondersRequiresHeaders, "The client asks for no-responder replies without headers.", []string{"server report versions"}},
	{server.ClusterNameConflict, "Servers of two cluster names have dialed each other by routes.", []string{"server report routes", "server ls"}},
	{server.DuplicateRemoteLeafnodeConnection, "The same leafnode connected a second time to one account; the older connection was closed.", []string{"server report leafnodes"}},
	{server.DuplicateClientID, "Another MQTT client has connected with the same client id; the older connection was closed.", []string{"server report connections --closed"}},
	{server.DuplicateServerName, "Two servers of the system have one name.", []string{"server ls"}},
	{server.MinimumVersionRequired, "The leafnode is older than the hub's min_version.", []string{"server report versions"}},
	{server.ClusterNamesIdentical, "A leafnode has the name of the cluster that it connects to.", []string{"server report leafnodes"}},
	{server.Kicked, "An operator closed the connection; the client may connect again.", []string{"server report connections --closed", "events"}},
	{server.ProxyNotTrusted, "The client came through a proxy that the server does not trust.", []string{"server report connections --closed"}},
	{server.ProxyRequired, "The user may connect through a trusted proxy only.", []string{"server report connections --closed"}},
}

// closeReasons are the reasons that servers give for closed connections.
func closeReasons() []Entry {
	rows := make([]row, len(closedRows))
	for i, r := range closedRows {
		rows[i] = row{r.reason.String(), r.means, r.next}
	}
	return entries(Closed, "the list of closed connections of each server (CONNZ) and its disconnect events", rows)
}

// statuses are the codes of replies without a body, from servers to clients.
func statuses() []Entry {
	out := entries(Status, "the server, in the header of a reply without a body, to a request or a pull", []row{
		{"Idle Heartbeat, or Flow Control", "Not an error: the consumer is alive and has nothing, or it asks the client to answer before it goes on.", []string{"server report consumers"}},
		{"Bad Request", "A pull that the server cannot read, or with a priority group that the consumer does not have. The text says which.", []string{"server report consumers -o wide"}},
		{"No Messages", "A pull without waiting found nothing; for a direct get: no message has this sequence or subject.", []string{"server report consumers", "server report streams"}},
		{"Request Timeout", "The pull ended without as many messages as it asked for. It is how a pull on a quiet stream ends.", []string{"server report consumers"}},
		{"Exceeded MaxWaiting, Consumer Deleted, Leadership Change, Message Size Exceeds MaxBytes, Consumer is push based, or Server Shutdown", "The pull ended: too many pulls wait (max_waiting), a limit of a pull was exceeded, or the consumer was deleted, has another leader, or delivers by itself. The text says which.", []string{"server report consumers -o wide", "events"}},
		{"Nats-Pin-Id mismatch", "The consumer is pinned to another client of the priority group.", []string{"server report consumers -o wide"}},
		{"No Responders", "Nobody subscribes to the subject of the request, as far as this user's account and its imports reach. From $JS.API: JetStream is off, or behind another domain.", []string{"auth can USER pub SUBJECT", "server report subscriptions", "server report sharing ACCOUNT", "server report jetstream"}},
	})
	for i, code := range []int{100, 400, 404, 408, 409, 423, 503} {
		out[i].Code = code
	}
	return out
}
