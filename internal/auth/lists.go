package auth

import (
	"strings"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
)

// Lists are permissions as lists; an allow list that is not restricted is ">".
type Lists struct{ PubAllow, PubDeny, SubAllow, SubDeny []string }

// ListsOf returns the lists of permissions; nil means everything.
func ListsOf(p *server.Permissions) Lists {
	all := []string{">"}
	if p == nil {
		return Lists{PubAllow: all, SubAllow: all}
	}
	l := Lists{}
	if p.Publish != nil {
		l.PubAllow, l.PubDeny = p.Publish.Allow, p.Publish.Deny
	}
	if p.Subscribe != nil {
		l.SubAllow, l.SubDeny = p.Subscribe.Allow, p.Subscribe.Deny
	}
	if l.PubAllow == nil && p.Response == nil {
		l.PubAllow = all
	}
	if len(l.SubAllow) == 0 {
		l.SubAllow = all
	}
	return l
}

// AnyUser returns permissions of a role whose templates stand for any value. A
// deny rule with a template is left out, since it denies each user something else.
func AnyUser(p jwt.Permissions) jwt.Permissions {
	out := p
	out.Pub.Allow, out.Sub.Allow = anyValue(p.Pub.Allow), anyValue(p.Sub.Allow)
	out.Pub.Deny, out.Sub.Deny = withoutTemplates(p.Pub.Deny), withoutTemplates(p.Sub.Deny)
	return out
}

func anyValue(list jwt.StringList) (out jwt.StringList) {
	for _, s := range list {
		tokens := strings.Split(templatePattern.ReplaceAllString(s, "\x00"), ".")
		for i, token := range tokens {
			if strings.Contains(token, "\x00") {
				tokens[i] = "*"
			}
		}
		out = append(out, strings.Join(tokens, "."))
	}
	return out
}

func withoutTemplates(list jwt.StringList) (out jwt.StringList) {
	for _, s := range list {
		if !templatePattern.MatchString(s) {
			out = append(out, s)
		}
	}
	return out
}

// IsSubject reports whether a text is a valid subject, with or without wildcards.
func IsSubject(text string) bool { return server.IsValidSubject(text) }

// Collide reports whether some subject matches both.
func Collide(a, b string) bool { return server.SubjectsCollide(a, b) }

// LocalSubject returns the subject by which the importing account knows an
// import. With the older field To, a service is imported by its Subject, and To
// is a prefix of a stream (nats-io/jwt, Import).
func LocalSubject(im *jwt.Import) string {
	switch {
	case im.LocalSubject != "":
		return string(im.LocalSubject.ToSubject())
	case im.Type == jwt.Stream && im.GetTo() != "":
		return im.GetTo() + "." + string(im.Subject)
	}
	return string(im.Subject)
}

// RemoteSubject returns the subject that is imported, as the exporting account
// knows it.
func RemoteSubject(im *jwt.Import) string { return string(asked(im)) }
