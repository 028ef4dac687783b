package simfleet

import (
	"encoding/json"
	"errors"

	"github.com/nats-io/nats-server/v2/server"
)

// errSilent makes a server leave a request unanswered, as real ones do with some.
var errSilent = errors.New("nothing to say")

// endpoint is one request that the servers answer.
type endpoint struct {
	kind    string
	subject string // {server} stands for a server's id, or PING for all
	since   [3]int // the first version that answers
	bare    bool   // without an envelope
	direct  bool   // answered by id alone
	plain   bool   // the request is ignored, and the answer not compressed
	data    func(n *node, request []byte) (any, error)
}

// endpoints is the table of all requests. A new one is one row.
var endpoints = []endpoint{
	{kind: "STATSZ", subject: serverReq + "STATSZ", bare: true, data: func(n *node, _ []byte) (any, error) { return n.statsz(), nil }},
	{kind: "STATSZ", subject: "$SYS.REQ.SERVER.{server}", bare: true, data: func(n *node, _ []byte) (any, error) { return n.statsz(), nil }},
	{kind: "IDZ", subject: serverReq + "IDZ", since: [3]int{2, 10, 0}, bare: true, plain: true, data: func(n *node, _ []byte) (any, error) {
		return server.ServerID{Name: n.info.Name, Host: n.info.Host, ID: n.info.ID}, nil
	}},
	{kind: "VARZ", subject: serverReq + "VARZ", data: func(n *node, _ []byte) (any, error) { return n.varz(), nil }},
	{kind: "CONNZ", subject: serverReq + "CONNZ", data: with(func(n *node, o server.ConnzOptions) (any, error) { return n.connz(o) })},
	{kind: "ROUTEZ", subject: serverReq + "ROUTEZ", data: func(n *node, _ []byte) (any, error) { return n.routez(), nil }},
	{kind: "GATEWAYZ", subject: serverReq + "GATEWAYZ", data: func(n *node, _ []byte) (any, error) { return n.gatewayz(), nil }},
	{kind: "LEAFZ", subject: serverReq + "LEAFZ", data: with(func(n *node, o server.LeafzOptions) (any, error) { return n.leafz(o), nil })},
	{kind: "SUBSZ", subject: serverReq + "SUBSZ", data: func(n *node, _ []byte) (any, error) { return n.subsz(), nil }},
	{kind: "ACCOUNTZ", subject: serverReq + "ACCOUNTZ", data: with(func(n *node, o server.AccountzOptions) (any, error) { return n.accountz(o) })},
	{kind: "JSZ", subject: serverReq + "JSZ", data: with(func(n *node, o server.JSzOptions) (any, error) { return n.jsz(o) })},
	{kind: "HEALTHZ", subject: serverReq + "HEALTHZ", since: [3]int{2, 9, 0}, data: func(n *node, _ []byte) (any, error) { return n.healthz(), nil }},
	{kind: "RAFTZ", subject: serverReq + "RAFTZ", since: [3]int{2, 11, 0}, data: with(func(n *node, o server.RaftzOptions) (any, error) { return n.raftz(o), nil })},
	{kind: "IPQUEUESZ", subject: serverReq + "IPQUEUESZ", since: [3]int{2, 10, 26}, data: func(n *node, _ []byte) (any, error) { return n.ipqueuesz(), nil }},
	{kind: "EXPVARZ", subject: serverReq + "EXPVARZ", since: [3]int{2, 10, 16}, data: func(n *node, _ []byte) (any, error) { return n.expvarz(), nil }},
	{kind: "PROFILEZ", subject: serverReq + "PROFILEZ", since: [3]int{2, 10, 0}, data: with(func(n *node, o server.ProfilezOptions) (any, error) { return n.profilez(o), nil })},
	{kind: "RELOAD", subject: serverReq + "RELOAD", since: [3]int{2, 10, 0}, direct: true, data: func(*node, []byte) (any, error) { return nil, nil }}, //nolint:nilnil // an answer without data
	{kind: "KICK", subject: serverReq + "KICK", since: [3]int{2, 10, 0}, direct: true, data: with(func(n *node, o server.KickClientReq) (any, error) { return nil, n.has(o.CID) })},
	{kind: "LDM", subject: serverReq + "LDM", since: [3]int{2, 10, 0}, direct: true, data: with(func(n *node, o server.LDMClientReq) (any, error) { return nil, n.has(o.CID) })},
	{kind: "ACCOUNT.STATZ", subject: accountStatz, since: [3]int{2, 9, 0}, data: with(func(n *node, o server.AccountStatzOptions) (any, error) { return n.accountStatz(o), nil })},
}

const (
	serverReq    = "$SYS.REQ.SERVER.{server}."
	accountStatz = "$SYS.REQ.ACCOUNT.PING.STATZ"
)

// with decodes the request's options before it is answered; an invalid request gets the error 400.
func with[O any](answer func(*node, O) (any, error)) func(*node, []byte) (any, error) {
	return func(n *node, request []byte) (any, error) {
		var o O
		if len(request) > 0 {
			if err := json.Unmarshal(request, &o); err != nil {
				return nil, badRequest{err}
			}
		}
		return answer(n, o)
	}
}

// badRequest is a request that the server could not read.
type badRequest struct{ error }
