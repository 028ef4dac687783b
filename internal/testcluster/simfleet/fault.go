package simfleet

import (
	"fmt"
	"time"
)

// Fault is what is wrong with one server. The zero value is a healthy one.
type Fault struct {
	Gone          bool          // killed: no answer, 503 to its id, no longer linked, but still counted by the others
	Mute          bool          // hung: no answer, a timeout to its id, still linked and counted
	Slow          time.Duration // additional delay of answers
	Duplicate     bool          // answers everything twice
	ActiveServers int           // reports this instead of the right number of servers; 0: the right one
	Garbage       bool          // answers are truncated and invalid JSON
	LoseEvery     int           // every n-th answer is lost; 0: none
	LoseNext      int           // the next n answers of each kind are lost
	Version       string        // has this version, without anything newer; "": that of the fleet
	Kinds         []string      // affects only these kinds of answers; none: all of them
}

// SetFault gives the server of this name or id a fault in place of the one it had. An unknown server is an error.
func (f *Fleet) SetFault(nameOrID string, fault Fault) error {
	n := f.find(nameOrID)
	if n == nil {
		return fmt.Errorf("the invented fleet has no server %q", nameOrID)
	}
	n.mu.Lock()
	n.fault, n.lost = fault, map[string]int{}
	n.mu.Unlock()
	f.clearCache()
	return f.listen(n)
}

// FreezeGateway makes a whole cluster unreachable as it happens in practice: the server at which the gateway connections of
// all other clusters end hangs, so that nothing reaches the rest. It returns that server's name.
func (f *Fleet) FreezeGateway(cluster string) (holder string, err error) {
	for _, c := range f.clusters {
		if c.name != cluster {
			continue
		}
		for _, n := range c.nodes {
			if err := f.SetFault(n.info.Name, Fault{Mute: true}); err != nil {
				return "", err
			}
		}
		return c.nodes[0].info.Name, nil
	}
	return "", fmt.Errorf("the invented fleet has no cluster %q", cluster)
}

func (f *Fleet) find(nameOrID string) *node {
	for _, n := range f.nodes {
		if n.info.Name == nameOrID || n.info.ID == nameOrID {
			return n
		}
	}
	return nil
}
