package service

import (
	"fmt"
	"slices"
	"strings"
)

// Finding is what is wrong with a service.
type Finding struct {
	Account, Service, Instance string // Instance is "" if it is about all
	Level                      Level
	What, Impact, Next         string
}

// Level says how bad a finding is.
type Level string

// The levels, the worst one first.
const (
	Critical Level = "critical"
	Warning  Level = "warning"
)

// Limits are when numbers become findings.
type Limits struct {
	ErrorShare float64 // of requests that fail
	MinAsked   int64   // requests below which a share says nothing
}

// rule finds one kind of fault in a service.
type rule func(s Service, limits Limits) []Finding

// rules are all kinds of faults.
var rules = []rule{silent, withoutQueue, mixedVersions, failing}

// Judge returns the findings about services, the worst ones first.
func Judge(list []Service, limits Limits) []Finding {
	var out []Finding
	for _, s := range list {
		for _, r := range rules {
			for _, f := range r(s, limits) {
				f.Account, f.Service = s.Account, s.Name
				out = append(out, f)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Finding) int { return strings.Compare(string(a.Level), string(b.Level)) })
	return out
}

func silent(s Service, _ Limits) (out []Finding) {
	for _, i := range s.Instances {
		if i.Answered {
			continue
		}
		where := ""
		if i.Place != nil {
			where = fmt.Sprintf(", connection %d of %s", i.Place.Conn, i.Place.Server)
		}
		f := Finding{
			Instance: i.ID, Level: Warning, What: "has subscribed and does not answer" + where,
			Impact: "requests that its queue group gives to it time out", Next: "look at its process; close its connection with natsctl conn kick, so that others get its requests",
		}
		if s.Answered() == 0 {
			f.Level = Critical
		}
		out = append(out, f)
	}
	return out
}

func withoutQueue(s Service, _ Limits) (out []Finding) {
	seen := map[string]bool{}
	for _, i := range s.Instances {
		for _, e := range endpoints(i) {
			if e.queue == "" && len(s.Instances) > 1 && !seen[e.subject] {
				seen[e.subject] = true
				out = append(out, Finding{
					Instance: i.ID, Level: Warning, What: fmt.Sprintf("endpoint %s (%s) has no queue group", e.name, e.subject),
					Impact: "every instance processes each request, and clients get several answers", Next: "give the endpoint a queue group, unless each instance has to hear everything",
				})
			}
		}
	}
	return out
}

func mixedVersions(s Service, _ Limits) []Finding {
	versions := s.Versions()
	if len(versions) < 2 {
		return nil
	}
	return []Finding{{
		Level: Warning, What: "instances have versions " + strings.Join(versions, ", "),
		Impact: "answers differ with the instance that is asked", Next: "finish the rollout, or find who runs the old version with natsctl service info " + s.Name,
	}}
}

func failing(s Service, limits Limits) []Finding {
	t := s.Totals()
	if t.Requests < max(limits.MinAsked, 1) || float64(t.Errors) < limits.ErrorShare*float64(t.Requests) || t.Errors == 0 {
		return nil
	}
	f := Finding{
		Level: Warning, What: fmt.Sprintf("%.1f%% of its requests failed (%d of %d)", 100*float64(t.Errors)/float64(t.Requests), t.Errors, t.Requests),
		Impact: "its clients get errors", Next: "see the last errors with natsctl service stats " + s.Name,
	}
	if t.Errors >= t.Requests {
		f.Level = Critical
	}
	return []Finding{f}
}

// endpoint is what INFO or STATS say about an endpoint.
type endpoint struct{ name, subject, queue string }

func endpoints(i Instance) (out []endpoint) {
	for _, e := range i.Answer.Endpoints {
		out = append(out, endpoint{e.Name, e.Subject, e.QueueGroup})
	}
	if len(out) == 0 {
		for _, e := range i.Answer.Stats {
			out = append(out, endpoint{e.Name, e.Subject, e.QueueGroup})
		}
	}
	return out
}
