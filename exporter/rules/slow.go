package rules

import "time"

// slowHold is how long a link has to be slow: three scrapes and more.
const slowHold = 5 * time.Minute

// A link is slow above 25 ms and five times the others, as in the checks: a
// gateway is compared with the median of those between the same clusters, of
// which there have to be two more, a route with the average of the others of
// each of its ends.
const (
	gatewayRTT  = `max by (fleet, cluster, server_name, remote_cluster) (nats_gateway_rtt_seconds{direction="outbound"})`
	slowGateway = gatewayRTT + ` > 0.025 > on (fleet, cluster, remote_cluster) group_left () 5 * quantile by (fleet, cluster, remote_cluster) (0.5, ` + gatewayRTT + `)`

	routeRTT  = `max by (fleet, cluster, server_name, remote_name) (nats_route_rtt_seconds{remote_name!=""})`
	slowRoute = routeRTT + ` > 0.025` +
		` > 5 * (sum by (fleet, cluster, server_name) (` + routeRTT + `) - on (fleet, cluster, server_name) group_right () ` + routeRTT + `)` +
		` / on (fleet, cluster, server_name) group_left () (count by (fleet, cluster, server_name) (` + routeRTT + `) - 1)` +
		` > 5 * (sum by (fleet, cluster, remote_name) (` + routeRTT + `) - on (fleet, cluster, remote_name) group_right () ` + routeRTT + `)` +
		` / on (fleet, cluster, remote_name) group_left () (count by (fleet, cluster, remote_name) (` + routeRTT + `) - 1)`
)
