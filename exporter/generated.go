package exporter

import (
	"time"

	"github.com/natsctl/natsctl/exporter/dashboards"
	"github.com/natsctl/natsctl/exporter/rules"
)

// RuleOptions change the generated rules.
type RuleOptions struct {
	Hold time.Duration // maximum time before an alert fires; 0 keeps the time of each rule
}

// Rules returns a Prometheus rule file with alert and recording rules: see
// [rules.File].
func Rules(o RuleOptions) ([]byte, error) { return rules.File(rules.Options(o)) }

// Dashboard is one dashboard for Grafana, ready to import.
type Dashboard = dashboards.Dashboard

// Dashboards returns the dashboards for the native metrics: see
// [dashboards.All].
func Dashboards() ([]Dashboard, error) { return dashboards.All() }
