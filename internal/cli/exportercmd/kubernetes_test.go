package exportercmd

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/cli"
)

type object struct {
	APIVersion, Kind string
	Metadata         struct {
		Name   string
		Labels map[string]string
	}
	Spec map[string]any
	Data map[string]string
}

func objects(t *testing.T, text string) (out []object) {
	t.Helper()
	for doc := range strings.SplitSeq(text, "\n---\n") {
		var o object
		if err := yaml.UnmarshalStrict([]byte(doc), &o); err != nil {
			t.Fatalf("%v in %.200s", err, doc)
		}
		out = append(out, o)
	}
	return out
}

// The object has the rules of the file, all of them and nothing else.
func TestPrometheusRule(t *testing.T) {
	var out bytes.Buffer
	if err := (&exporterRulesCommand{kubernetes: "nats"}).Run(t.Context(), &cli.Env{Out: &out}); err != nil {
		t.Fatal(err)
	}
	file, err := exporter.Rules(exporter.RuleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := yaml.Unmarshal(file, &want); err != nil {
		t.Fatal(err)
	}
	got := objects(t, out.String())
	if len(got) != 1 || got[0].APIVersion != "monitoring.coreos.com/v1" || got[0].Kind != "PrometheusRule" || got[0].Metadata.Name != "nats" || !reflect.DeepEqual(got[0].Spec, want) {
		t.Errorf("%.400s", out.String())
	}
}

// Each dashboard is a ConfigMap that Grafana's sidecar finds and Kubernetes
// keeps.
func TestDashboardConfigMaps(t *testing.T) {
	var out bytes.Buffer
	if err := (&exporterDashboardsCommand{kubernetes: "nats"}).Run(t.Context(), &cli.Env{Out: &out}); err != nil {
		t.Fatal(err)
	}
	boards, err := exporter.Dashboards()
	if err != nil {
		t.Fatal(err)
	}
	got := objects(t, out.String())
	if len(got) != len(boards) {
		t.Fatalf("%d objects of %d dashboards", len(got), len(boards))
	}
	for i, b := range boards {
		o := got[i]
		if o.Kind != "ConfigMap" || o.Metadata.Name != "nats-"+b.Name || o.Metadata.Labels["grafana_dashboard"] != "1" || o.Data[b.Name+".json"] != string(b.JSON) || !json.Valid([]byte(o.Data[b.Name+".json"])) {
			t.Errorf("%s: %+v", b.Name, o.Metadata)
		}
		if len(b.JSON) > 1<<20-1<<12 {
			t.Errorf("%s: %d bytes are more than Kubernetes keeps", b.Name, len(b.JSON))
		}
	}
}

func TestObjectNames(t *testing.T) {
	for _, bad := range []string{"NATS", "a_b", "-a", "a-", "a.b", "a b", strings.Repeat("a", 53), "a\nkind: Secret"} {
		var out bytes.Buffer
		env := &cli.Env{Out: &out}
		for _, err := range []error{(&exporterRulesCommand{kubernetes: bad}).Run(t.Context(), env), (&exporterDashboardsCommand{kubernetes: bad}).Run(t.Context(), env)} {
			if !isUsage(err) || out.Len() > 0 {
				t.Errorf("%q: %v, %d bytes", bad, err, out.Len())
			}
		}
	}
}
