package exporter

import "strings"

// table lists every group of rows in the order of the exposition: what must
// not be cut off by a series limit comes first.
func table() []source {
	return []source{
		selfState, surveyorSelf, duplicateAnswers,
		fleetUp, fleetMissing, serverDeparted, fleetAnswers, fleetTotals,
		serverInfo, serverLoad, serverClock, serverJetStream, serverConfig, serverCerts, serverHealth, serverRaft,
		surveyorInfo, surveyorServer, surveyorJSInfo, surveyorJS, surveyorMeta, surveyorMetaInfo, surveyorRaft,
		metaGroup, metaPeers,
		routes, gateways, gatewayRemotes, leafs,
		surveyorRoutes, surveyorGateways, surveyorOutbound, surveyorInbound, surveyorJsz,
		accountClaims, accounts, accountLinks, jsAccounts, surveyorAccounts, surveyorAccountLinks, surveyorJSAccounts, surveyorTiers, surveyorTotals,
		headlessStreams, headlessConsumers,
		streams, streamReplicas, streamSources, surveyorStreams, surveyorAccountStreams,
		consumers, surveyorConsumers,
		subscriptions, connections, queues, microServices,
		varz, varzValues, subsz, routez, healthz, healthzValues, connz, accstatz, accountz, leafz, gatewayzOut, gatewayzIn, leafzInfo,
		jszServer, jszAccounts, jszStreams, jszSources, jszMirrors, jszConsumers,
	}
}

// sources returns the groups whose names the options ask for.
func sources(c *config) []source {
	var out []source
	for _, src := range table() {
		if set, _ := src.of(); c.serves(set) {
			out = append(out, src)
		}
	}
	return out
}

// families returns the rows whose names the options ask for, renamed by the
// prefix. Of two rows with one name the one of prometheus-nats-exporter stays:
// its labels hold the other's too.
func families(c *config) []*family {
	var (
		out []*family
		at  = map[string]int{}
	)
	for _, src := range sources(c) {
		for _, f := range src.families() {
			if c != nil && c.prefix != "" && f.Set == NatsExporter {
				f.Name = c.prefix + "_" + unprefixed(f.Name)
			}
			if i, twice := at[f.Name]; twice {
				out[i] = f
				continue
			}
			at[f.Name] = len(out)
			out = append(out, f)
		}
	}
	return out
}

func unprefixed(name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, "gnatsd_"), "jetstream_")
}
