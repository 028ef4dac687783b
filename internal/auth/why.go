package auth

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"
)

// Why judges a login that a server refused. It names every cause that holds, in
// the order in which a server looks at them, and says what only the server can
// know. No part of the token is in the verdict.
func Why(a Attempt, k Known) Verdict {
	v := Verdict{User: a.User}
	if reasoned(&v, a) {
		return v
	}
	if a.Token == "" {
		withoutToken(&v, a, k)
		return v
	}
	user, err := jwt.DecodeUserClaims(a.Token)
	if err != nil {
		v.add(InvalidToken, "its JWT is damaged, is not one of a user, or its signature is wrong", "get new credentials from the issuer")
		return v
	}
	j := judgment{Verdict: &v, Attempt: a, known: k, user: user}
	j.run()
	return v
}

// reasoned adds the cause that the server names itself, if it is complete.
func reasoned(v *Verdict, a Attempt) bool {
	switch {
	case strings.HasPrefix(a.Reason, "Proxy Required"):
		v.add(Proxy, "the user has to connect through a trusted proxy", "connect through the proxy")
	case strings.HasPrefix(a.Reason, "Proxy Not Trusted"):
		v.add(Proxy, "it came through a proxy that the server does not trust", "add the key of the proxy to proxies.trusted of the server")
	case strings.HasPrefix(a.Reason, "Authentication Timeout"):
		v.add(Timeout, "it sent no credentials before the authentication timeout of the server", "look at the network and the TLS settings between both; raise authorization.timeout if they are slow")
	case a.Reason == "Maximum Connections Exceeded":
		v.add(ServerFull, "the server has reached max_connections", "raise max_connections, or find who holds them: natsctl server report connections")
	default:
		return false
	}
	return true
}

// judgment is one run over the claims of a user.
type judgment struct {
	*Verdict
	Attempt
	known   Known
	user    *jwt.UserClaims
	account *jwt.AccountClaims // nil if it is not known
	limits  jwt.UserPermissionLimits
}

func (j *judgment) run() {
	v, u := j.Verdict, j.user
	v.User, v.Key, v.Issuer, v.Account = u.Name, u.Subject, u.Issuer, IssuerKey(u)
	j.account = j.known.account(j.Attempt)
	j.limits = u.UserPermissionLimits
	if j.account != nil {
		v.Name, v.By = j.account.Name, SignedBy(j.account, u.Issuer)
	}
	j.times()
	j.accountExists()
	if j.account != nil {
		j.operator()
		j.signer()
		j.accountLimits()
	}
	j.userLimits()
	if j.account != nil {
		j.revoked()
		j.stale()
	}
	j.rest()
}

// times judges the time of the JWT by the clock of the server.
func (j *judgment) times() {
	at, before := j.Time.Unix(), len(j.Causes)
	issued := "issued " + stamp(j.user.IssuedAt)
	if end := j.user.Expires; end != 0 && at >= end {
		j.add(Expired, fmt.Sprintf("its JWT expired on %s (%s)", stamp(end), issued), "issue new credentials for the user")
	}
	if start := j.user.NotBefore; start != 0 && at < start {
		j.add(NotYetValid, fmt.Sprintf("its JWT is not valid before %s", stamp(start)), "wait, or issue credentials that are valid now")
	}
	if ahead := time.Duration(j.user.IssuedAt-at) * time.Second; ahead > tolerated && len(j.Causes) > before {
		j.add(ClockSkew, fmt.Sprintf("its JWT was issued %s in the future: the clock of the issuer is ahead, or that of the server is behind", ahead), "set both clocks by NTP, and issue new credentials")
		return
	}
	skew := j.known.Skews[j.Server]
	if skew.Abs() <= tolerated || len(j.Causes) == before {
		return
	}
	if outside(&j.user.ClaimsData, j.Time.Add(-skew)) == "" {
		j.add(ClockSkew, fmt.Sprintf("the clock of the server is %s the others; by theirs the JWT is valid", lead(skew)), "set the clock of the server by NTP")
	}
}

// tolerated is a difference of clocks that is not reported.
const tolerated = 2 * time.Second

func lead(d time.Duration) string {
	if d < 0 {
		return d.Abs().Round(time.Second).String() + " behind"
	}
	return d.Round(time.Second).String() + " ahead of"
}

func (j *judgment) accountExists() {
	if !j.known.Asked || len(j.known.Holders) > 0 {
		return
	}
	if len(j.known.Stored) > 0 {
		j.note("no server uses account %s; it is in the resolver of %d", nameOf(j.account), len(j.known.Stored))
		return
	}
	j.add(AccountUnknown, fmt.Sprintf("no server knows the account %s that issued it", IssuerKey(j.user)), "push the JWT of the account to the resolver, or use credentials of an account of this operator")
}

func (j *judgment) note(format string, args ...any) {
	j.Notes = append(j.Notes, fmt.Sprintf(format, args...))
}

// operator judges who signed the account.
func (j *judgment) operator() {
	if len(j.known.Operators) == 0 || j.account.Issuer == "" {
		return
	}
	if !slices.ContainsFunc(j.known.Operators, func(o *jwt.OperatorClaims) bool { return o.DidSign(j.account) }) {
		j.add(WrongOperator, fmt.Sprintf("the JWT of its account was signed by %s, which is no key of an operator that the servers trust", j.account.Issuer), "sign the account with a key of the operator and push it")
	}
}

// signer judges who signed the user, and what its role makes of it.
func (j *judgment) signer() {
	limits, err := Effective(j.user, j.account)
	switch {
	case err == nil:
		j.limits = limits
	case SignedBy(j.account, j.user.Issuer) == "":
		text := fmt.Sprintf("it was signed by %s, which is not among the keys of account %s", j.user.Issuer, nameOf(j.account))
		if was := j.lastWith(j.user.Issuer); was != "" {
			text += "; " + was
		}
		j.add(SignerUnknown, text, "issue credentials with a signing key that the account has: natsctl auth show "+nameOf(j.account))
	default:
		j.add(RoleConflict, "the role of its signing key does not accept it: "+err.Error(), "issue credentials without permissions of their own, with the tags that the role needs")
	}
}

// lastWith finds an older JWT of the account that still has a key.
func (j *judgment) lastWith(key string) string {
	for _, h := range j.known.Holders {
		claims, _ := Held(h.Info)
		if claims.IssuedAt < j.account.IssuedAt && SignedBy(claims, key) != "" {
			return fmt.Sprintf("it was one in the JWT of %s, which %s still holds", stamp(claims.IssuedAt), h.Server)
		}
	}
	return ""
}

// accountLimits judges the account: its time, bearer tokens, connections.
func (j *judgment) accountLimits() {
	c := j.account
	if c.Expires != 0 && j.Time.Unix() >= c.Expires {
		j.add(AccountExpired, fmt.Sprintf("the JWT of account %s expired on %s", nameOf(c), stamp(c.Expires)), "sign a new JWT of the account and push it")
	}
	if j.limits.BearerToken && c.Limits.DisallowBearer {
		j.add(BearerNotAllowed, fmt.Sprintf("it is a bearer token, which account %s does not allow", nameOf(c)), "issue credentials that are not a bearer token")
	}
	exceeded := strings.HasPrefix(j.Reason, "Maximum Account Connections")
	leafs, clients := j.counts()
	most, code, what, used := c.Limits.Conn, AccountConnections, "connections", clients+leafs
	if j.leaf() {
		most, code, what, used = c.Limits.LeafNodeConn, AccountLeafnodes, "leafnode connections", leafs
	}
	if most >= 0 && (exceeded || j.Reason == "" && int64(used) >= most) {
		j.add(code, fmt.Sprintf("account %s is at its limit of %d %s", nameOf(c), most, what), "raise the limit in the JWT of the account, or find who holds them: natsctl account conns "+nameOf(c))
	}
}

// counts are the connections of the account on all servers.
func (j *judgment) counts() (leafs, clients int) {
	for _, h := range j.known.Holders {
		leafs, clients = leafs+h.Info.LeafCnt, clients+h.Info.ClientCnt
	}
	return leafs, clients
}

// userLimits judges from where, how and when the user may connect.
func (j *judgment) userLimits() {
	l := j.limits
	if kind := j.connectionType(); len(l.AllowedConnectionTypes) > 0 && kind != "" && !allowsType(l.AllowedConnectionTypes, kind) {
		j.add(ConnectionType, fmt.Sprintf("it connected as %s; the user may connect as %s", kind, strings.Join(l.AllowedConnectionTypes, ", ")), "connect in an allowed way, or allow this one in the JWT or role of the user")
	}
	if j.Seed != "" && j.Seed != j.user.Subject && !l.BearerToken {
		j.add(WrongKey, "the private key with the JWT is not the one of its user", "use the credentials as they were issued, both parts")
	}
	if len(l.Src) > 0 && j.Host != "" && !inNetworks(j.Host, l.Src) {
		j.add(SourceNetwork, fmt.Sprintf("it connected from %s; the user may connect from %s", j.Host, strings.Join(l.Src, ", ")), "connect from there, or add the network to the JWT or role of the user")
	}
	if len(l.Times) > 0 && !inTimes(j.Time, l.Times, l.Locale) {
		j.add(TimeOfDay, fmt.Sprintf("at %s the user may not connect, only at %s", clock(j.Time, l.Locale), timesOf(l)), "wait, or change the times in the JWT or role of the user")
	}
}

func allowsType(types jwt.StringList, kind string) bool {
	return slices.ContainsFunc(types, func(t string) bool { return strings.EqualFold(t, kind) })
}

func clock(at time.Time, locale string) string {
	if zone, err := time.LoadLocation(locale); err == nil && locale != "" {
		return at.In(zone).Format("15:04:05 MST")
	}
	return at.UTC().Format("15:04:05 MST")
}

func timesOf(l jwt.UserPermissionLimits) string {
	ranges := make([]string, len(l.Times))
	for i, r := range l.Times {
		ranges[i] = r.Start + " to " + r.End
	}
	text := strings.Join(ranges, ", ")
	if l.Locale != "" {
		text += " " + l.Locale
	}
	return text
}

// revoked judges the revocations of the account.
func (j *judgment) revoked() {
	again := "issue new credentials for the user, after the revocation"
	if until, ok := j.account.Revocations[j.user.Subject]; ok && until >= j.user.IssuedAt {
		j.add(Revoked, fmt.Sprintf("the user was revoked: its JWTs issued until %s, this one %s", stamp(until), stamp(j.user.IssuedAt)), again)
	}
	if until, ok := j.account.Revocations[jwt.All]; ok && until >= j.user.IssuedAt {
		j.add(RevokedEveryone, fmt.Sprintf("account %s revoked everyone whose JWT was issued until %s, this one %s", nameOf(j.account), stamp(until), stamp(j.user.IssuedAt)), again)
	}
	for _, until := range []int64{j.account.Revocations[j.user.Subject], j.account.Revocations[jwt.All]} {
		if ahead := time.Duration(until-j.Time.Unix()) * time.Second; until >= j.user.IssuedAt && ahead > tolerated {
			j.add(ClockSkew, fmt.Sprintf("the revocation is %s in the future: credentials issued before then are revoked too", ahead), "revoke again with a correct clock")
			return
		}
	}
}

// stale notes servers that hold another JWT of the account than the newest.
func (j *judgment) stale() {
	var newest int64
	for _, h := range j.known.Holders {
		claims, _ := Held(h.Info)
		newest = max(newest, claims.IssuedAt)
	}
	for _, h := range j.known.Holders {
		if claims, _ := Held(h.Info); claims.IssuedAt < newest {
			j.note("%s holds an older JWT of account %s, issued %s; the newest was issued %s", h.Server, nameOf(j.account), stamp(claims.IssuedAt), stamp(newest))
		}
	}
}

// rest adds what is left when nothing that is known forbids the login.
func (j *judgment) rest() {
	if len(j.Causes) > 0 || j.Reason == "" {
		return
	}
	switch {
	case strings.HasPrefix(j.Reason, "Credentials Revoked"):
		j.add(Revoked, "the server says that its credentials were revoked", "issue new credentials for the user")
	case strings.HasPrefix(j.Reason, "Authentication Expired"):
		j.add(Expired, "the server says that its JWT expired", "issue new credentials for the user")
	case strings.HasPrefix(j.Reason, "Maximum Account Connections"):
		j.add(AccountConnections, "the account is at its limit of connections", "raise the limit in the JWT of the account")
	case j.account != nil && j.account.HasExternalAuthorization() && !j.account.Authorization.AuthUsers.Contains(j.user.Subject):
		j.guess(Unproven, fmt.Sprintf("not provable from outside: the auth callout of account %s decides about it", nameOf(j.account)), "look at the log of the auth callout service")
	case j.account == nil:
		j.guess(Unproven, "not provable from outside: the claims of its account could not be read", "ask as a user of the system account")
	default:
		j.guess(Unproven, "not provable from outside: no claim forbids it now; what is left is its private key, which may not be the one of the JWT, or claims that were changed since", "compare the private key: natsctl auth show FILE.creds")
	}
}
