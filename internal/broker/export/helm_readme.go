package export

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

func (p exported) helmReadme(all []release, secrets bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Cluster %s on Kubernetes\n\n    helm repo add nats https://nats-io.github.io/k8s/helm/charts/\n    kubectl apply -f secret.yaml\n", p.Spec.Name)
	if p.Trust != nil && len(p.LeafUsers) > 0 {
		b.WriteString("    kubectl apply -f creds-secret.yaml\n")
	}
	for _, r := range all {
		fmt.Fprintf(&b, "    helm install %[1]s nats/nats -f %[1]s.values.yaml\n", r.name)
	}
	b.WriteString("\nAll releases belong in one namespace. Install them at once: JetStream is ready when all clusters have found each other.\n")
	if !secrets {
		fmt.Fprintf(&b, "Replace %s in the secrets with your own values.\n", SetMe)
	}
	if p.Spec.TLS.Enabled() {
		fmt.Fprintf(&b, "\nEvery listener and every connection between servers uses TLS. The files tls.crt, tls.key and ca.crt come from the secret %s-tls, which cert-manager can make; the certificate must be valid for the names of all services and pods, for servers and for clients.\n", p.helmSecret())
	}
	b.WriteString("\n## What is not carried over\n\n")
	for _, line := range p.notInHelm(secrets) {
		fmt.Fprintf(&b, "- %s\n", line)
	}
	return b.String()
}

// notInHelm lists the features of the local cluster that a release does not have.
func (p exported) notInHelm(secrets bool) []string {
	out := []string{
		"Ports: the chart's own are used (4222 for clients).",
		"Server names: pods are numbered from 0, so that the first server of a cluster NAME is NAME-0.",
		"Settings of lame duck mode: the chart's own are used.",
	}
	if !p.Spec.NoJetStream {
		out = append(out, "JetStream limits: 10Gi of files and 256Mi of memory for each server, instead of 1GB and 256MB. Streams and their messages are not copied.")
	}
	if p.Spec.Faults {
		out = append(out, "Faults: links between servers are direct.")
	}
	if p.Spec.TLS.Enabled() {
		out = append(out, "Certificates: those of the local cluster are for 127.0.0.1.")
	}
	if p.Spec.TLS.CA == spec.CAPerCluster {
		out = append(out, "Certificate authorities: all releases trust the one in ca.crt, instead of one for each cluster.")
	}
	if p.Spec.TLS.Mode == spec.TLSMutual {
		for _, id := range p.Identities {
			out = append(out, fmt.Sprintf("The client certificate of user %s: issue one with the DNS name %q.", id.User, id.User))
		}
	}
	for _, id := range p.Identities {
		if file := id.Creds + id.Seed; file != "" && !secrets {
			out = append(out, fmt.Sprintf("The secret of user %s (creds/%s): export --with-secrets writes it.", id.User, filepath.Base(file)))
		}
	}
	return out
}
