package simfleet

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// invent makes the servers of the fleet, its clusters, leafs and streams.
func (f *Fleet) invent() error {
	s := f.spec
	for i := range s.Servers {
		if i%s.Size == 0 {
			k := i / s.Size
			f.clusters = append(f.clusters, &cluster{name: clusterName(k, s.Hubs), hub: k < s.Hubs})
		}
		c := f.clusters[len(f.clusters)-1]
		n, err := f.newNode(i, c)
		if err != nil {
			return err
		}
		c.nodes = append(c.nodes, n)
		f.nodes = append(f.nodes, n)
	}
	hubs := min(s.Hubs*s.Size, s.Servers)
	for i, n := range f.nodes[hubs:] {
		n.up = f.nodes[i%hubs]
		n.up.down = append(n.up.down, n)
	}
	f.inventStreams()
	return nil
}

// clusterName is "east" to "west" for the first hubs, and a numbered name for all others.
func clusterName(k, hubs int) string {
	regions := []string{"east", "west", "north", "south"}
	switch {
	case k >= hubs:
		return fmt.Sprintf("site%03d", k-hubs+1)
	case k < len(regions):
		return regions[k]
	}
	return fmt.Sprintf("hub%02d", k+1)
}

func (f *Fleet) newNode(i int, c *cluster) (*node, error) {
	r := f.dice(1, uint64(i)) //nolint:gosec // an index
	id, err := serverID(r)
	if err != nil {
		return nil, err
	}
	n := &node{
		fleet: f, index: i, cluster: c, cache: map[string][]byte{},
		ip:      fmt.Sprintf("10.%d.%d.%d", 1+i>>14&0x3f, i>>7&0x7f, 1+i&0x7f),
		started: time.Duration(between(r, 3600, 40*24*3600)) * time.Second,
		rate:    int64(between(r, 10, 5000)),
		cores:   []int{4, 8, 16, 32}[r.IntN(4)],
	}
	domain := c.name
	if c.hub {
		domain = "hub"
	}
	name := fmt.Sprintf("%s-%d", c.name, len(c.nodes)+1)
	n.info = server.ServerInfo{
		Name: name, Host: n.ip, ID: id, Cluster: c.name, Domain: domain, Version: f.spec.Version,
		Tags:         []string{"cluster:" + c.name, fmt.Sprintf("zone:%s-%c", c.name, 'a'+rune(len(c.nodes)%3))},
		FeatureFlags: featureFlags,
		JetStream:    true, Flags: server.JetStreamEnabled | server.BinaryStreamSnapshot,
	}
	return n, nil
}

// serverID returns a server id like a real one: an encoded public key, without a private key.
func serverID(r *rand.Rand) (string, error) {
	raw := make([]byte, 0, 32)
	for len(raw) < 32 {
		raw = binary.BigEndian.AppendUint64(raw, r.Uint64())
	}
	id, err := nkeys.Encode(nkeys.PrefixByteServer, raw)
	if err != nil {
		return "", fmt.Errorf("make a server id: %w", err)
	}
	return string(id), nil
}

// account is the name of the i-th account.
func account(i int) string { return fmt.Sprintf("ACC%02d", i+1) }

// systemAccount is the name of the fleet's system account.
const systemAccount = "SYS"

// featureFlags are those that a server of this version reports. Every answer carries them, so they belong to its cost.
var featureFlags = map[string]bool{"js_ack_fc_v2": false, "js_api_reply_v2": false, "js_raft_delete_range": true, "js_snapshot_sources": true}
