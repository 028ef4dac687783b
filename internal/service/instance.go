package service

import (
	"cmp"
	"slices"
	"time"

	"github.com/nats-io/nats.go/micro"
)

func compareKeys(a, b Key) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) }

// Instance is one instance of a service: what it answered, and where it is.
type Instance struct {
	Account string
	Key
	Answered bool   // false: it has subscribed, and is silent
	Answer   Answer // if it answered
	Place    *Place // nil: the servers do not tell
}

// Instances joins answers with the places of those who gave them, and adds the
// silent ones. One that is connected twice with one id has its first place.
func Instances(account string, answers *Answers, places []Place) []Instance {
	at := map[Key]*Place{}
	for i := range places {
		if at[places[i].Key()] == nil {
			at[places[i].Key()] = &places[i]
		}
	}
	var out []Instance
	for _, a := range answers.List {
		out = append(out, Instance{Account: account, Key: a.Key(), Answered: true, Answer: a, Place: at[a.Key()]})
	}
	for _, key := range answers.Silent {
		out = append(out, Instance{Account: account, Key: key, Place: at[key]})
	}
	slices.SortStableFunc(out, func(a, b Instance) int { return compareKeys(a.Key, b.Key) })
	return out
}

// Service is all instances of one name in one account.
type Service struct {
	Account, Name string
	Instances     []Instance
}

// Group joins instances to services, sorted by account and name.
func Group(list []Instance) []Service {
	var out []Service
	sorted := slices.SortedStableFunc(slices.Values(list), func(a, b Instance) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), compareKeys(a.Key, b.Key))
	})
	for _, i := range sorted {
		if n := len(out); n == 0 || out[n-1].Account != i.Account || out[n-1].Name != i.Name {
			out = append(out, Service{Account: i.Account, Name: i.Name})
		}
		s := &out[len(out)-1]
		s.Instances = append(s.Instances, i)
	}
	return out
}

// Answered is how many instances answered.
func (s Service) Answered() (n int) {
	for _, i := range s.Instances {
		if i.Answered {
			n++
		}
	}
	return n
}

// Versions are the versions of the instances that answered, sorted.
func (s Service) Versions() []string {
	return s.distinct(func(i Instance) string { return i.Answer.Version })
}

// Clusters are the clusters that instances are connected to, sorted.
func (s Service) Clusters() []string {
	return s.distinct(func(i Instance) string {
		if i.Place == nil {
			return ""
		}
		return cmp.Or(i.Place.Cluster, i.Place.Server)
	})
}

func (s Service) distinct(of func(Instance) string) (out []string) {
	for _, i := range s.Instances {
		if v := of(i); v != "" {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Totals are sums over endpoints.
type Totals struct {
	Requests, Errors int64
	Processing       time.Duration
}

// Mean is the mean time to process a request; false without one.
func (t Totals) Mean() (time.Duration, bool) {
	if t.Requests <= 0 {
		return 0, false
	}
	return t.Processing / time.Duration(t.Requests), true
}

func (t *Totals) add(e *micro.EndpointStats) {
	t.Requests += int64(max(e.NumRequests, 0))
	t.Errors += int64(max(e.NumErrors, 0))
	t.Processing += max(e.ProcessingTime, 0)
}

// Totals sums the endpoints of an instance.
func (i Instance) Totals() (t Totals) {
	for _, e := range i.Answer.Stats {
		t.add(e)
	}
	return t
}

// Totals sums the endpoints of all instances.
func (s Service) Totals() (t Totals) {
	for _, i := range s.Instances {
		for _, e := range i.Answer.Stats {
			t.add(e)
		}
	}
	return t
}

// Since returns what was added since an earlier look at the instance; false if it
// has started anew, or either look lacks figures.
func (i Instance) Since(earlier Instance) (Totals, bool) {
	now, then := i.Totals(), earlier.Totals()
	if !i.Answered || !earlier.Answered || !i.Answer.Started.Equal(earlier.Answer.Started) || now.Requests < then.Requests || now.Errors < then.Errors {
		return Totals{}, false
	}
	return Totals{now.Requests - then.Requests, now.Errors - then.Errors, max(now.Processing-then.Processing, 0)}, true
}
