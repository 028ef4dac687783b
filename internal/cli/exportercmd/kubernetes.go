package exportercmd

import (
	"regexp"

	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/cli"
)

// objectName is what Kubernetes takes for the name of an object.
var objectName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?$`)

func checkObjectName(name string) error {
	if !objectName.MatchString(name) {
		return cli.Usagef("--kubernetes %q: a name has lower-case letters, digits and hyphens, at most 52", name)
	}
	return nil
}

// prometheusRule is a file of rules as an object of the Prometheus operator.
func prometheusRule(name string, rules []byte) ([]byte, error) {
	if err := checkObjectName(name); err != nil {
		return nil, err
	}
	var spec map[string]any
	if err := yaml.Unmarshal(rules, &spec); err != nil {
		return nil, err
	}
	return yaml.Marshal(map[string]any{
		"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule",
		"metadata": metadata(name, nil), "spec": spec,
	})
}

// printConfigMaps prints one ConfigMap for each dashboard: all in one would be
// larger than Kubernetes keeps.
func printConfigMaps(e *cli.Env, prefix string, boards []exporter.Dashboard) error {
	if err := checkObjectName(prefix); err != nil {
		return err
	}
	for i, b := range boards {
		body, err := yaml.Marshal(map[string]any{
			"apiVersion": "v1", "kind": "ConfigMap",
			"metadata": metadata(prefix+"-"+b.Name, map[string]string{"grafana_dashboard": "1"}),
			"data":     map[string]string{b.Name + ".json": string(b.JSON)},
		})
		if err != nil {
			return err
		}
		if i > 0 {
			body = append([]byte("---\n"), body...)
		}
		if _, err := e.Out.Write(body); err != nil {
			return err
		}
	}
	return nil
}

func metadata(name string, labels map[string]string) map[string]any {
	all := map[string]string{"app.kubernetes.io/name": "nats-exporter"}
	for k, v := range labels {
		all[k] = v
	}
	return map[string]any{"name": name, "labels": all}
}
