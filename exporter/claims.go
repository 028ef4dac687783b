package exporter

import "github.com/nats-io/jwt/v2"

// claims is what the operator granted to one account.
type claims struct {
	id, name          string
	expired, complete bool
	system, jetstream bool
	jwt               *jwt.AccountClaims // nil for an account of a configuration file
}

var accountClaims = &group[*claims]{
	set: Native, collector: "limits", labels: []string{"account", "account_name"},
	each: func(v *view, yield func(*claims)) {
		for _, c := range v.beside.claims {
			if v.cfg.accounts.allows(c.id, c.name) {
				yield(c)
			}
		}
	},
	ident: func(c *claims, v []string) { v[0], v[1] = c.id, c.name },
	rows: []row[*claims]{
		{name: "nats_account_expired", help: "1 if the account's JWT has expired.", value: func(c *claims) float64 { return flag(c.expired) }},
		{name: "nats_account_expiry_timestamp_seconds", help: "When the account's JWT expires; absent if never.", value: fromJWT(func(c *jwt.AccountClaims) float64 { return positive(c.Expires) })},
		{name: "nats_account_issued_timestamp_seconds", help: "When the account's JWT was issued.", value: fromJWT(func(c *jwt.AccountClaims) float64 { return positive(c.IssuedAt) })},
		{name: "nats_account_limit_connections", help: "The most client connections of the account; absent if not limited, as all limits.", value: fromJWT(func(c *jwt.AccountClaims) float64 { return limited(c.Limits.Conn) })},
		{name: "nats_account_limit_leafnodes", help: "The most leaf node connections of the account.", value: fromJWT(func(c *jwt.AccountClaims) float64 { return limited(c.Limits.LeafNodeConn) })},
		{name: "nats_account_limit_subscriptions", help: "The most subscriptions of a connection of the account.", value: fromJWT(func(c *jwt.AccountClaims) float64 { return limited(c.Limits.Subs) })},
		{name: "nats_account_limit_payload_bytes", help: "The largest message of the account.", value: fromJWT(func(c *jwt.AccountClaims) float64 { return limited(c.Limits.Payload) })},
		{name: "nats_account_limit_imports", help: "The most imports of the account.", value: fromJWT(func(c *jwt.AccountClaims) float64 { return limited(c.Limits.Imports) })},
		{name: "nats_account_limit_exports", help: "The most exports of the account.", value: fromJWT(func(c *jwt.AccountClaims) float64 { return limited(c.Limits.Exports) })},
		{name: "nats_account_limit_jetstream_memory_bytes", help: "The most memory of the account's streams, by tier of replicas (empty: all of them).", extra: tierLabel, many: tiers(func(l jwt.JetStreamLimits) float64 { return limited(l.MemoryStorage) })},
		{name: "nats_account_limit_jetstream_storage_bytes", help: "The most disk space of the account's streams, by tier of replicas.", extra: tierLabel, many: tiers(func(l jwt.JetStreamLimits) float64 { return limited(l.DiskStorage) })},
		{name: "nats_account_limit_jetstream_streams", help: "The most streams of the account, by tier of replicas.", extra: tierLabel, many: tiers(func(l jwt.JetStreamLimits) float64 { return limited(l.Streams) })},
		{name: "nats_account_limit_jetstream_consumers", help: "The most consumers of the account, by tier of replicas.", extra: tierLabel, many: tiers(func(l jwt.JetStreamLimits) float64 { return limited(l.Consumer) })},
	},
}

var tierLabel = []string{"tier"}

// limited returns a limit; -1 is no limit.
func limited(n int64) float64 {
	if n < 0 {
		return none
	}
	return float64(n)
}

func fromJWT(value func(*jwt.AccountClaims) float64) func(*claims) float64 {
	return func(c *claims) float64 {
		if c.jwt == nil {
			return none
		}
		return value(c.jwt)
	}
}

// tiers emits a JetStream limit: the account's own, or one for each tier.
func tiers(value func(jwt.JetStreamLimits) float64) func(*claims, *emitter) {
	return func(c *claims, em *emitter) {
		if c.jwt == nil {
			return
		}
		if len(c.jwt.Limits.JetStreamTieredLimits) == 0 {
			em.put1(value(c.jwt.Limits.JetStreamLimits), "")
		}
		for _, tier := range sortedKeys(c.jwt.Limits.JetStreamTieredLimits) {
			em.put1(value(c.jwt.Limits.JetStreamTieredLimits[tier]), tier)
		}
	}
}
