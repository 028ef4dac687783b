package auth

import (
	"slices"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
)

// Answer is the answer to whether a user may do something.
type Answer string

// The answers. No is the zero value's meaning too.
const (
	Yes    Answer = "yes"
	No     Answer = "no"
	Partly Answer = "partly" // some subjects of a wildcard may be used, others not
	Reply  Answer = "reply"  // only as the reply to a message that the user received
)

// Decision is an answer with the rule that led to it.
type Decision struct {
	Answer Answer   `json:"answer"`
	List   string   `json:"list,omitempty"`   // the list that decided: allow or deny; "" without a list, and for what the server reserves
	Rule   string   `json:"rule,omitempty"`   // the entry of that list; "" if none matched
	Rules  int      `json:"rules,omitempty"`  // entries in that list
	Except []string `json:"except,omitempty"` // deny rules on parts of a wildcard: their messages are not delivered, or may not be published
	Why    string   `json:"why,omitempty"`    // what the server reserves
}

// Rights are what one user may publish and subscribe to in its account.
type Rights struct {
	pubAllow, pubDeny, subAllow, subDeny []rule
	pubOpen, subOpen                     bool // no allow list: everything that is not denied
	responses                            *server.ResponsePermission
	leaf                                 bool
}

// NewRights compiles permissions as the server reports or configures them; nil
// means everything in the account. With leaf, they are those of a leafnode
// connection, which may subscribe to more than its allow list covers, and gets
// only what it covers.
func NewRights(p *server.Permissions, leaf bool) *Rights {
	r := &Rights{pubOpen: true, subOpen: true, leaf: leaf}
	if p == nil {
		return r
	}
	if p.Publish != nil {
		r.pubOpen = p.Publish.Allow == nil
		r.pubAllow, r.pubDeny = literalRules(p.Publish.Allow), rules(p.Publish.Deny, false)
	}
	if p.Subscribe != nil {
		r.subOpen = len(p.Subscribe.Allow) == 0
		r.subAllow, r.subDeny = rules(p.Subscribe.Allow, true), rules(p.Subscribe.Deny, true)
	}
	if p.Response != nil {
		limits := *p.Response
		if limits.MaxMsgs == 0 {
			limits.MaxMsgs = server.DEFAULT_ALLOW_RESPONSE_MAX_MSGS
		}
		if limits.Expires == 0 {
			limits.Expires = server.DEFAULT_ALLOW_RESPONSE_EXPIRATION
		}
		r.responses = &limits
		if p.Publish == nil || p.Publish.Allow == nil {
			r.pubOpen = false
		}
	}
	return r
}

// Responses returns how many replies the user may send to each message that it
// received, and for how long; nil if none beyond its allow list.
func (r *Rights) Responses() *server.ResponsePermission { return r.responses }

// Publish decides whether the user may publish to a subject. For a subject with
// wildcards, which nobody publishes to, it decides about all subjects that match.
func (r *Rights) Publish(subject string) Decision {
	if why := reserved(subject); why != "" {
		return Decision{Answer: No, Why: why}
	}
	d := r.publish(subject)
	if d.Answer == No && r.responses != nil {
		d.Answer = Reply
	}
	return d
}

func (r *Rights) publish(subject string) Decision {
	if hasWildcard(subject) {
		return r.publishAll(subject)
	}
	tokens := tokensOf(subject)
	d := Decision{Answer: Yes}
	if !r.pubOpen {
		d = allowed(r.pubAllow, tokens)
	}
	if deny := first(r.pubDeny, tokens); d.Answer == Yes && deny != nil {
		return Decision{Answer: No, List: "deny", Rule: deny.text, Rules: len(r.pubDeny)}
	}
	return d
}

// publishAll decides about all subjects that a wildcard matches.
func (r *Rights) publishAll(subject string) Decision {
	d := Decision{Answer: Yes}
	if !r.pubOpen {
		d = Decision{Answer: No, List: "allow", Rules: len(r.pubAllow)}
		for _, rule := range r.pubAllow {
			if server.SubjectMatchesFilter(subject, rule.subject()) {
				d.Answer, d.Rule = Yes, rule.text
				break
			}
			if server.SubjectsCollide(subject, rule.subject()) {
				d.Answer, d.Rule = Partly, rule.text
			}
		}
	}
	if d.Answer == No {
		return d
	}
	for _, rule := range r.pubDeny {
		if server.SubjectMatchesFilter(subject, rule.subject()) {
			return Decision{Answer: No, List: "deny", Rule: rule.text, Rules: len(r.pubDeny)}
		}
		if server.SubjectsCollide(subject, rule.subject()) {
			d.Answer, d.Except = Partly, append(d.Except, rule.text)
		}
	}
	return d
}

// Subscribe decides whether the user may subscribe to a subject, in a queue group
// if one is given. Deny rules on a part of a wildcard do not prevent the
// subscription; their messages are not delivered.
func (r *Rights) Subscribe(subject, queue string) Decision {
	if queue == systemQueue {
		return Decision{Answer: No, Why: "the queue group " + systemQueue + " is the server's own"}
	}
	tokens := tokensOf(subject)
	d := Decision{Answer: Yes}
	if !r.subOpen {
		d = r.subscribeAllowed(subject, tokens, queue)
	}
	if d.Answer != Yes {
		return d
	}
	if deny := r.subscribeDenied(tokens, queue); deny != nil {
		return Decision{Answer: No, List: "deny", Rule: deny.text, Rules: len(r.subDeny)}
	}
	if hasWildcard(subject) || queue != "" {
		for _, rule := range r.subDeny {
			if (rule.queue == "" || queue != "" && rule.serves(queue)) && server.SubjectsCollide(subject, rule.subject()) {
				d.Except = append(d.Except, rule.text)
			}
		}
	}
	return d
}

// systemQueue is the queue group of the server's own subscriptions.
const systemQueue = "_sys_"

// subscribeAllowed looks for the entry of the allow list that permits a
// subscription (nats-server, client.go, canSubscribeInternal). As soon as an
// entry names queue groups for the subject, a queue subscription has to be in
// one of those.
func (r *Rights) subscribeAllowed(subject string, tokens []string, queue string) Decision {
	d := Decision{Answer: No, List: "allow", Rules: len(r.subAllow)}
	var limited bool
	for _, rule := range r.subAllow {
		switch {
		case !rule.matches(tokens):
		case rule.queue == "" && !limited && d.Answer == No:
			d.Answer, d.Rule = Yes, rule.text
		case rule.queue != "" && queue != "":
			if !limited {
				limited, d.Answer, d.Rule = true, No, ""
			}
			if d.Answer == No && rule.serves(queue) {
				d.Answer, d.Rule = Yes, rule.text
			}
		}
	}
	if d.Answer == No && r.leaf && hasWildcard(subject) {
		for _, rule := range r.subAllow {
			if rule.queue == "" && server.SubjectsCollide(subject, rule.subject()) {
				return Decision{Answer: Yes, List: "allow", Rule: rule.text, Rules: len(r.subAllow)}
			}
		}
	}
	return d
}

func (r *Rights) subscribeDenied(tokens []string, queue string) *rule {
	i := slices.IndexFunc(r.subDeny, func(d rule) bool {
		return d.matches(tokens) && (d.queue == "" || queue != "" && d.serves(queue))
	})
	if i < 0 {
		return nil
	}
	return &r.subDeny[i]
}

func allowed(list []rule, tokens []string) Decision {
	d := Decision{Answer: No, List: "allow", Rules: len(list)}
	if rule := first(list, tokens); rule != nil {
		d.Answer, d.Rule = Yes, rule.text
	}
	return d
}

func first(list []rule, tokens []string) *rule {
	if tokens == nil {
		return nil
	}
	i := slices.IndexFunc(list, func(r rule) bool { return r.matches(tokens) })
	if i < 0 {
		return nil
	}
	return &list[i]
}

// reserved says why no client may publish to a subject (nats-server, client.go,
// processInboundClientMsg).
func reserved(subject string) string {
	for _, prefix := range [...]string{"_GR_.", "$GR.", "$NRG."} {
		if strings.HasPrefix(subject, prefix) {
			return "the server reserves " + prefix + "> for itself"
		}
	}
	return ""
}
