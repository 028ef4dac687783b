package auth

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
)

// maxFilled is how many subjects the templates of one list may become
// (nats-server, auth.go, maxPermTemplateSubjectExpansions).
const maxFilled = 4096

// templatePattern matches one operation: {{name()}}, {{tag(dept)}}.
var templatePattern = regexp.MustCompile(`{{2}([^}]+)}{2}`)

// filler fills the templates of a scoped signing key for one user. It follows
// nats-server, auth.go, processUserPermissionsTemplate.
type filler struct {
	user    *jwt.UserClaims
	account *jwt.AccountClaims
}

// fill returns the permissions of a role with its templates filled. The error
// says why the server refuses the login of such a user.
func (f filler) fill(role jwt.UserPermissionLimits) (jwt.UserPermissionLimits, error) {
	out := role
	for _, list := range []struct {
		from jwt.StringList
		to   *jwt.StringList
		deny bool
	}{
		{role.Sub.Allow, &out.Sub.Allow, false},
		{role.Sub.Deny, &out.Sub.Deny, true},
		{role.Pub.Allow, &out.Pub.Allow, false},
		{role.Pub.Deny, &out.Pub.Deny, true},
	} {
		var err error
		if *list.to, err = f.list(list.from, list.deny); err != nil {
			return jwt.UserPermissionLimits{}, err
		}
	}
	// A list of which nothing is left allows nothing, not everything.
	if len(role.Sub.Allow) > 0 && len(out.Sub.Allow) == 0 {
		out.Sub.Deny = append(append(jwt.StringList{}, out.Sub.Deny...), ">")
	}
	if len(role.Pub.Allow) > 0 && len(out.Pub.Allow) == 0 {
		out.Pub.Deny = append(append(jwt.StringList{}, out.Pub.Deny...), ">")
	}
	return out, nil
}

// list fills one list. A subject that becomes invalid is left out of an allow
// list; in a deny list it is an error, since leaving it out would permit more.
func (f filler) list(subjects jwt.StringList, deny bool) (jwt.StringList, error) {
	templated := false
	for _, s := range subjects {
		templated = templated || templatePattern.MatchString(s)
	}
	if !templated {
		return subjects, nil
	}
	filled := jwt.StringList{}
	for _, subject := range subjects {
		variants, err := f.variants(subject, deny)
		if err != nil {
			return nil, err
		}
		if len(filled)+len(variants) > maxFilled {
			return nil, fmt.Errorf("its templates become more than %d subjects", maxFilled)
		}
		for _, v := range variants {
			switch {
			case server.IsValidSubject(v):
				filled = append(filled, v)
			case deny:
				return nil, fmt.Errorf("the deny rule %q becomes the invalid subject %q", subject, v)
			}
		}
	}
	return filled, nil
}

// variants returns what one subject becomes: one subject, or one for each
// combination of the tags that it names.
func (f filler) variants(subject string, deny bool) ([]string, error) {
	out := []string{subject}
	for _, operation := range templatePattern.FindAllString(subject, -1) {
		values, err := f.values(operation)
		if err != nil {
			return nil, fmt.Errorf("%w in %q", err, subject)
		}
		if len(values) == 0 && deny {
			return nil, fmt.Errorf("the deny rule %q names a tag that is not set", subject)
		}
		if len(values) == 0 {
			values = []string{" "} // an invalid subject: it is left out
		}
		if len(out)*len(values) > maxFilled {
			return nil, fmt.Errorf("its templates become more than %d subjects", maxFilled)
		}
		var next []string
		for _, s := range out {
			for _, v := range values {
				next = append(next, strings.ReplaceAll(s, operation, v))
			}
		}
		out = next
	}
	return out, nil
}

// values returns the values of one operation; none for a tag that is not set.
func (f filler) values(operation string) ([]string, error) {
	name := strings.TrimSpace(operation[2 : len(operation)-2])
	switch strings.ToLower(name) {
	case "name()":
		return []string{f.user.Name}, nil
	case "subject()":
		return []string{f.user.Subject}, nil
	case "account-name()":
		return []string{f.account.Name}, nil
	case "account-subject()":
		return []string{f.user.IssuerAccount}, nil
	}
	for prefix, tags := range map[string]jwt.TagList{"tag(": f.user.Tags, "account-tag(": f.account.Tags} {
		if len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) && strings.HasSuffix(name, ")") {
			return tagged(tags, strings.TrimSuffix(strings.TrimPrefix(name, prefix), ")")), nil
		}
	}
	return nil, fmt.Errorf("the template operation %q is not defined", name)
}

// tagged returns the values of the tags with a name.
func tagged(tags jwt.TagList, name string) (values []string) {
	for _, tag := range tags {
		if value, ok := strings.CutPrefix(tag, strings.ToLower(name)+":"); ok {
			values = append(values, value)
		}
	}
	return values
}
