package plan

import (
	"cmp"
	"path/filepath"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// accounts writes the accounts and users of every mode of authentication but AuthOperator.
func (c config) accounts() {
	c.str("system_account", spec.SystemAccount)
	if c.Spec.Auth == spec.AuthNone {
		c.str("no_auth_user", c.Identities[1].User)
	}
	c.block("accounts", func() {
		c.block(spec.SystemAccount, func() { c.users(spec.Account{Name: spec.SystemAccount, Users: []spec.User{{Name: spec.SystemUser}}}) })
		for _, a := range c.Spec.Accounts {
			c.block(Quote(a.Name), func() {
				if !c.Spec.NoJetStream && !a.NoJetStream {
					c.line("jetstream: enabled")
				}
				c.users(a)
				crossings(c.confWriter, a)
			})
		}
	})
}

func (c config) users(a spec.Account) {
	c.items("users", func() {
		for _, u := range a.Users {
			id, _ := c.Find(u.Name)
			c.block("", func() {
				if id.Public != "" {
					c.str("nkey", id.Public)
				} else {
					c.str("user", u.Name)
					c.secret("password", u.Name+"_PASSWORD", id.Password)
				}
				permissions(c.confWriter, u.Permissions)
			})
		}
	})
}

// crossings writes the exports and imports of an account.
func crossings(w *confWriter, a spec.Account) {
	if len(a.Exports) > 0 {
		w.items("exports", func() {
			for _, x := range a.Exports {
				if x.Service != "" {
					w.line("{service: %s, response_type: stream}", Quote(x.Service))
				} else {
					w.line("{stream: %s}", Quote(x.Stream))
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
			w.line("{%s: {account: %s, subject: %s}, to: %s}", kind, Quote(im.From), Quote(im.Stream+im.Service), Quote(cmp.Or(im.To, im.Stream+im.Service)))
		}
	})
}

// resolver writes the operator and resolver settings of AuthOperator. The system account is preloaded, so that the others can be
// pushed; a leaf node needs the account that it binds before that.
func (c config) resolver() {
	c.str("operator", c.operatorFile())
	c.str("system_account", c.AccountName(spec.SystemAccount))
	c.block("resolver", func() {
		c.line("type: full")
		c.str("dir", filepath.Join(c.node.Dir, "jwt"))
		c.line("allow_delete: true")
		c.str("interval", "2m")
	})
	preload := []string{spec.SystemAccount}
	switch {
	case c.Exported: // no JWT will be pushed
		for _, a := range c.Spec.Accounts {
			preload = append(preload, a.Name)
		}
	case c.node.Leaf != nil:
		preload = append(preload, c.node.Leaf.Account)
	}
	c.block("resolver_preload", func() {
		for _, a := range preload {
			c.str(c.AccountName(a), c.Trust.Accounts[a].JWT)
		}
	})
}

// websocket writes the listener for websocket clients.
func (c config) websocket() {
	if c.node.Ports[RoleWebsocket] == 0 {
		return
	}
	c.block("websocket", func() {
		c.str("listen", c.node.bind(RoleWebsocket))
		if c.Spec.TLS.Enabled() {
			c.tls(tlsPlainClient)
		} else {
			c.line("no_tls: true")
		}
	})
}

// mqtt writes the listener for MQTT clients.
func (c config) mqtt() {
	if c.node.Ports[RoleMQTT] == 0 {
		return
	}
	c.block("mqtt", func() {
		c.str("listen", c.node.bind(RoleMQTT))
		c.tls(tlsPlainClient)
	})
}

// tlsUse is the purpose of a tls block.
type tlsUse int

const (
	tlsClient      tlsUse = iota // clients of the NATS protocol
	tlsPlainClient               // websocket and MQTT clients
	tlsRoute
	tlsGateway
	tlsLeaf   // the listener
	tlsRemote // the connection of a leaf node
)

// tls writes a tls block; nothing without TLS.
func (c config) tls(use tlsUse) {
	if !c.Spec.TLS.Enabled() {
		return
	}
	c.block("tls", func() {
		c.str("cert_file", c.PKIPath("node-"+c.node.Name+".pem"))
		c.str("key_file", c.PKIPath("node-"+c.node.Name+".key"))
		if use == tlsRoute {
			c.str("ca_file", c.ownCA(c.node.Cluster))
		} else {
			c.str("ca_file", c.PKIPath(CAFile("")))
		}
		mutual := c.Spec.TLS.Mode == spec.TLSMutual
		switch {
		case (use == tlsClient || use == tlsPlainClient) && c.MapsCertificates():
			c.line("verify_and_map: true")
		case mutual && (use == tlsClient || use == tlsPlainClient || use == tlsLeaf):
			c.line("verify: true")
		}
		c.line("timeout: 5")
	})
}
