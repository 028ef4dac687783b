package cause

// connectedRank is the place of the rule about the server that natsctl is connected
// to: when that one is cut off, nothing else that is seen can be trusted.
const connectedRank = 0

// rules is the table of causes. A row takes its findings before those below it.
var rules = [...]Rule{
	{"seat", "The server that natsctl is connected to is cut off from all others.", findConnectedServer},
	{"gateway-name", "A gateway has a name that no cluster has, or is rejected by its other end.", findMisnamed},
	{"cluster", "No server of a cluster answers.", findClusters},
	{"server", "A server does not answer: it hangs, is dead, cut off or draining.", findServers},
	{"meta", "JetStream has no meta leader, or no quorum for one.", findMeta},
	{"restart", "A server started a short while ago.", findRestarts},
	{"cut", "A link between servers that answer is cut.", findCuts},
	{"configuration", "What is configured does not fit what is there.", findConfigured},
	{"client", "A client reads more slowly than its messages arrive.", findClients},
	{"resource", "A server is too slow for what it has to do: its disk, CPU or memory.", findSlowServers},
	{"slow-link", "A link is slow.", findSlowLinks},
	{"stream", "A stream has no leader, or not enough replicas.", findStreams},
	{"consumer", "A consumer stands still, or nobody reads it.", findConsumers},
	{"several", "Several objects have the same problem.", findSeveral},
	{"single", "A problem of one object.", findSingles},
}
