package export

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// chartKeys are the keys of the official chart's values that an export may use, from helm/charts/nats/values.yaml of
// https://github.com/nats-io/k8s (chart 2.x, image 2.14). Below a key that ends in .* the text is the servers' own, or names
// of our choice.
func chartKeys() []string {
	return []string{
		"tlsCA.enabled", "tlsCA.secretName",
		"config.cluster.enabled", "config.cluster.replicas", "config.cluster.merge.*",
		"config.jetstream.enabled", "config.jetstream.fileStore.pvc.size", "config.jetstream.merge.*",
		"config.jetstream.memoryStore.enabled", "config.jetstream.memoryStore.maxSize",
		"config.nats.tls.enabled", "config.nats.tls.secretName", "config.nats.tls.merge.*",
		"config.leafnodes.enabled", "config.leafnodes.merge.*",
		"config.gateway.enabled", "config.gateway.merge.*",
		"config.websocket.enabled", "config.mqtt.enabled", "config.monitor.enabled",
		"config.resolver.enabled", "config.resolver.merge.*",
		"config.serverNamePrefix", "config.merge.*", "container.env.*",
	}
}

// keysOf are the paths of all values of a document, as chartKeys has them.
func keysOf(prefix string, v any) []string {
	m, ok := v.(map[string]any)
	if slices.Contains(chartKeys(), prefix+".*") {
		return []string{prefix + ".*"}
	}
	if !ok {
		return []string{prefix}
	}
	var out []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, keysOf(strings.TrimPrefix(prefix+"."+key, "."), m[key])...)
	}
	return out
}

// TestHelmKeys finds each value of an export for Kubernetes among those that the chart knows: it ignores others in silence.
func TestHelmKeys(t *testing.T) {
	t.Parallel()
	for _, auth := range spec.AuthModes() {
		for _, mode := range spectest.TLSModes() {
			for shape := range spectest.Shapes() {
				sp := spectest.Secured(shape, auth, mode)
				sp.Name = "k"
				p, err := plan.New(spectest.Must(sp.Complete()), t.TempDir(), func(int, int, plan.Role) int { return 1 }, nil)
				if err != nil {
					t.Fatal(err)
				}
				files, err := exported{p}.export(Helm, false)
				if err != nil {
					t.Fatal(err)
				}
				for name, text := range files {
					var v any
					if !strings.HasSuffix(name, ".values.yaml") {
						continue
					}
					if err := yaml.Unmarshal([]byte(text), &v); err != nil {
						t.Errorf("%s: %v", name, err)
					}
					for _, key := range keysOf("", v) {
						if !slices.Contains(chartKeys(), key) {
							t.Errorf("%s/%s/%s: the chart has no value %s", shape, auth, mode, key)
						}
					}
				}
			}
		}
	}
}
