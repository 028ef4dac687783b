package exporter

import (
	"strings"

	"github.com/natsctl/natsctl/exporter/internal/compat"
	"github.com/natsctl/natsctl/exporter/internal/native"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
)

// groups lists all groups of rows in the order of the exposition, which is that
// of their use to an operator: a limit of series cuts off the end. What alerts
// need comes first, the names of other exporters last.
func groups() []table.Source {
	return []table.Source{
		selfState, duplicateAnswers,
		native.FleetUp, native.FleetMissing, native.ServerDeparted, native.FleetAnswers, native.FleetTotals, native.FleetCauses,
		native.LeaderlessStreams, native.LeaderlessConsumers, native.MetaGroup, native.ServerHealth,
		native.ServerInfo, native.ServerLoad, native.ServerClock, native.ServerJetStream, native.RouteCounts, native.GatewayCounts, native.GatewayRemotes,
		native.Streams, native.Consumers, native.StreamReplicas, native.StreamSources, native.MetaPeers, native.MetaMembers,
		native.AccountClaims, native.Accounts, native.ServerCerts, native.ServerRaft, native.ServerConfig,
		native.Leafs, native.Gateways, native.Routes,
		native.JSAccounts, native.MicroServices, native.Queues, native.Connections, native.Subscriptions, native.AccountLinks,

		surveyorSelf,
		compat.SurveyorInfo, compat.SurveyorServer, compat.SurveyorJSInfo, compat.SurveyorJS, compat.SurveyorMeta, compat.SurveyorMetaInfo, compat.SurveyorRaft,
		compat.SurveyorRoutes, compat.SurveyorGateways, compat.SurveyorOutbound, compat.SurveyorInbound, compat.SurveyorJsz,
		compat.SurveyorAccounts, compat.SurveyorAccountLinks, compat.SurveyorJSAccounts, compat.SurveyorTiers, compat.SurveyorTotals,
		compat.SurveyorStreams, compat.SurveyorAccountStreams, compat.SurveyorConsumers,
		compat.Varz, compat.VarzValues, compat.Subsz, compat.Routez, compat.Healthz, compat.HealthzValues, compat.Connz, compat.Accstatz, compat.Accountz, compat.Leafz, compat.GatewayzOut, compat.GatewayzIn, compat.LeafzInfo,
		compat.JszServer, compat.JszAccounts, compat.JszStreams, compat.JszSources, compat.JszMirrors, compat.JszConsumers,
	}
}

// sources returns the groups of the enabled metric sets.
func sources(c *config) []table.Source {
	var out []table.Source
	for _, src := range groups() {
		if set, _ := src.Of(); c.serves(set) {
			out = append(out, src)
		}
	}
	return out
}

// families returns the rows of the enabled metric sets, with the prefix
// applied. If two rows have the same name, the one of prometheus-nats-exporter
// is kept: its labels include those of the other.
func families(c *config) []*table.Family {
	var (
		out []*table.Family
		at  = map[string]int{}
	)
	for _, src := range sources(c) {
		for _, f := range src.Families() {
			if c != nil && c.prefix != "" && f.Set == metric.NatsExporter {
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
