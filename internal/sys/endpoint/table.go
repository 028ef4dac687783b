package endpoint

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Kinds that are only requested directly and not part of a snapshot.
const (
	Idz          fleet.Kind = "IDZ"
	Profilez     fleet.Kind = "PROFILEZ"
	Expvarz      fleet.Kind = "EXPVARZ"
	Reload       fleet.Kind = "RELOAD"
	Kick         fleet.Kind = "KICK"
	LameDuckConn fleet.Kind = "LDM"
	UserInfo     fleet.Kind = "USER.INFO"
	NumSubs      fleet.Kind = "ACCOUNT.NSUBS"

	AccountInfo  fleet.Kind = "ACCOUNT.INFO"
	AccountConnz fleet.Kind = "ACCOUNT.CONNZ"
	AccountLeafz fleet.Kind = "ACCOUNT.LEAFZ"
	AccountJsz   fleet.Kind = "ACCOUNT.JSZ"
	AccountSubsz fleet.Kind = "ACCOUNT.SUBSZ"
	AccountStat  fleet.Kind = "ACCOUNT.STAT" // STATZ of one account; ACCOUNT.STATZ is for all of them
	AccountConns fleet.Kind = "ACCOUNT.CONNS"

	ClaimsList    fleet.Kind = "CLAIMS.LIST"
	ClaimsPack    fleet.Kind = "CLAIMS.PACK"
	ClaimsUpdate  fleet.Kind = "CLAIMS.UPDATE"
	ClaimsDelete  fleet.Kind = "CLAIMS.DELETE"
	ClaimsLookup  fleet.Kind = "ACCOUNT.CLAIMS.LOOKUP"
	AccountUpdate fleet.Kind = "ACCOUNT.CLAIMS.UPDATE"
)

// table lists every request of a system user, with the release that introduced
// it (checked against the tags of nats-server).
var table = []Endpoint{
	{Kind: fleet.Statsz, Subject: serverReq + "STATSZ", About: "Load and links of each server, as it broadcasts them every ten seconds.", Ping: true, Read: readStatsz},
	{Kind: Idz, Subject: serverReq + "IDZ", About: "Name, host and id of each server.", Ping: true, Since: "2.10.0", Read: readIdz},
	{
		Kind: fleet.Varz, Subject: serverReq + "VARZ", About: "Configuration and counters of each server.", Ping: true,
		Read: into(func(s *fleet.Server, v *server.Varz) { s.Varz = v }),
	},
	{
		Kind: fleet.Connz, Subject: serverReq + "CONNZ", About: "Client and leafnode connections, open or closed.", Ping: true, Compress: true,
		Options: server.ConnzOptions{}, Body: connzBody, Pager: connzPager{}, Read: into(func(*fleet.Server, *server.Connz) {}),
	},
	{
		Kind: fleet.Routez, Subject: serverReq + "ROUTEZ", About: "Connections to the servers of the same cluster.", Ping: true, Options: server.RoutezOptions{},
		Read: into(func(s *fleet.Server, v *server.Routez) { s.Routez = v }),
	},
	{
		Kind: fleet.Gatewayz, Subject: serverReq + "GATEWAYZ", About: "Connections to other clusters.", Ping: true, Options: server.GatewayzOptions{},
		Read: into(func(s *fleet.Server, v *server.Gatewayz) { s.Gatewayz = v }),
	},
	{
		Kind: fleet.Leafz, Subject: serverReq + "LEAFZ", About: "Leafnode connections.", Ping: true, Options: server.LeafzOptions{},
		Read: into(func(s *fleet.Server, v *server.Leafz) { s.Leafz = v }),
	},
	{
		Kind: fleet.Subsz, Subject: serverReq + "SUBSZ", About: "Subscriptions and how they are cached.", Ping: true, Compress: true, Options: server.SubszOptions{},
		Read: into(func(s *fleet.Server, v *server.Subsz) { s.Subsz = v }),
	},
	{
		Kind: fleet.Accountz, Subject: serverReq + "ACCOUNTZ", About: "Names of the accounts, or one account in detail.", Ping: true, Options: server.AccountzOptions{},
		Body: accountzBody, Read: into(func(s *fleet.Server, v *server.Accountz) { s.Accountz = v }),
	},
	{
		Kind: fleet.AccountStatz, Subject: "$SYS.REQ.ACCOUNT.PING.STATZ", About: "Connections and traffic of all accounts.", Since: "2.9.0", Options: server.AccountStatzOptions{},
		Body: accountStatzBody, Read: into(func(s *fleet.Server, v *server.AccountStatz) { s.AccountStatz = v }),
	},
	{
		Kind: fleet.Jsz, Subject: serverReq + "JSZ", About: "JetStream: totals, or accounts with their streams and consumers.", Ping: true, Compress: true, Options: server.JSzOptions{},
		Body: jszBody, Pager: jszPager{}, Read: into(func(*fleet.Server, *server.JSInfo) {}),
	},
	{
		Kind: fleet.Healthz, Subject: serverReq + "HEALTHZ", About: "Health of each server, as it reports it.", Ping: true, Since: "2.9.0", Options: server.HealthzOptions{},
		Body: healthzBody, Read: into(func(s *fleet.Server, v *server.HealthStatus) { s.Healthz = v }),
	},
	{
		Kind: fleet.Raftz, Subject: serverReq + "RAFTZ", About: "State of the Raft groups.", Ping: true, Since: "2.10.26", Options: server.RaftzOptions{},
		Body: raftzBody, Pager: raftzPager{}, Read: into(func(*fleet.Server, *server.RaftzStatus) {}),
	},
	{
		Kind: fleet.Ipqueuesz, Subject: serverReq + "IPQUEUESZ", About: "Lengths of the server's internal queues.", Ping: true, Since: "2.10.26", Options: server.IpqueueszOptions{},
		Read: into(func(s *fleet.Server, v *server.IpqueueszStatus) { s.Ipqueuesz = v }),
	},
	{Kind: Expvarz, Subject: serverReq + "EXPVARZ", About: "Memory figures of the server's runtime.", Ping: true, Since: "2.10.16"},
	{Kind: Profilez, Subject: serverReq + "PROFILEZ", About: "A profile of the running server, in base64.", Ping: true, Since: "2.10.0", Options: server.ProfilezOptions{}},

	{Kind: Reload, Subject: serverReq + "RELOAD", About: "Reload the configuration file.", Since: "2.10.0", Act: true},
	{Kind: Kick, Subject: serverReq + "KICK", About: "Close one connection.", Since: "2.10.0", Act: true},
	{Kind: LameDuckConn, Subject: serverReq + "LDM", About: "Notify one client that the server is going away.", Since: "2.10.0", Act: true},

	{Kind: AccountInfo, Subject: accountReq + "INFO", About: "One account: limits, exports, imports."},
	{Kind: AccountConnz, Subject: accountReq + "CONNZ", About: "Connections of one account.", Options: server.ConnzOptions{}},
	{Kind: AccountLeafz, Subject: accountReq + "LEAFZ", About: "Leafnode connections of one account.", Options: server.LeafzOptions{}},
	{Kind: AccountJsz, Subject: accountReq + "JSZ", About: "JetStream of one account.", Options: server.JSzOptions{}},
	{Kind: AccountSubsz, Subject: accountReq + "SUBSZ", About: "Subscriptions of one account.", Options: server.SubszOptions{}},
	{Kind: AccountStat, Subject: accountReq + "STATZ", About: "Connections and traffic of one account, from servers where it is used.", Since: "2.9.0", Quiet: true, Options: server.AccountStatzOptions{}},
	{Kind: AccountConns, Subject: accountReq + "CONNS", About: "How many connections one account has, from servers where it is used.", Quiet: true},
	{Kind: NumSubs, Subject: "$SYS.REQ.ACCOUNT.NSUBS", About: "How many subscriptions match a subject; takes acc and subject in --body.", Anonymous: true},
	{Kind: UserInfo, Subject: "$SYS.REQ.USER.INFO", About: "The user that natsctl is, as its server knows it.", Since: "2.10.0", Local: true},

	{Kind: ClaimsList, Subject: "$SYS.REQ.CLAIMS.LIST", About: "Accounts that the resolver holds.", Quiet: true, Needs: aResolver},
	{Kind: ClaimsPack, Subject: "$SYS.REQ.CLAIMS.PACK", About: "JWTs of all accounts that the resolver holds.", Anonymous: true, Needs: aResolver},
	{Kind: ClaimsLookup, Subject: accountReq + "CLAIMS.LOOKUP", About: "JWT of one account.", Anonymous: true, Needs: aResolver},
	{Kind: ClaimsUpdate, Subject: "$SYS.REQ.CLAIMS.UPDATE", About: "Put the JWT of an account into the resolver.", Act: true},
	{Kind: ClaimsDelete, Subject: "$SYS.REQ.CLAIMS.DELETE", About: "Remove accounts from the resolver.", Act: true},
	{Kind: AccountUpdate, Subject: accountReq + "CLAIMS.UPDATE", About: "Put the JWT of an account into the resolver.", Act: true},
}

// Subjects by server and by account (nats-server, events.go).
const (
	serverReq  = "$SYS.REQ.SERVER.{server}."
	accountReq = "$SYS.REQ.ACCOUNT.{account}."

	aResolver = "an account resolver of type full or cache"
)
