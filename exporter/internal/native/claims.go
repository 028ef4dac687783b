package native

import (
	"github.com/nats-io/jwt/v2"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
)

// AccountClaims has the limits and expiry of each account.
var AccountClaims = &table.Group[*scrape.Claims]{
	Set: metric.Native, Collector: "limits", Labels: []string{"account", "account_name"},
	Each: func(v *scrape.View, yield func(*scrape.Claims)) {
		for _, c := range v.Extras.Claims {
			if v.Settings.Accounts.Allows(c.ID, c.Tag) {
				yield(c)
			}
		}
	},
	Ident: func(c *scrape.Claims, v []string) { v[0], v[1] = c.ID, c.Tag },
	Rows: []table.Row[*scrape.Claims]{
		{Name: "nats_account_expired", Help: "1 if the account's JWT has expired.", Value: func(c *scrape.Claims) float64 { return number.Flag(c.Expired) }},
		{Name: "nats_account_expiry_timestamp_seconds", Help: "When the account's JWT expires; absent if never.", Value: fromJWT(func(c *jwt.AccountClaims) float64 { return number.Positive(c.Expires) })},
		{Name: "nats_account_issued_timestamp_seconds", Help: "When the account's JWT was issued.", Value: fromJWT(func(c *jwt.AccountClaims) float64 { return number.Positive(c.IssuedAt) })},
		{Name: "nats_account_limit_connections", Help: "Maximum client connections of the account; absent if not limited, as all limits.", Value: fromJWT(func(c *jwt.AccountClaims) float64 { return limited(c.Limits.Conn) })},
		{Name: "nats_account_limit_leafnodes", Help: "Maximum leaf node connections of the account.", Value: fromJWT(func(c *jwt.AccountClaims) float64 { return limited(c.Limits.LeafNodeConn) })},
		{Name: "nats_account_limit_subscriptions", Help: "Maximum subscriptions of a connection of the account.", Value: fromJWT(func(c *jwt.AccountClaims) float64 { return limited(c.Limits.Subs) })},
		{Name: "nats_account_limit_payload_bytes", Help: "Maximum size of a message of the account.", Value: fromJWT(func(c *jwt.AccountClaims) float64 { return limited(c.Limits.Payload) })},
		{Name: "nats_account_limit_imports", Help: "Maximum imports of the account.", Value: fromJWT(func(c *jwt.AccountClaims) float64 { return limited(c.Limits.Imports) })},
		{Name: "nats_account_limit_exports", Help: "Maximum exports of the account.", Value: fromJWT(func(c *jwt.AccountClaims) float64 { return limited(c.Limits.Exports) })},
		{Name: "nats_account_limit_jetstream_memory_bytes", Help: "Maximum memory of the account's streams, by tier of replicas (empty: all of them).", Extra: TierLabel, Many: tiers(func(l jwt.JetStreamLimits) float64 { return limited(l.MemoryStorage) })},
		{Name: "nats_account_limit_jetstream_storage_bytes", Help: "Maximum disk space of the account's streams, by tier of replicas.", Extra: TierLabel, Many: tiers(func(l jwt.JetStreamLimits) float64 { return limited(l.DiskStorage) })},
		{Name: "nats_account_limit_jetstream_streams", Help: "Maximum streams of the account, by tier of replicas.", Extra: TierLabel, Many: tiers(func(l jwt.JetStreamLimits) float64 { return limited(l.Streams) })},
		{Name: "nats_account_limit_jetstream_consumers", Help: "Maximum consumers of the account, by tier of replicas.", Extra: TierLabel, Many: tiers(func(l jwt.JetStreamLimits) float64 { return limited(l.Consumer) })},
	},
}

// TierLabel is the label of a JetStream tier.
var TierLabel = []string{"tier"}

// limited returns a limit; -1 means no limit.
func limited(n int64) float64 {
	if n < 0 {
		return number.None
	}
	return float64(n)
}

func fromJWT(value func(*jwt.AccountClaims) float64) func(*scrape.Claims) float64 {
	return func(c *scrape.Claims) float64 {
		if c.JWT == nil {
			return number.None
		}
		return value(c.JWT)
	}
}

// tiers emits a JetStream limit: the account's, or one for each tier.
func tiers(value func(jwt.JetStreamLimits) float64) func(*scrape.Claims, *table.Emitter) {
	return func(c *scrape.Claims, em *table.Emitter) {
		if c.JWT == nil {
			return
		}
		if len(c.JWT.Limits.JetStreamTieredLimits) == 0 {
			em.PutLabel(value(c.JWT.Limits.JetStreamLimits), "")
		}
		for _, tier := range number.SortedKeys(c.JWT.Limits.JetStreamTieredLimits) {
			em.PutLabel(value(c.JWT.Limits.JetStreamTieredLimits[tier]), tier)
		}
	}
}
