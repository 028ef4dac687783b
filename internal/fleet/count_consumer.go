package fleet

// noConsumers means that the answers do not contain the number of consumers.
const noConsumers = -1

// countConsumers counts the consumers of every stream of the snapshot. A server
// reports only those that have a replica on it, and a consumer may have fewer
// replicas than its stream, so the count needs all servers of the stream.
func countConsumers(s *Snapshot) map[streamKey]int {
	whole := s.Own != nil || s.Want.JS.Consumers && s.Want.JS.AllReplicas // the account's own API reports all servers
	counts, listed, part := map[streamKey]int{}, map[consumerKey]bool{}, map[streamKey]bool{}
	for on, st := range s.streams() {
		for _, c := range st.Consumer {
			listed[consumerKey{on.streamKey, c.Name}] = true
		}
		counts[on.streamKey] = max(counts[on.streamKey], st.State.Consumers)
		if !whole && st.Cluster != nil && len(st.Cluster.Replicas) > 0 {
			part[on.streamKey] = true
		}
	}
	names := map[streamKey]int{}
	for key := range listed {
		names[key.streamKey]++
	}
	for key, n := range counts {
		if counts[key] = max(n, names[key]); part[key] {
			counts[key] = noConsumers
		}
	}
	return counts
}
