package exporter

import (
	"time"

	"github.com/natsctl/natsctl/exporter/dashboards"
	"github.com/natsctl/natsctl/exporter/rules"
)

// RuleOptions change the generated rules.
type RuleOptions struct {
	Hold time.Duration // at most this long before an alert fires; 0 keeps each rule's own
}

// Rules returns alert and recording rules for Prometheus as a rule file: see
// [rules.File].
func Rules(o RuleOptions) ([]byte, error) { return rules.File(rules.Options(o)) }

// Dashboard is one dashboard for Grafana, ready to import.
type Dashboard = dashboards.Dashboard

// Dashboards returns the dashboards that are drawn from the native metrics: see
// [dashboards.All].
func Dashboards() ([]Dashboard, error) { return dashboards.All() }
