package sys

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Kinds that are asked for by hand and held by no snapshot.
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
	AccountStat  fleet.Kind = "ACCOUNT.STAT" // STATZ of one account; ACCOUNT.STATZ asks for all of them
	AccountConns fleet.Kind = "ACCOUNT.CONNS"

	ClaimsList    fleet.Kind = "CLAIMS.LIST"
	ClaimsPack    fleet.Kind = "CLAIMS.PACK"
	ClaimsUpdate  fleet.Kind = "CLAIMS.UPDATE"
	ClaimsDelete  fleet.Kind = "CLAIMS.DELETE"
	ClaimsLookup  fleet.Kind = "ACCOUNT.CLAIMS.LOOKUP"
	AccountUpdate fleet.Kind = "ACCOUNT.CLAIMS.UPDATE"
)

// endpoints is the table of everything a system user can ask, with the release
// that brought it (checked against the tags of nats-server).
var endpoints = []Endpoint{
	{Kind: fleet.Statsz, Subject: serverReq + "STATSZ", Ping: true, read: readStatsz},
	{Kind: Idz, Subject: serverReq + "IDZ", Ping: true, Since: "2.10.0", read: readIdz},
	{
		Kind: fleet.Varz, Subject: serverReq + "VARZ", Ping: true,
		read: into(func(s *fleet.Server, v *server.Varz) { s.Varz = v }),
	},
	{
		Kind: fleet.Connz, Subject: serverReq + "CONNZ", Ping: true, compress: true,
		Options: server.ConnzOptions{}, body: connzBody, pager: connzPager{}, read: into(func(*fleet.Server, *server.Connz) {}),
	},
	{
		Kind: fleet.Routez, Subject: serverReq + "ROUTEZ", Ping: true, Options: server.RoutezOptions{},
		read: into(func(s *fleet.Server, v *server.Routez) { s.Routez = v }),
	},
	{
		Kind: fleet.Gatewayz, Subject: serverReq + "GATEWAYZ", Ping: true, Options: server.GatewayzOptions{},
		read: into(func(s *fleet.Server, v *server.Gatewayz) { s.Gatewayz = v }),
	},
	{
		Kind: fleet.Leafz, Subject: serverReq + "LEAFZ", Ping: true, Options: server.LeafzOptions{},
		read: into(func(s *fleet.Server, v *server.Leafz) { s.Leafz = v }),
	},
	{
		Kind: fleet.Subsz, Subject: serverReq + "SUBSZ", Ping: true, compress: true, Options: server.SubszOptions{},
		read: into(func(s *fleet.Server, v *server.Subsz) { s.Subsz = v }),
	},
	{
		Kind: fleet.Accountz, Subject: serverReq + "ACCOUNTZ", Ping: true, Options: server.AccountzOptions{},
		body: accountzBody, read: into(func(s *fleet.Server, v *server.Accountz) { s.Accountz = v }),
	},
	{
		Kind: fleet.AccountStatz, Subject: "$SYS.REQ.ACCOUNT.PING.STATZ", Since: "2.9.0", Options: server.AccountStatzOptions{},
		body: accountStatzBody, read: into(func(s *fleet.Server, v *server.AccountStatz) { s.AccountStatz = v }),
	},
	{
		Kind: fleet.Jsz, Subject: serverReq + "JSZ", Ping: true, compress: true, Options: server.JSzOptions{},
		body: jszBody, pager: jszPager{}, read: into(func(*fleet.Server, *server.JSInfo) {}),
	},
	{
		Kind: fleet.Healthz, Subject: serverReq + "HEALTHZ", Ping: true, Since: "2.9.0", Options: server.HealthzOptions{},
		body: healthzBody, read: into(func(s *fleet.Server, v *server.HealthStatus) { s.Healthz = v }),
	},
	{
		Kind: fleet.Raftz, Subject: serverReq + "RAFTZ", Ping: true, Since: "2.11.0", Options: server.RaftzOptions{},
		read: into(func(s *fleet.Server, v *server.RaftzStatus) { s.Raftz = v }),
	},
	{
		Kind: fleet.Ipqueuesz, Subject: serverReq + "IPQUEUESZ", Ping: true, Since: "2.10.26", Options: server.IpqueueszOptions{},
		read: into(func(s *fleet.Server, v *server.IpqueueszStatus) { s.Ipqueuesz = v }),
	},
	{Kind: Expvarz, Subject: serverReq + "EXPVARZ", Ping: true, Since: "2.10.16"},
	{Kind: Profilez, Subject: serverReq + "PROFILEZ", Ping: true, Since: "2.10.0", Options: server.ProfilezOptions{}},

	{Kind: Reload, Subject: serverReq + "RELOAD", Since: "2.10.0", Act: true},
	{Kind: Kick, Subject: serverReq + "KICK", Since: "2.10.0", Act: true},
	{Kind: LameDuckConn, Subject: serverReq + "LDM", Since: "2.10.0", Act: true},

	{Kind: AccountInfo, Subject: accountReq + "INFO"},
	{Kind: AccountConnz, Subject: accountReq + "CONNZ", Options: server.ConnzOptions{}},
	{Kind: AccountLeafz, Subject: accountReq + "LEAFZ", Options: server.LeafzOptions{}},
	{Kind: AccountJsz, Subject: accountReq + "JSZ", Options: server.JSzOptions{}},
	{Kind: AccountSubsz, Subject: accountReq + "SUBSZ", Options: server.SubszOptions{}},
	{Kind: AccountStat, Subject: accountReq + "STATZ", Since: "2.9.0", Quiet: true, Options: server.AccountStatzOptions{}},
	{Kind: AccountConns, Subject: accountReq + "CONNS", Quiet: true},
	{Kind: NumSubs, Subject: "$SYS.REQ.ACCOUNT.NSUBS", Anonymous: true},
	{Kind: UserInfo, Subject: "$SYS.REQ.USER.INFO", Since: "2.10.0", Anonymous: true},

	{Kind: ClaimsList, Subject: "$SYS.REQ.CLAIMS.LIST", Quiet: true, Needs: aResolver},
	{Kind: ClaimsPack, Subject: "$SYS.REQ.CLAIMS.PACK", Anonymous: true, Needs: aResolver},
	{Kind: ClaimsLookup, Subject: accountReq + "CLAIMS.LOOKUP", Anonymous: true, Needs: aResolver},
	{Kind: ClaimsUpdate, Subject: "$SYS.REQ.CLAIMS.UPDATE", Act: true},
	{Kind: ClaimsDelete, Subject: "$SYS.REQ.CLAIMS.DELETE", Act: true},
	{Kind: AccountUpdate, Subject: accountReq + "CLAIMS.UPDATE", Act: true},
}

// Subjects by server and by account (nats-server, events.go).
const (
	serverReq  = "$SYS.REQ.SERVER.{server}."
	accountReq = "$SYS.REQ.ACCOUNT.{account}."

	aResolver = "an account resolver of type full or cache"
)
