package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// findPlacement compares where streams are with where they are to be. It needs
// every server: one that did not answer may have the tags.
func findPlacement(c *checkup) {
	whole := len(c.Snapshot.Missing) == 0 && c.Snapshot.Want.Scope.IsZero() && c.Snapshot.Own == nil
	for _, r := range c.streams() {
		if !whole || !r.Known || r.Detail.Config == nil || r.Detail.Config.Placement == nil {
			continue
		}
		c.countObject()
		p := r.Detail.Config.Placement
		f := Finding{Level: fleet.Warn, Object: r.Name, Where: r.Account, About: onStream(r)}
		name := fmt.Sprintf("stream %s in account %s", r.Name, r.Account)
		if clusters := c.Snapshot.Clusters(); p.Cluster != "" && !slices.Contains(clusters, p.Cluster) {
			f.What = fmt.Sprintf("%s is to be placed in cluster %s, and there is no such cluster: %s", name, p.Cluster, someWords(clusters))
			f.Next = "Set the placement of the stream to a cluster that exists: `nats stream edit " + r.Name + " --cluster NAME`."
			if near := fleet.Nearest(p.Cluster, clusters); near != "" {
				f.Next = fmt.Sprintf("If %s is meant, set it: `nats stream edit %s --cluster %s`.", near, r.Name, near)
			}
			c.add(f)
			continue
		}
		for _, member := range r.Members() {
			sv := c.Snapshot.Server(member)
			if sv == nil {
				continue
			}
			if lacks := lacking(sv.Info.Tags, p.Tags); lacks != "" || p.Cluster != "" && sv.Info.Cluster != p.Cluster {
				f.What = fmt.Sprintf("%s has a replica on %s, which lacks the tag %s of its placement", name, member, lacks)
				if lacks == "" {
					f.What = fmt.Sprintf("%s has a replica on %s in cluster %s, and is to be placed in %s", name, member, sv.Info.Cluster, p.Cluster)
				}
				c.add(f)
				break
			}
		}
	}
}

// lacking returns the first tag of want that a server does not have.
func lacking(tags, want []string) string {
	for _, tag := range want {
		if !slices.ContainsFunc(tags, func(t string) bool { return strings.EqualFold(t, tag) }) {
			return tag
		}
	}
	return ""
}

// unwritten is what one server did not store while the leaders of its streams did.
type unwritten struct {
	server  *fleet.Server
	streams []string
	msgs    uint64
}

// findWrites finds servers on which the replicas of streams that grew stored
// nothing at all between two looks, and are behind.
func findWrites(c *checkup) {
	before := copiesBefore(c)
	stopped := map[string]*unwritten{}
	var order []string
	for _, r := range c.streams() {
		was, known := before[assetKey{r.Domain, r.AccountID, r.Name}]
		lead, led := r.Detail.State, was[r.Server.Info.ID]
		if !r.Known || !known || led == nil || !led.Created.Equal(r.Detail.Created) {
			continue
		}
		grown := lead.LastSeq - min(led.State.LastSeq, lead.LastSeq)
		for _, cp := range r.Copies {
			then := was[cp.Server.Info.ID]
			if cp.Server == r.Server || then == nil {
				continue
			}
			c.countObject()
			now := cp.Detail.State.LastSeq
			if grown == 0 || now != then.State.LastSeq || now >= led.State.LastSeq {
				continue
			}
			id := cp.Server.Info.ID
			if stopped[id] == nil {
				stopped[id], order = &unwritten{server: cp.Server}, append(order, id)
			}
			stopped[id].streams, stopped[id].msgs = append(stopped[id].streams, r.Account+" "+r.Name), stopped[id].msgs+grown
		}
	}
	for _, id := range order {
		reportUnwritten(c, stopped[id])
	}
}

func reportUnwritten(c *checkup, u *unwritten) {
	ref := RefOf(u.server)
	slices.Sort(u.streams)
	c.measure("unwritten_messages", float64(u.msgs), Finding{
		Object: ref.Name, Where: ref.Cluster, About: Subject{Servers: []ServerRef{ref}, Suspects: []ServerRef{ref}},
		What: fmt.Sprintf("%s stored nothing in %s, while the leaders of its streams stored %d messages: %s",
			ref.Name, fleet.Lasting(c.Snapshot.Time.Sub(c.Before.Time).Seconds()), u.msgs, someWords(u.streams)),
	})
}

// copiesBefore returns what every server reported of every stream in the look
// before, by server id; only of servers that have answered anew since.
func copiesBefore(c *checkup) map[assetKey]map[string]*server.StreamDetail {
	out := map[assetKey]map[string]*server.StreamDetail{}
	if c.Before == nil {
		return out
	}
	for _, r := range fleet.StreamRows(c.Before, nil) {
		on := map[string]*server.StreamDetail{}
		for _, cp := range r.Copies {
			if now := c.Snapshot.Server(cp.Server.Info.ID); now != nil && now.Jsz != nil && now.Jsz.Now.After(cp.Server.Jsz.Now) {
				on[cp.Server.Info.ID] = cp.Detail
			}
		}
		out[assetKey{r.Domain, r.AccountID, r.Name}] = on
	}
	return out
}

// findCopies compares the replicas of streams that did not change between two
// looks: all end with the same message, and one holds more or fewer. Servers
// expire and acknowledge messages each at its own time, so only streams that do
// neither are compared.
func findCopies(c *checkup) {
	before := copiesBefore(c)
	for _, r := range c.streams() {
		was := before[assetKey{r.Domain, r.AccountID, r.Name}]
		lead, config := r.Detail.State, r.Detail.Config
		if config == nil || config.Retention != server.LimitsPolicy || config.MaxAge > 0 || config.AllowMsgTTL {
			continue
		}
		if led := was[r.Server.Info.ID]; !r.Known || led == nil || !sameState(led.State, lead) {
			continue
		}
		for _, cp := range r.Copies {
			then, now := was[cp.Server.Info.ID], cp.Detail.State
			if cp.Server == r.Server || then == nil {
				continue
			}
			c.countObject()
			if now.LastSeq != lead.LastSeq || !sameState(then.State, now) || now.Msgs == lead.Msgs && now.FirstSeq == lead.FirstSeq {
				continue
			}
			f := Finding{Level: fleet.Crit, Object: r.Name + " " + cp.Server.Info.Name, Where: r.Account, About: onStream(r)}
			f.What = fmt.Sprintf("the replica of stream %s in account %s on %s differs from its leader %s: %d messages from %d on, and %d from %d on there, both up to %d, in two looks %s apart",
				r.Name, r.Account, cp.Server.Info.Name, r.Server.Info.Name, now.Msgs, now.FirstSeq, lead.Msgs, lead.FirstSeq, lead.LastSeq, fleet.Lasting(c.Snapshot.Time.Sub(c.Before.Time).Seconds()))
			f.About.Suspects = []ServerRef{RefOf(cp.Server)}
			c.add(f)
		}
	}
}

// sameState reports whether a stream did not change between two looks.
func sameState(a, b server.StreamState) bool {
	return a.FirstSeq == b.FirstSeq && a.LastSeq == b.LastSeq && a.Msgs == b.Msgs
}
