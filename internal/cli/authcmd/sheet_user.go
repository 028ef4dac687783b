package authcmd

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/view"
)

func (s *sheet) user(c *jwt.UserClaims, account *jwt.AccountClaims, now time.Time) {
	s.Add("Account", named(nameIn(account), auth.IssuerKey(c)))
	s.times(&c.ClaimsData, now)
	s.Add("Tags", strings.Join(c.Tags, ", "))
	limits, note := c.UserPermissionLimits, ""
	if c.HasEmptyPermissions() && c.IssuerAccount != "" {
		note = "those of the role of its signing key"
	}
	if account != nil {
		if filled, err := auth.Effective(c, account); err == nil {
			limits = filled
		} else {
			note = "none: " + err.Error()
		}
	}
	if account == nil && note != "" {
		s.Add("Permissions", note+", which stand in the JWT of the account")
		return
	}
	if note != "" {
		s.Add("Permissions", note)
	}
	s.userLimits(limits)
	s.permissions(limits.Permissions)
}

func nameIn(account *jwt.AccountClaims) string {
	if account == nil {
		return ""
	}
	return account.Name
}

// times are those that all claims have.
func (s *sheet) times(c *jwt.ClaimsData, now time.Time) {
	s.Add("Issued", moment(c.IssuedAt, now))
	s.Add("Not before", moment(c.NotBefore, now))
	s.Add("Expires", cmp.Or(moment(c.Expires, now), "never"))
}

func (s *sheet) userLimits(l jwt.UserPermissionLimits) {
	if l.BearerToken {
		s.Add("Bearer token", "yes: whoever has the JWT can log in, without the private key")
	}
	if l.ProxyRequired {
		s.Add("Proxy", "it has to connect through a trusted proxy")
	}
	s.Add("Connection types", strings.Join(l.AllowedConnectionTypes, ", "))
	s.Add("Networks", strings.Join(l.Src, ", "))
	var times []string
	for _, r := range l.Times {
		times = append(times, r.Start+" to "+r.End)
	}
	if len(times) > 0 {
		s.Add("Times of day", strings.Join(times, ", ")+" "+cmp.Or(l.Locale, "in the time zone of the server"))
	}
	if l.NatsLimits != (jwt.NatsLimits{}) {
		s.Add("Limits", natsLimits(l.NatsLimits))
	}
}

func natsLimits(l jwt.NatsLimits) string {
	return parts(limit("subscriptions", l.Subs, view.Count), limit("payload", l.Payload, view.Bytes), limit("data", l.Data, view.Bytes))
}

func (s *sheet) permissions(p jwt.Permissions) {
	s.List("May publish", orEverything(p.Pub.Allow, p.Resp))
	s.List("May not publish", p.Pub.Deny)
	s.List("May subscribe", orEverything(p.Sub.Allow, nil))
	s.List("May not subscribe", p.Sub.Deny)
	s.Add("May reply", replies(p.Resp))
}

func orEverything(allow []string, resp *jwt.ResponsePermission) []string {
	switch {
	case len(allow) > 0:
		return allow
	case resp != nil:
		return []string{"nothing but replies"}
	}
	return []string{"everything in the account"}
}

// replies describes the permission to reply; 0 is the server's default: one
// message within two minutes.
func replies(r *jwt.ResponsePermission) string {
	if r == nil {
		return ""
	}
	count, lasting := fmt.Sprint(cmp.Or(r.MaxMsgs, 1), " messages"), cmp.Or(r.Expires, 2*time.Minute).String()
	if cmp.Or(r.MaxMsgs, 1) == 1 {
		count = "1 message"
	}
	if r.MaxMsgs < 0 {
		count = "any number of messages"
	}
	if r.Expires < 0 {
		lasting = "any time"
	}
	return fmt.Sprintf("%s to each message that it receives, within %s", count, lasting)
}

// permissionWords describes permissions in one line.
func permissionWords(p jwt.Permissions) string {
	side := func(verb string, q jwt.Permission, resp *jwt.ResponsePermission) string {
		text := verb + " " + strings.Join(orEverything(q.Allow, resp), " ")
		if len(q.Deny) > 0 {
			text += " but not " + strings.Join(q.Deny, " ")
		}
		return text
	}
	return side("publish", p.Pub, p.Resp) + "; " + side("subscribe", p.Sub, nil)
}
