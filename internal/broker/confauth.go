package broker

import "path/filepath"

// accounts writes the accounts and users of every mode of authentication but AuthOperator.
func (p plan) accounts(w *confWriter) {
	w.str("system_account", SystemAccount)
	if p.Spec.Auth == AuthNone {
		w.str("no_auth_user", p.Identities[1].User)
	}
	w.block("accounts", func() {
		w.block(SystemAccount, func() { p.users(w, Account{Name: SystemAccount, Users: []User{{Name: SystemUser}}}) })
		for _, a := range p.Spec.Accounts {
			w.block(quote(a.Name), func() {
				if !p.Spec.NoJetStream && !a.NoJetStream {
					w.line("jetstream: enabled")
				}
				p.users(w, a)
				crossings(w, a)
			})
		}
	})
}

func (p plan) users(w *confWriter, a Account) {
	w.items("users", func() {
		for _, u := range a.Users {
			id, _ := p.find(u.Name)
			w.block("", func() {
				if id.Public != "" {
					w.str("nkey", id.Public)
				} else {
					w.str("user", u.Name)
					w.secret("password", u.Name+"_PASSWORD", id.Password)
				}
				permissions(w, u.Permissions)
			})
		}
	})
}

// crossings writes what an account exports and imports.
func crossings(w *confWriter, a Account) {
	if len(a.Exports) > 0 {
		w.items("exports", func() {
			for _, x := range a.Exports {
				if x.Service != "" {
					w.line("{service: %s, response_type: stream}", quote(x.Service))
				} else {
					w.line("{stream: %s}", quote(x.Stream))
				}
			}
		})
	}
	if len(a.Imports) == 0 {
		return
	}
	w.items("imports", func() {
		for _, im := range a.Imports {
			kind := "stream"
			if im.Service != "" {
				kind = "service"
			}
			w.line("{%s: {account: %s, subject: %s}, to: %s}", kind, quote(im.From), quote(im.Stream+im.Service), quote(or(im.To, im.Stream+im.Service)))
		}
	})
}

// resolver writes what a server needs to know of AuthOperator. The system account is there from the start, so that the others
// can be pushed; a leaf needs the account that it binds before that.
func (p plan) resolver(w *confWriter, n nodePlan) {
	w.str("operator", p.operatorFile())
	w.str("system_account", p.accountName(SystemAccount))
	w.block("resolver", func() {
		w.line("type: full")
		w.str("dir", filepath.Join(n.Dir, "jwt"))
		w.line("allow_delete: true")
		w.str("interval", "2m")
	})
	preload := []string{SystemAccount}
	switch {
	case p.Exported: // nobody will push
		for _, a := range p.Spec.Accounts {
			preload = append(preload, a.Name)
		}
	case n.Leaf != nil:
		preload = append(preload, n.Leaf.Account)
	}
	w.block("resolver_preload", func() {
		for _, a := range preload {
			w.str(p.accountName(a), p.Trust.Accounts[a].JWT)
		}
	})
}

// websocket writes the listener for websocket clients.
func (p plan) websocket(w *confWriter, n nodePlan) {
	if n.Ports[RoleWebsocket] == 0 {
		return
	}
	w.block("websocket", func() {
		w.str("listen", n.bind(RoleWebsocket))
		if p.Spec.TLS.on() {
			p.tls(w, n, tlsPlainClient)
		} else {
			w.line("no_tls: true")
		}
	})
}

// mqtt writes the listener for MQTT clients.
func (p plan) mqtt(w *confWriter, n nodePlan) {
	if n.Ports[RoleMQTT] == 0 {
		return
	}
	w.block("mqtt", func() {
		w.str("listen", n.bind(RoleMQTT))
		p.tls(w, n, tlsPlainClient)
	})
}

// tlsUse is what a tls block is for.
type tlsUse int

const (
	tlsClient      tlsUse = iota // clients of the NATS protocol
	tlsPlainClient               // websocket and MQTT clients
	tlsRoute
	tlsGateway
	tlsLeaf   // the listener
	tlsRemote // a leaf's own connection
)

// tls writes a tls block; nothing without TLS.
func (p plan) tls(w *confWriter, n nodePlan, use tlsUse) {
	if !p.Spec.TLS.on() {
		return
	}
	w.block("tls", func() {
		w.str("cert_file", p.pkiPath("node-"+n.Name+".pem"))
		w.str("key_file", p.pkiPath("node-"+n.Name+".key"))
		if use == tlsRoute {
			w.str("ca_file", p.ownCA(n.Cluster))
		} else {
			w.str("ca_file", p.pkiPath(caFile("")))
		}
		mutual := p.Spec.TLS.Mode == TLSMutual
		switch {
		case (use == tlsClient || use == tlsPlainClient) && p.mapsCertificates():
			w.line("verify_and_map: true")
		case mutual && (use == tlsClient || use == tlsPlainClient || use == tlsLeaf):
			w.line("verify: true")
		}
		w.line("timeout: 5")
	})
}
